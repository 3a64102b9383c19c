package io.bartizan.spring;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * The actuator's health probes, which a limit on all paths does not count: a flood, or Redis that
 * is away, would make an orchestrator restart an instance that works.
 *
 * <p>A path that is one of them in one spelling alone is none: it could lead to another handler.
 */
record Probes(List<PathPattern> patterns) implements AopInfrastructureBean {

  private static final String ACTUATOR =
      "org.springframework.boot.actuate.autoconfigure.endpoint.condition"
          + ".ConditionalOnAvailableEndpoint";
  private static final String HEALTH = "management.endpoint.health.";
  private static final String WEB = "management.endpoints.web.";
  private static final String SERVLET = "spring.mvc.servlet.path";
  private static final Pattern ADDITIONAL = Pattern.compile("\\.additional-?[pP]ath$");
  private static final String OWN_PORT = "server:";
  private static final Set<String> METHODS = Set.of("GET", "HEAD");

  static final Probes NONE = new Probes(List.of());

  /** Those of an application whose limits stand on its own port alone. */
  static Probes onOwnPort(Environment environment) {
    String management = environment.getProperty("management.server.port");
    boolean isApart =
        management != null
            && (management.equals("0")
                || !management.equals(environment.getProperty("server.port", "8080")));
    return of(environment, !isApart, environment.getProperty(SERVLET, ""));
  }

  /** Those of an application whose limits stand on the management port too. */
  static Probes of(Environment environment) {
    return of(environment, true, "");
  }

  private static Probes of(Environment environment, boolean hasEndpoints, String servlet) {
    if (!ClassUtils.isPresent(ACTUATOR, Probes.class.getClassLoader())) {
      return NONE;
    }
    List<String> paths = new ArrayList<>(additional(environment));
    if (hasEndpoints) {
      String base = environment.getProperty(WEB + "base-path", "/actuator");
      String name = environment.getProperty(WEB + "path-mapping.health", "health");
      paths.addAll(List.of(base + "/" + name, base + "/" + name + "/*"));
    }
    return new Probes(
        paths.stream()
            .flatMap(path -> Stream.of("/" + path, "/" + servlet + "/" + path))
            .map(path -> PathPatternParser.defaultInstance.parse(path.replaceAll("/+", "/")))
            .distinct()
            .toList());
  }

  /** Those that the application's own port serves too, wherever the actuator's port is. */
  private static List<String> additional(Environment environment) {
    List<String> paths = new ArrayList<>();
    if (environment.getProperty(HEALTH + "probes.add-additional-paths", Boolean.class, false)) {
      paths.addAll(List.of("livez", "readyz"));
    }
    Binder.get(environment)
        .bind(HEALTH + "group", Bindable.mapOf(String.class, String.class))
        .orElse(Map.of())
        .forEach(
            (name, path) -> {
              if (ADDITIONAL.matcher(name).find() && path.startsWith(OWN_PORT)) {
                paths.add(path.substring(OWN_PORT.length()));
              }
            });
    return paths;
  }

  boolean matches(Asked asked) {
    return METHODS.contains(asked.method()) && asked.isEverySpelling(patterns);
  }
}
