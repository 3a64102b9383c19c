package io.bartizan.spring.method;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * A {@link CostlyLimiter} of a limit on a shared server.
 *
 * @param limiter of the permits
 * @param cost of a request, in permits
 */
public record CostlyAsyncLimiter(AsyncKeyedRateLimiter limiter, long cost)
    implements AsyncKeyedRateLimiter {

  /**
   * The limiter itself where a request takes one permit.
   *
   * @param limiter of the permits
   * @param cost of a request, in permits
   * @return a limiter of requests
   */
  public static AsyncKeyedRateLimiter of(AsyncKeyedRateLimiter limiter, long cost) {
    return cost == 1 ? limiter : new CostlyAsyncLimiter(limiter, cost);
  }

  @Override
  public CompletionStage<Decision> tryAcquire(String key, long permits) {
    return limiter.tryAcquire(key, Math.multiplyExact(permits, cost));
  }

  @Override
  public CompletionStage<Decision> peek(String key, long permits) {
    return limiter.peek(key, Math.multiplyExact(permits, cost));
  }

  @Override
  public CompletionStage<Decision> charge(String key, long permits) {
    return limiter.charge(key, Math.multiplyExact(permits, cost));
  }

  @Override
  public CompletionStage<Void> refund(String key, long permits) {
    return limiter.refund(key, Math.multiplyExact(permits, cost));
  }

  @Override
  public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
    return limiter.reserve(key, Math.multiplyExact(permits, cost), maxWait);
  }

  @Override
  public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
    return limiter.acquire(key, Math.multiplyExact(permits, cost), maxWait);
  }

  @Override
  public KeyedRateLimiter blocking() {
    return CostlyLimiter.of(limiter.blocking(), cost);
  }

  @Override
  public Health health() {
    return limiter.health();
  }
}
