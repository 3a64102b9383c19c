package io.bartizan.adapters.servlet;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.CountedMark;
import io.bartizan.adapters.answer.RateGate;
import io.bartizan.ratelimit.KeyedRateLimiter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;

/**
 * A servlet filter that limits request rates: 429 Too Many Requests with {@code RateLimit}, {@code
 * Retry-After} and a problem body. It answers 503 if the limit cannot be counted.
 *
 * <pre>{@code
 * Filter flood = RateLimitFilter.of(byAddress, CallerKey.address(ClientAddress.direct()));
 * Filter token = BearerTokenFilter.of(verifier);
 * Filter quota = RateLimitFilter.of(byTenant, CallerKey.claim("tenant"));   // in this order
 * }</pre>
 *
 * <p>A request whose caller is not known as the key asks is not served: 403 without a client
 * certificate or the claim, 500 where the filter stands in front of the authentication that it
 * needs. One request takes one permit, however often it is dispatched. Several of these filters
 * tell their limits in one {@code RateLimit} field, the tighter one first. Thread-safe.
 */
public final class RateLimitFilter extends GuardFilter {

  private final KeyedRateLimiter limiter;
  private final RateGate gate;

  /** This filter's own mark on requests that it has counted. */
  private final String counted = CountedMark.next();

  private RateLimitFilter(KeyedRateLimiter limiter, RateGate gate) {
    this.limiter = limiter;
    this.gate = gate;
  }

  /**
   * A filter for one limit.
   *
   * @param limiter counts; {@code redis.blocking()} for one on Redis
   * @param caller by what it counts
   * @return a filter, thread-safe
   * @throws NullPointerException if an argument is null
   */
  public static RateLimitFilter of(KeyedRateLimiter limiter, CallerKey caller) {
    return new RateLimitFilter(Objects.requireNonNull(limiter, "limiter"), new RateGate(caller));
  }

  @Override
  void guard(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getAttribute(counted) != this) {
      request.setAttribute(counted, this);
      Answer answer =
          gate.ask(limiter, new ServletIncoming(request), request.getAttribute(RateGate.TOLD));
      if (!answer.isServed()) {
        send(response, answer);
        return;
      }
      request.setAttribute(RateGate.TOLD, answer.told());
      answer.fields(response::setHeader);
    }
    chain.doFilter(request, response);
  }

  /** By what it counts. */
  @Override
  public String toString() {
    return "RateLimitFilter[" + gate + "]";
  }
}
