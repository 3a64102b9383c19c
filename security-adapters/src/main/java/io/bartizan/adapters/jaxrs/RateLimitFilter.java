package io.bartizan.adapters.jaxrs;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.CountedMark;
import io.bartizan.adapters.answer.RateGate;
import io.bartizan.ratelimit.KeyedRateLimiter;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.Objects;
import java.util.Optional;

/**
 * A JAX-RS guard that limits request rates: 429 Too Many Requests with {@code RateLimit}, {@code
 * Retry-After} and a problem body. It answers 503 if the limit cannot be counted.
 *
 * <pre>{@code
 * Guards guards =
 *     Guards.of(RateLimitFilter.of(byAddress, CallerKey.address(ClientAddress.direct())))
 *         .at(Orders.class, BearerTokenFilter.of(verifier), RateLimitFilter.of(byTenant, CallerKey.claim("tenant")));
 * }</pre>
 *
 * <p>A request whose caller is not known as the key asks is not served: 403 without a client
 * certificate or the claim, 500 where the filter stands in front of the authentication that it
 * needs. Several of these filters tell their limits in one {@code RateLimit} field, the tighter one
 * first. Thread-safe.
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
   * @param limiter counts; {@code redis.blocking()} for one on Redis, where requests have threads
   *     of their own
   * @param caller by what it counts
   * @return a filter, thread-safe
   * @throws NullPointerException if an argument is null
   */
  public static RateLimitFilter of(KeyedRateLimiter limiter, CallerKey caller) {
    return new RateLimitFilter(Objects.requireNonNull(limiter, "limiter"), new RateGate(caller));
  }

  @Override
  Optional<Answer> guard(ContainerRequestContext request) {
    if (request.getProperty(counted) == this) {
      return Optional.empty();
    }
    request.setProperty(counted, this);
    Answer answer =
        gate.ask(limiter, new ContextIncoming(request), request.getProperty(RateGate.TOLD));
    if (!answer.isServed()) {
      return Optional.of(answer);
    }
    request.setProperty(RateGate.TOLD, answer.told());
    request.setProperty(ResponseFilter.LIMITS, answer);
    return Optional.empty();
  }

  /** By what it counts. */
  @Override
  public String toString() {
    return "RateLimitFilter[" + gate + "]";
  }
}
