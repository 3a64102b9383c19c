package io.bartizan.adapters.netty;

import io.bartizan.adapters.CallerKey;
import io.bartizan.adapters.answer.AsyncRateGate;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;

/**
 * Limits request rates on a Netty server: 429 Too Many Requests with {@code RateLimit}, {@code
 * Retry-After} and a problem body. It answers 503 if the limit cannot be counted.
 *
 * <pre>{@code
 * Guards guards =
 *     Guards.of(
 *         RateLimitGuard.inMemory(byAddress, CallerKey.address(ClientAddress.direct())),
 *         BearerTokenGuard.of(verifier),
 *         RateLimitGuard.of(redis, CallerKey.claim("tenant")));   // in this order
 * }</pre>
 *
 * <p>A request whose caller is not known as the key asks is not served: 403 without a client
 * certificate or the claim, 500 where the guard stands in front of the authentication that it
 * needs. Several of these guards tell their limits in one {@code RateLimit} field, the tighter one
 * first. Thread-safe.
 */
public final class RateLimitGuard extends Guard {

  private final AsyncRateGate gate;

  private RateLimitGuard(AsyncRateGate gate) {
    this.gate = gate;
  }

  /**
   * A guard for a limit on a shared server, such as Redis.
   *
   * @param limiter counts
   * @param caller by what it counts
   * @return a guard, thread-safe
   * @throws NullPointerException if an argument is null
   */
  public static RateLimitGuard of(AsyncKeyedRateLimiter limiter, CallerKey caller) {
    return new RateLimitGuard(AsyncRateGate.of(limiter, caller));
  }

  /**
   * A guard for a limit in memory.
   *
   * @param limiter counts, and never waits as a view of a shared server would: it is asked on the
   *     event loop
   * @param caller by what it counts
   * @return a guard, thread-safe
   * @throws NullPointerException if an argument is null
   */
  public static RateLimitGuard inMemory(KeyedRateLimiter limiter, CallerKey caller) {
    return new RateLimitGuard(AsyncRateGate.inMemory(limiter, caller));
  }

  @Override
  void ask(Exchange exchange) {
    exchange.await(
        gate.ask(exchange.incoming(), exchange.verified().told),
        answer -> {
          if (answer.isServed()) {
            exchange.verified().told = answer.told();
            answer.fields(exchange.response()::set);
            exchange.next();
          } else {
            exchange.refuse(answer);
          }
        });
  }

  /** By what it counts. */
  @Override
  public String toString() {
    return "RateLimitGuard[" + gate + "]";
  }
}
