package io.bartizan.spring;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.jwt.AuthenticationScheme;
import io.bartizan.ratelimit.RateLimitFields;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationServiceException;

/**
 * Answers 503 where nobody could tell whether a token is good, in front of Spring Security.
 *
 * <p>Spring Security throws out of its filters then. Spring Boot dispatches that to its error page,
 * which is guarded too, and the sender reads 401: that a good token is bad.
 */
final class OutageFilter implements Filter {

  private static final byte[] PROBLEM =
      "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503}"
          .getBytes(StandardCharsets.UTF_8);

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    try {
      chain.doFilter(request, response);
    } catch (AuthenticationServiceException e) {
      if (!isOutage(e)
          || response.isCommitted()
          || !(response instanceof HttpServletResponse answered)) {
        throw e;
      }
      answered.reset();
      answered.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
      answered.setHeader("Retry-After", "5");
      answered.setContentType(RateLimitFields.PROBLEM_MEDIA_TYPE);
      answered.setContentLength(PROBLEM.length);
      answered.getOutputStream().write(PROBLEM);
    }
  }

  private static boolean isOutage(Throwable thrown) {
    for (@Nullable Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof VerificationException refused) {
        return AuthenticationScheme.bearer().status(refused.reason())
            == HttpServletResponse.SC_SERVICE_UNAVAILABLE;
      }
    }
    return false;
  }
}
