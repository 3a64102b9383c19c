package io.bartizan.spring;

import io.bartizan.ratelimit.RateLimitFields;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Answers 503 where nobody could tell whether a token is good, in front of Spring Security, and has
 * the decoder find the client certificate of the request.
 *
 * <p>Spring Security throws out of its filters then. Spring Boot dispatches that to its error page,
 * which is guarded too, and the sender reads 401: that a good token is bad.
 */
final class OutageFilter implements Filter {

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    ServletRequestAttributes shown =
        RequestContextHolder.getRequestAttributes() == null
                && request instanceof HttpServletRequest served
            ? new ServletRequestAttributes(served)
            : null;
    if (shown != null) { // Spring does it behind Spring Security, where that stands far in front
      RequestContextHolder.setRequestAttributes(shown);
    }
    try {
      chain.doFilter(request, response);
    } catch (AuthenticationServiceException e) {
      if (!Outage.isCauseOf(e)
          || response.isCommitted()
          || !(response instanceof HttpServletResponse answered)) {
        throw e;
      }
      answered.reset();
      answered.setStatus(Outage.STATUS);
      answered.setHeader("Retry-After", Outage.RETRY_SECONDS);
      answered.setContentType(RateLimitFields.PROBLEM_MEDIA_TYPE);
      byte[] problem = Outage.problem();
      answered.setContentLength(problem.length);
      answered.getOutputStream().write(problem);
    } finally {
      if (shown != null) {
        RequestContextHolder.resetRequestAttributes();
        shown.requestCompleted();
      }
    }
  }
}
