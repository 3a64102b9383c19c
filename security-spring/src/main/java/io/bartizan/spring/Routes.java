package io.bartizan.spring;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.RequestPath;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * The requests that a limit counts: {@code /api/**} or {@code POST /login}, in Spring MVC's path
 * patterns.
 *
 * <p>A request is counted if either spelling of its path fits, the one that was sent, by which
 * Spring MVC finds its handlers, or the one that the container decoded and made plain, by which
 * other servlets are found: what one of the two can reach is not free of the limit.
 */
final class Routes {

  private record Route(@Nullable String method, PathPattern pattern) {}

  /** In the place of patterns: the limit is counted where methods are {@link RateLimited}. */
  private static final String METHODS = "methods";

  private final List<Route> routes;

  private Routes(List<Route> routes) {
    this.routes = routes;
  }

  /** The routes of a setting; {@code property} is named if one is none. */
  static Routes parse(String property, List<String> texts) {
    if (texts.isEmpty()) {
      throw SettingException.of(property, "", "is empty; \"/**\" stands for all requests");
    }
    if (texts.equals(List.of(METHODS))) {
      return new Routes(List.of());
    }
    List<Route> routes = new ArrayList<>();
    for (String text : texts) {
      routes.add(SettingException.read(property, text, () -> parse(text.trim())));
    }
    return new Routes(List.copyOf(routes));
  }

  private static Route parse(String text) {
    int space = text.indexOf(' ');
    String method = space < 0 ? null : text.substring(0, space);
    String path = space < 0 ? text : text.substring(space + 1).trim();
    if (!path.startsWith("/") || (method != null && !method.matches("[A-Z]+"))) {
      throw new IllegalArgumentException(
          "a path pattern that begins with / is accepted, and a method in capitals before it, such"
              + " as \"/api/**\" or \"POST /login\"; or \"methods\" alone");
    }
    return new Route(method, PathPatternParser.defaultInstance.parse(path));
  }

  /** Whether no request is counted by its path, but methods by their annotation. */
  boolean isMethods() {
    return routes.isEmpty();
  }

  boolean matches(HttpServletRequest request) {
    @Nullable PathContainer sent = sent(request);
    PathContainer decoded = decoded(request);
    for (Route route : routes) {
      if ((route.method == null || route.method.equals(request.getMethod()))
          && (route.pattern.matches(decoded) || (sent != null && route.pattern.matches(sent)))) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable PathContainer sent(HttpServletRequest request) {
    try {
      return RequestPath.parse(request.getRequestURI(), request.getContextPath())
          .pathWithinApplication();
    } catch (IllegalArgumentException e) {
      return null; // no path that Spring MVC could read either
    }
  }

  private static PathContainer decoded(HttpServletRequest request) {
    String info = request.getPathInfo();
    String path = request.getServletPath() + (info == null ? "" : info);
    return PathContainer.parsePath(path.replace("%", "%25").replace(";", "%3B"));
  }

  /** As they are set. */
  List<String> texts() {
    if (isMethods()) {
      return List.of(METHODS);
    }
    return routes.stream()
        .map(
            route ->
                (route.method == null ? "" : route.method.toUpperCase(Locale.ROOT) + " ")
                    + route.pattern.getPatternString())
        .toList();
  }

  @Override
  public String toString() {
    return isMethods() ? METHODS : texts().toString();
  }
}
