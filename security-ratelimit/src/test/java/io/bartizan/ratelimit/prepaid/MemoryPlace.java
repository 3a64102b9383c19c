package io.bartizan.ratelimit.prepaid;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A shared place for threads: answers at once, where time stands still. */
final class MemoryPlace implements AsyncKeyedRateLimiter {

  final KeyedRateLimiter counts;

  MemoryPlace(Plan plan) {
    this.counts = KeyedRateLimiter.builder(plan, 100).withTicker(() -> 0).build();
  }

  @Override
  public CompletionStage<Decision> tryAcquire(String key, long permits) {
    return CompletableFuture.completedFuture(FarPlace.remote(counts.tryAcquire(key, permits)));
  }

  @Override
  public CompletionStage<Decision> peek(String key, long permits) {
    return CompletableFuture.completedFuture(FarPlace.remote(counts.peek(key, permits)));
  }

  @Override
  public CompletionStage<Decision> charge(String key, long permits) {
    return CompletableFuture.completedFuture(FarPlace.remote(counts.charge(key, permits)));
  }

  @Override
  public CompletionStage<Void> refund(String key, long permits) {
    counts.refund(key, permits);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
    return CompletableFuture.completedFuture(counts.reserve(key, permits, maxWait));
  }

  @Override
  public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
    return reserve(key, permits, maxWait).thenApply(Reservation::decision);
  }

  @Override
  public KeyedRateLimiter blocking() {
    return new FarPlace.Waiting(this);
  }

  @Override
  public Health health() {
    return counts.health();
  }
}
