package io.bartizan.spring.span;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** Asks a limit and tells its outcome to the span of the request, if it has one. */
public final class ServletSpans {

  private ServletSpans() {}

  /** Asks the limit of this name. */
  public static void ask(
      String limit,
      Filter asking,
      ServletRequest request,
      ServletResponse response,
      FilterChain next)
      throws IOException, ServletException {
    ServerRequestObservationContext span =
        request instanceof HttpServletRequest served
            ? ServerHttpObservationFilter.findObservationContext(served).orElse(null)
            : null;
    if (span == null) {
      asking.doFilter(request, response, next);
      return;
    }
    boolean[] passed = {false};
    asking.doFilter(
        request,
        response,
        (counted, answered) -> {
          passed[0] = true;
          LimitOutcome.allowed(span, limit);
          next.doFilter(counted, answered);
        });
    if (!passed[0] && response instanceof HttpServletResponse answered) {
      LimitOutcome.answered(span, limit, answered.getStatus());
    }
  }
}
