package io.bartizan.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.RedisServer;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What the starter adds to a Spring Boot application's start, in JVMs of their own by turns;
 * printed and judged by nobody. {@code benchmarks/startup} runs it.
 */
class StartUpReport {

  private static final String OF_THE_STARTER = ".*/(security-[a-z]+/target/classes/?|bc[a-z]+-.*)";
  private static final Pattern STARTED =
      Pattern.compile("started (\\d+) ms (\\d+) cpu (\\d+) own (\\d+)");

  private enum Application {
    BOOT("Spring Boot with its own resource server, without the starter", false),
    UNSET("the same with the starter and nothing set", false),
    GUARDED("the starter with limits in memory, JWT and webhooks", false),
    BOOT_TLS("Spring Boot with its own resource server, SSL bundle and Redis client", true),
    GUARDED_TLS("the starter with limits on Redis, mutual TLS with a policy, and JWT", true);

    private final String words;
    private final boolean serves;

    /**
     * An application.
     *
     * @param serves whether it has a certificate and Redis
     */
    Application(String words, boolean serves) {
      this.words = words;
      this.serves = serves;
    }

    boolean hasTheStarter() {
      return this != BOOT && this != BOOT_TLS;
    }

    boolean isGuarded() {
      return this == GUARDED || this == GUARDED_TLS;
    }

    /** What it is compared with. */
    Application boot() {
      return serves ? BOOT_TLS : BOOT;
    }

    /** No WebFlux: with it, Boot alone makes a reactive decoder that the starter replaces. */
    boolean isOnItsClassPath(String entry) {
      String file = entry.replace('\\', '/');
      return !file.matches(
              ".*/(spring-webflux|spring-boot-(webflux|reactor-netty)|reactor-netty)-.*")
          && (hasTheStarter() || !isOfTheStarter(entry));
    }

    String yaml() {
      String own =
          """
          spring.security.oauth2.resourceserver.jwt.jwk-set-uri: https://login.example/jwks
          """;
      String guarded =
          """
          bartizan:
            limits:
              flood: {limit: "100 burst, 50/s", store: memory}
              login: {limit: "5 burst, 5/min", store: memory, routes: POST /login}
              api: {limit: "20 burst, 10/s", store: memory, key: principal, routes: /api/**}
            jwt:
              issuer: https://login.example
              jwk-set-uri: https://login.example/jwks
              audience: orders
              algorithms: ES256
            webhooks:
              pay: {path: /hooks/pay, scheme: stripe, secret: whsec_of_the_payments, store: memory}
          """;
      String ownTls =
          """
          spring.ssl.bundle.pem.web:
            keystore: {certificate: "file:FOLDER/tls.crt", private-key: "file:FOLDER/tls.key"}
            truststore.certificate: file:FOLDER/ca.crt
            reload-on-update: true
          server.ssl: {bundle: web, client-auth: need}
          """;
      String guardedTls =
          """
          bartizan:
            limits:
              flood: {limit: "100 burst, 50/s", key: address}
              api: {limit: "20 burst, 10/s", key: principal, routes: /api/**}
            mtls.servers.web: {folder: FOLDER, policy: trustDomain(prod.example)}
            jwt:
              issuer: https://login.example
              jwk-set-uri: https://login.example/jwks
              audience: orders
              algorithms: ES256
          server.ssl.bundle: web
          """;
      return switch (this) {
            case BOOT, UNSET -> own + WITHOUT_REDIS;
            case GUARDED -> guarded + WITHOUT_REDIS;
            case BOOT_TLS -> own + ownTls + REDIS;
            case GUARDED_TLS -> guardedTls + REDIS;
          }
          + COMMON;
    }
  }

  private static final String COMMON =
      """
      server: {port: 0, address: 127.0.0.1}
      spring.main.web-application-type: servlet
      """;

  private static final String REDIS = "spring.data.redis.url: REDIS\n";

  private static final String WITHOUT_REDIS =
      """
      spring.autoconfigure.exclude:
        - org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration
        - org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration
        - org.springframework.boot.data.redis.autoconfigure.DataRedisRepositoriesAutoConfiguration
      """;

  /**
   * One start.
   *
   * @param ownMillis CPU time of the thread that starts the application, which neighbours in the
   *     machine and the JVM's compilers disturb least
   */
  private record Start(long millis, long cpuMillis, long classes, long ownMillis) {}

  @TempDir Path folder;

  @Test
  void starts_ofEachApplication_arePrinted() throws Exception {
    int times = Integer.getInteger("bartizan.startup.times", 3);
    Map<Application, List<Start>> starts = new EnumMap<>(Application.class);
    DevCertificate server = DevCa.of("Prod").leaf("web").dns("localhost").forServer().issue();
    server.writeKubernetesSecret(folder);
    try (RedisServer redis = RedisServer.start()) {
      for (int i = 0; i < times; i++) {
        for (Application each : Application.values()) {
          starts.computeIfAbsent(each, unused -> new ArrayList<>()).add(start(each, redis.port()));
        }
      }
    }
    System.out.printf(
        "%nMedians of %d starts each, JDK %s, Spring Boot %s%nfrom the start of the JVM | CPU time"
            + " | of the main thread | classes | application%nand in brackets the median of the"
            + " differences from Spring Boot's start by its side%n",
        times,
        System.getProperty("java.version"),
        org.springframework.boot.SpringBootVersion.getVersion());
    starts.forEach(
        (application, all) -> {
          List<Start> boot = starts.getOrDefault(application.boot(), List.of());
          System.out.printf(
              "%14s ms | %14s ms | %14s ms | %7d | %s%n",
              medians(boot, all, Start::millis),
              medians(boot, all, Start::cpuMillis),
              medians(boot, all, Start::ownMillis),
              median(all.stream().map(Start::classes).toList()),
              application.words);
        });
  }

  private static String medians(List<Start> boot, List<Start> all, ToLongFunction<Start> figure) {
    List<Long> differences = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      differences.add(figure.applyAsLong(all.get(i)) - figure.applyAsLong(boot.get(i)));
    }
    long median = median(all.stream().map(figure::applyAsLong).toList());
    return median + " (" + median(differences) + ")";
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  /** These stand behind Spring Boot's own, as docs/frameworks/spring-boot.md says. */
  private static boolean isOfTheStarter(String entry) {
    return entry.replace('\\', '/').matches(OF_THE_STARTER);
  }

  /** Folders of classes as users have them, for each look into a folder is a call of the kernel. */
  private String inAJar(String entry) {
    if (!Files.isDirectory(Path.of(entry))) {
      return entry;
    }
    Path jar = folder.resolve(Integer.toHexString(entry.hashCode()) + ".jar");
    if (!Files.exists(jar)) {
      int status =
          ToolProvider.findFirst("jar")
              .orElseThrow()
              .run(System.out, System.err, "cf", jar.toString(), "-C", entry, ".");
      assertThat(status).isZero();
    }
    return jar.toString();
  }

  private Start start(Application application, int redis) throws Exception {
    String settings =
        application
            .yaml()
            .replace("FOLDER", folder.toString())
            .replace("REDIS", "redis://127.0.0.1:" + redis);
    Path yaml = Files.writeString(folder.resolve("application.yml"), settings);
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(application::isOnItsClassPath)
            .sorted(Comparator.comparing(StartUpReport::isOfTheStarter))
            .map(this::inAJar)
            .reduce((before, entry) -> before + File.pathSeparator + entry)
            .orElseThrow();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
    String more = System.getProperty("bartizan.startup.options", "");
    command.addAll(more.isEmpty() ? List.of() : List.of(more.split(" ")));
    command.addAll(List.of("-cp", path, Main.class.getName(), yaml.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!more.isEmpty()) {
        Files.writeString(Path.of("target", "startup-" + application + ".log"), printed);
      }
      Matcher line = STARTED.matcher(printed);
      assertThat(line.find()).as(printed).isTrue();
      assertThat(printed).contains("guarded " + application.isGuarded());
      return new Start(
          Long.parseLong(line.group(1)),
          Long.parseLong(line.group(2)),
          Long.parseLong(line.group(3)),
          Long.parseLong(line.group(4)));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Starts {@link Shop}, prints how long the JVM lives, and ends. */
  static final class Main {

    private Main() {}

    public static void main(String[] arguments) {
      ConfigurableApplicationContext context =
          new SpringApplicationBuilder(Shop.class, Web.MethodSecurity.class)
              .bannerMode(Banner.Mode.OFF)
              .run("--spring.config.location=file:" + arguments[0]);
      long millis =
          System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
      long cpu =
          ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime()
              / 1_000_000;
      long own = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1_000_000;
      System.out.printf(
          "started %d ms %d cpu %d own %d%n",
          millis, cpu, ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount(), own);
      boolean guarded = context.containsBean("bartizanLimits");
      System.out.println("guarded " + guarded);
      context.close();
      System.exit(0); // whatever threads are left
    }
  }
}
