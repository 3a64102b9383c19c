package io.bartizan.ratelimit.bucket4j;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;

/** The limiter for callers that wait; the time-out of the stage bounds each wait. */
final class BlockingGrid implements KeyedRateLimiter {

  private final Bucket4jRateLimiter limiter;

  BlockingGrid(Bucket4jRateLimiter limiter) {
    this.limiter = limiter;
  }

  @Override
  public Decision tryAcquire(String key, long permits) {
    return limiter.tryAcquire(key, permits).toCompletableFuture().join();
  }

  @Override
  public Decision peek(String key, long permits) {
    return limiter.peek(key, permits).toCompletableFuture().join();
  }

  @Override
  public void refund(String key, long permits) {
    limiter.refund(key, permits).toCompletableFuture().join();
  }

  @Override
  public Reservation reserve(String key, long permits, Duration maxWait) {
    return limiter.reserve(key, permits, maxWait).toCompletableFuture().join();
  }

  @Override
  public Decision acquire(String key, long permits, Duration maxWait) {
    return limiter.acquire(key, permits, maxWait).toCompletableFuture().join();
  }

  @Override
  public Health health() {
    return limiter.health();
  }

  @Override
  public String toString() {
    return limiter + ".blocking()";
  }
}
