package io.bartizan.spring;

import io.bartizan.adapters.servlet.RateLimitFilter;
import io.bartizan.spring.caller.CountedCaller;
import io.bartizan.spring.caller.ServletCaller;
import io.bartizan.spring.span.ServletSpans;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.RequestPath;
import org.springframework.web.util.ServletRequestPathUtils;

/** Asks the limits of one place in the chain, in their order, those whose routes fit. */
final class LimitFilter implements Filter {

  private record Step(String limit, Routes routes, CountedCaller caller, RateLimitFilter filter) {}

  private final List<Step> steps = new ArrayList<>();

  LimitFilter(List<ConfiguredLimit> limits) {
    for (ConfiguredLimit each : limits) {
      RateLimitFilter filter = RateLimitFilter.of(each.limiter(), each.key().caller());
      steps.add(new Step(each.name(), each.routes(), each.counted(), filter));
    }
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest asked)) {
      throw new ServletException("rate limits guard HTTP requests alone");
    }
    from(0, asked(asked), chain).doFilter(request, response);
  }

  private FilterChain from(int start, Asked asked, FilterChain chain) {
    for (int i = start; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (step.routes.matches(asked)) {
        int next = i + 1;
        return (request, response) ->
            ServletSpans.ask(
                step.limit,
                step.filter,
                ServletCaller.of((HttpServletRequest) request, step.caller),
                response,
                (seen, answered) -> from(next, asked, chain).doFilter(request, answered));
      }
    }
    return chain;
  }

  /**
   * By the path that was sent and the one that the container decoded and made plain, by which
   * servlets are found, and by what of both is behind the path of a servlet ({@code
   * spring.mvc.servlet.path}), by which Spring MVC finds its handlers.
   */
  static Asked asked(HttpServletRequest request) {
    String info = request.getPathInfo();
    List<PathContainer> spellings = new ArrayList<>();
    spellings.add(plain(request.getServletPath() + (info == null ? "" : info)));
    if (info != null) {
      spellings.add(plain(info));
    }
    try {
      spellings.add(
          RequestPath.parse(request.getRequestURI(), request.getContextPath())
              .pathWithinApplication());
      spellings.add(ServletRequestPathUtils.parse(request).pathWithinApplication());
    } catch (IllegalArgumentException e) {
      // no path that Spring MVC could read either
    }
    return new Asked(request.getMethod(), spellings);
  }

  private static PathContainer plain(String decoded) {
    return PathContainer.parsePath(decoded.replace("%", "%25").replace(";", "%3B"));
  }
}
