package io.bartizan.adapters.httpserver;

import com.sun.net.httpserver.HttpExchange;
import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.answer.Answer;
import io.bartizan.adapters.answer.RateGate;
import io.bartizan.ratelimit.KeyedRateLimiter;
import java.io.IOException;
import java.util.Objects;

/**
 * A filter of the JDK's HttpServer that limits request rates: 429 Too Many Requests with {@code
 * RateLimit}, {@code Retry-After} and a problem body. It answers 503 if the limit cannot be
 * counted.
 *
 * <pre>{@code
 * context.getFilters().add(RateLimitFilter.of(flood, CallerKey.address(ClientAddress.direct())));
 * context.getFilters().add(BearerTokenFilter.of(verifier));
 * context.getFilters().add(RateLimitFilter.of(quota, CallerKey.claim("tenant")));   // in this order
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
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    Verified verified = Guarded.verified(exchange);
    Answer answer =
        gate.ask(
            limiter, new ExchangeIncoming(exchange, verified), verified.attribute(RateGate.TOLD));
    if (answer.isServed()) {
      verified.setAttribute(RateGate.TOLD, answer.told());
      answer.fields(exchange.getResponseHeaders()::set);
      chain.doFilter(Guarded.with(exchange, verified));
    } else {
      send(exchange, answer);
    }
  }

  @Override
  public String description() {
    return "rate limit by " + gate;
  }
}
