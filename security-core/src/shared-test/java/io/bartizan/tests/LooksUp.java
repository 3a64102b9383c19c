package io.bartizan.tests;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which classes of the libraries look up a resource, a class or a member by its name, and what they
 * find: what GraalVM's {@code native-image} can't see for itself. {@code NativeImageTest} holds it
 * against the compiled classes, and writes and compares the files below {@code
 * META-INF/native-image}.
 */
final class LooksUp {

  private static final String BOOT_3 = "org.springframework.boot.web.embedded.";
  private static final String HEALTH_3 = "org.springframework.boot.actuate.health.";

  /** A type that is found by name, with what is asked of it. */
  record Type(String name, List<String> fields, List<Method> methods) {}

  /** A public method by its name and the names of its parameters' types. */
  record Method(String name, List<String> parameters) {}

  /**
   * What one class looks up.
   *
   * @param resources files by their full names
   * @param prefix what the class puts in front of the names in its code; may be empty
   * @param types whose members it takes
   * @param proxies interfaces that it implements at run time, each alone
   * @param folded why there is nothing to list though it looks something up; else empty
   */
  record Entry(
      String module,
      List<String> resources,
      String prefix,
      List<Type> types,
      List<String> proxies,
      String folded) {}

  private static final Map<String, Entry> TABLE = new TreeMap<>();

  private LooksUp() {}

  static {
    resources(
        "security-ratelimit",
        "io.bartizan.ratelimit.redis.link.ScriptSource",
        redis("leases"),
        redis("limits/bucket"),
        redis("limits/bucket_alone"),
        redis("limits/calendar"),
        redis("limits/counter"),
        redis("limits/counts"),
        redis("limits/fixed"),
        redis("limits/head"),
        redis("limits/log"),
        redis("limits/opened"),
        redis("limits/stepped"),
        redis("limits/tail"),
        redis("limits/units"));
    // The image's builder computes a lookup whose arguments are all constants.
    String handle = "a VarHandle of a class and a name that are constants";
    folded("security-ratelimit", "io.bartizan.ratelimit.BucketCell", handle);
    folded("security-ratelimit", "io.bartizan.ratelimit.HeldCell", handle);
    folded("security-ratelimit", "io.bartizan.ratelimit.Permit", handle);
    folded("security-ratelimit", "io.bartizan.ratelimit.prepaid.Lot", handle);

    reflective(
        "security-integrity",
        "io.bartizan.integrity.jwt.Accp",
        "",
        List.of(
            new Type(
                "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider",
                List.of("INSTANCE"),
                List.of(method("getLoadingError")))),
        List.of());
    resources(
        "security-integrity",
        "io.bartizan.integrity.keys.BouncyCastle",
        "org/bouncycastle/crypto/CryptoServicesRegistrar.class",
        "org/bouncycastle/math/ec/rfc8032/Ed25519.class");

    reflective(
        "security-spring",
        "io.bartizan.spring.ServersOfBoot3",
        BOOT_3,
        List.of(
            server("tomcat.Configurable", "Tomcat", "addConnectorCustomizers", "Connector"),
            server("jetty.Configurable", "Jetty", "addServerCustomizers", "Server"),
            new Type(
                BOOT_3 + "netty.NettyReactiveWebServerFactory",
                List.of(),
                List.of(method("addServerCustomizers", BOOT_3 + "netty.NettyServerCustomizer[]"))),
            array("tomcat.TomcatConnectorCustomizer"),
            array("jetty.JettyServerCustomizer"),
            array("netty.NettyServerCustomizer")),
        List.of(
            BOOT_3 + "tomcat.TomcatConnectorCustomizer",
            BOOT_3 + "jetty.JettyServerCustomizer",
            BOOT_3 + "netty.NettyServerCustomizer"));
    reflective(
        "security-spring",
        "io.bartizan.spring.HealthOfBoot3",
        HEALTH_3,
        List.of(
            new Type(
                HEALTH_3 + "CompositeHealthContributor",
                List.of(),
                List.of(method("fromMap", "java.util.Map"))),
            new Type(HEALTH_3 + "Health", List.of(), List.of(method("status", "java.lang.String"))),
            new Type(
                HEALTH_3 + "Health$Builder",
                List.of(),
                List.of(method("build"), method("withDetails", "java.util.Map")))),
        List.of(HEALTH_3 + "HealthIndicator"));
    folded(
        "security-adapters",
        "io.bartizan.adapters.vertx.Responses",
        "a method of a class and a name that are constants");

    String boot4 = "org.springframework.boot.";
    present(
        "security-spring",
        "io.bartizan.spring.ServersOfBoot4",
        boot4,
        "tomcat.ConfigurableTomcatWebServerFactory",
        "jetty.ConfigurableJettyWebServerFactory",
        "reactor.netty.NettyReactiveWebServerFactory");
    present(
        "security-spring",
        "io.bartizan.spring.Probes",
        "",
        boot4 + "actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint");
    present(
        "security-spring",
        "io.bartizan.spring.LimitWebFilter",
        "",
        "org.springframework.security.authentication.AnonymousAuthenticationToken");
    present(
        "security-spring",
        "io.bartizan.spring.caller.VerifiedClaims",
        "",
        "org.springframework.security.core.Authentication",
        "org.springframework.security.oauth2.core.ClaimAccessor");
    folded(
        "security-spring",
        "io.bartizan.spring.RateLimitedMethods",
        "methods with @RateLimited, which is @Reflective: Spring's AOT lists them");
  }

  private static String redis(String script) {
    return "io/bartizan/ratelimit/redis/" + script + ".lua";
  }

  private static Type server(String before, String name, String add, String what) {
    return new Type(
        BOOT_3 + before + name + "WebServerFactory",
        List.of(),
        List.of(
            method(
                add,
                BOOT_3
                    + name.toLowerCase(java.util.Locale.ROOT)
                    + "."
                    + name
                    + what
                    + "Customizer[]")));
  }

  private static Type array(String name) {
    return new Type(BOOT_3 + name + "[]", List.of(), List.of());
  }

  private static Method method(String name, String... parameters) {
    return new Method(name, List.of(parameters));
  }

  private static void resources(String module, String caller, String... files) {
    put(caller, new Entry(module, List.of(files), "", List.of(), List.of(), ""));
  }

  private static void folded(String module, String caller, String why) {
    put(caller, new Entry(module, List.of(), "", List.of(), List.of(), why));
  }

  /** Asks only whether they are there: in a native image, what is not listed is not. */
  private static void present(String module, String caller, String prefix, String... types) {
    List<Type> all = new ArrayList<>();
    for (String type : types) {
      all.add(new Type(prefix + type, List.of(), List.of()));
    }
    reflective(module, caller, prefix, all, List.of());
  }

  private static void reflective(
      String module, String caller, String prefix, List<Type> types, List<String> proxies) {
    put(caller, new Entry(module, List.of(), prefix, types, proxies, ""));
  }

  private static void put(String caller, Entry entry) {
    if (TABLE.put(caller, entry) != null) {
      throw new IllegalStateException(caller + " is listed twice");
    }
  }

  /** The entries of a module by the class that looks up, sorted. */
  static Map<String, Entry> of(String module) {
    Map<String, Entry> own = new TreeMap<>(TABLE);
    own.values().removeIf(entry -> !entry.module.equals(module));
    return own;
  }

  /** The files of {@code META-INF/native-image} by their names; none if nothing is listed. */
  static Map<String, String> files(String module) {
    List<String> reflection = new ArrayList<>();
    List<String> resources = new ArrayList<>();
    List<String> oldReflection = new ArrayList<>();
    List<String> oldResources = new ArrayList<>();
    List<String> oldProxies = new ArrayList<>();
    of(module)
        .forEach(
            (caller, entry) -> {
              String reached = "{\"condition\": {\"typeReached\": \"" + caller + "\"}, ";
              String reachable = "{\"condition\": {\"typeReachable\": \"" + caller + "\"}, ";
              for (Type type : entry.types) {
                reflection.add(reached + "\"type\": \"" + type.name + "\"" + members(type) + "}");
                oldReflection.add(
                    reachable + "\"name\": \"" + type.name + "\"" + members(type) + "}");
              }
              for (String proxy : entry.proxies) {
                reflection.add(reached + "\"type\": \"" + proxy + "\"}");
                oldReflection.add(reachable + "\"name\": \"" + proxy + "\"}");
                reflection.add(reached + "\"type\": {\"proxy\": [\"" + proxy + "\"]}}");
                oldProxies.add(reachable + "\"interfaces\": [\"" + proxy + "\"]}");
              }
              for (String file : entry.resources) {
                resources.add(reached + "\"glob\": \"" + file + "\"}");
                oldResources.add(reachable + "\"pattern\": \"\\\\Q" + file + "\\\\E\"}");
              }
            });
    Map<String, String> files = new TreeMap<>();
    List<String> parts = new ArrayList<>();
    if (!reflection.isEmpty()) {
      parts.add("  \"reflection\": " + array("    ", reflection, "  "));
      files.put("reflect-config.json", array("  ", oldReflection, "") + "\n");
    }
    if (!resources.isEmpty()) {
      parts.add("  \"resources\": " + array("    ", resources, "  "));
      files.put(
          "resource-config.json",
          "{\n  \"resources\": {\n    \"includes\": "
              + array("      ", oldResources, "    ")
              + "\n  }\n}\n");
    }
    if (!oldProxies.isEmpty()) {
      files.put("proxy-config.json", array("  ", oldProxies, "") + "\n");
    }
    if (!parts.isEmpty()) {
      files.put("reachability-metadata.json", "{\n" + String.join(",\n", parts) + "\n}\n");
    }
    return files;
  }

  private static String members(Type type) {
    StringBuilder members = new StringBuilder();
    if (!type.fields.isEmpty()) {
      members
          .append(", \"fields\": [")
          .append(
              String.join(
                  ", ", type.fields.stream().map(name -> "{\"name\": \"" + name + "\"}").toList()))
          .append("]");
    }
    if (!type.methods.isEmpty()) {
      members
          .append(", \"methods\": [")
          .append(String.join(", ", type.methods.stream().map(LooksUp::written).toList()))
          .append("]");
    }
    return members.toString();
  }

  private static String written(Method method) {
    String types =
        String.join(", ", method.parameters.stream().map(name -> "\"" + name + "\"").toList());
    return "{\"name\": \"" + method.name + "\", \"parameterTypes\": [" + types + "]}";
  }

  private static String array(String indent, List<String> lines, String last) {
    return "[\n" + indent + String.join(",\n" + indent, lines) + "\n" + last + "]";
  }
}
