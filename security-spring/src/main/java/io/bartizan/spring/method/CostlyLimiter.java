package io.bartizan.spring.method;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;

/**
 * The same limiter, of which one request takes several permits.
 *
 * @param limiter of the permits
 * @param cost of a request, in permits
 */
public record CostlyLimiter(KeyedRateLimiter limiter, long cost) implements KeyedRateLimiter {

  /**
   * The limiter itself where a request takes one permit.
   *
   * @param limiter of the permits
   * @param cost of a request, in permits
   * @return a limiter of requests
   */
  public static KeyedRateLimiter of(KeyedRateLimiter limiter, long cost) {
    return cost == 1 ? limiter : new CostlyLimiter(limiter, cost);
  }

  @Override
  public Decision tryAcquire(String key, long permits) {
    return limiter.tryAcquire(key, Math.multiplyExact(permits, cost));
  }

  @Override
  public Decision peek(String key, long permits) {
    return limiter.peek(key, Math.multiplyExact(permits, cost));
  }

  @Override
  public Decision charge(String key, long permits) {
    return limiter.charge(key, Math.multiplyExact(permits, cost));
  }

  @Override
  public void refund(String key, long permits) {
    limiter.refund(key, Math.multiplyExact(permits, cost));
  }

  @Override
  public Reservation reserve(String key, long permits, Duration maxWait) {
    return limiter.reserve(key, Math.multiplyExact(permits, cost), maxWait);
  }

  @Override
  public Decision acquire(String key, long permits, Duration maxWait) throws InterruptedException {
    return limiter.acquire(key, Math.multiplyExact(permits, cost), maxWait);
  }

  @Override
  public Health health() {
    return limiter.health();
  }
}
