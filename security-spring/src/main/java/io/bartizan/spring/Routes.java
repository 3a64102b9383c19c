package io.bartizan.spring;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * The requests that a limit counts: {@code /api/**} or {@code POST /login}, in Spring's path
 * patterns. A request is counted if one spelling of its path fits.
 */
final class Routes {

  private record Route(@Nullable String method, PathPattern pattern) {

    /** Spring serves HEAD by the handler of GET. */
    boolean isMethod(String asked) {
      return method == null
          || method.equals(asked)
          || (method.equals("GET") && asked.equals("HEAD"));
    }
  }

  /** In the place of patterns: the limit is counted where methods are {@link RateLimited}. */
  private static final String METHODS = "methods";

  private static final String ALL = "/**";

  /** An application may be set to find its handlers by any case. */
  private static final PathPatternParser ANY_CASE = new PathPatternParser();

  static {
    ANY_CASE.setCaseSensitive(false);
  }

  private final List<Route> routes;
  private final Probes probes;

  private Routes(List<Route> routes, Probes probes) {
    this.routes = routes;
    this.probes = probes;
  }

  /**
   * The routes of a setting; {@code property} is named if one is none.
   *
   * @param probes are not among all paths, and are counted by routes that name them
   */
  static Routes parse(String property, List<String> texts, Probes probes) {
    if (texts.isEmpty()) {
      throw SettingException.of(property, "", "is empty; \"/**\" stands for all requests");
    }
    if (texts.equals(List.of(METHODS))) {
      return new Routes(List.of(), probes);
    }
    List<Route> routes = new ArrayList<>();
    for (String text : texts) {
      routes.add(SettingException.read(property, text, () -> parse(text.trim())));
    }
    return new Routes(List.copyOf(routes), probes);
  }

  private static Route parse(String text) {
    int space = text.indexOf(' ');
    String method = space < 0 ? null : text.substring(0, space);
    String path = space < 0 ? text : text.substring(space + 1).trim();
    if (!path.startsWith("/") || (method != null && RequestMethod.resolve(method) == null)) {
      throw new IllegalArgumentException(
          "a path pattern that begins with / is accepted, and a method in capitals before it, such"
              + " as \"/api/**\" or \"POST /login\"; or \"methods\" alone; methods are "
              + List.of(RequestMethod.values()));
    }
    return new Route(method, ANY_CASE.parse(path));
  }

  /** Whether no request is counted by its path, but methods by their annotation. */
  boolean isMethods() {
    return routes.isEmpty();
  }

  boolean matches(Asked asked) {
    boolean isProbe = probes.matches(asked);
    for (Route route : routes) {
      if (route.isMethod(asked.method())
          && asked.isAnySpelling(route.pattern)
          && !(isProbe && route.pattern.getPatternString().equals(ALL))) {
        return true;
      }
    }
    return false;
  }

  /** As they are set. */
  List<String> texts() {
    if (isMethods()) {
      return List.of(METHODS);
    }
    return routes.stream()
        .map(
            route ->
                (route.method == null ? "" : route.method + " ") + route.pattern.getPatternString())
        .toList();
  }

  @Override
  public String toString() {
    return isMethods() ? METHODS : texts().toString();
  }
}
