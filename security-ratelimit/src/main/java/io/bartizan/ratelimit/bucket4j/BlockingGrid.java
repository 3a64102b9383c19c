package io.bartizan.ratelimit.bucket4j;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The limiter for callers that wait; the time-out of the stage bounds each wait. */
final class BlockingGrid implements KeyedRateLimiter {

  private final Bucket4jRateLimiter limiter;

  BlockingGrid(Bucket4jRateLimiter limiter) {
    this.limiter = limiter;
  }

  @Override
  public Decision tryAcquire(String key, long permits) {
    return await(limiter.tryAcquire(key, permits));
  }

  @Override
  public Decision peek(String key, long permits) {
    return await(limiter.peek(key, permits));
  }

  @Override
  public Decision charge(String key, long permits) {
    return await(limiter.charge(key, permits));
  }

  @Override
  public void refund(String key, long permits) {
    var unused = await(limiter.refund(key, permits));
  }

  @Override
  public Reservation reserve(String key, long permits, Duration maxWait) {
    return await(limiter.reserve(key, permits, maxWait));
  }

  @Override
  public Decision acquire(String key, long permits, Duration maxWait) {
    return await(limiter.acquire(key, permits, maxWait));
  }

  /** Waits to the end, at most the time-out; an interruption stays for the caller to see. */
  private static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
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
