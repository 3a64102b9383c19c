package io.bartizan.examples.filters;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.RateLimitFields;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Limits the callers of a servlet container; who the caller is, the application says, and null for
 * a request that does not tell: all such requests are one caller.
 */
final class RateLimitServletFilter implements Filter {

  private final KeyedRateLimiter limiter;
  private final Function<HttpServletRequest, @Nullable String> caller;

  RateLimitServletFilter(
      KeyedRateLimiter limiter, Function<HttpServletRequest, @Nullable String> caller) {
    this.limiter = limiter;
    this.caller = caller;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    HttpServletResponse answer = (HttpServletResponse) response;
    @Nullable String told = caller.apply((HttpServletRequest) request);
    Decision decision =
        limiter.tryAcquire(told == null ? Key.of("nobody", "") : Key.of("caller", told));
    RateLimitFields fields = RateLimitFields.of(decision);
    fields.forEach(answer::setHeader);
    if (decision.isAllowed()) {
      chain.doFilter(request, response);
      return;
    }
    answer.setStatus(fields.refusalStatus());
    answer.setContentType(RateLimitFields.PROBLEM_MEDIA_TYPE);
    // Bytes and no writer, which would add a charset to the media type.
    answer.getOutputStream().write(fields.problem().getBytes(StandardCharsets.UTF_8));
  }
}
