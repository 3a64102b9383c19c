package io.bartizan.adapters.netty;

import io.bartizan.adapters.Issued;
import io.bartizan.core.Health;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A limiter of two that decides when the test says so. */
final class HeldLimiter implements AsyncKeyedRateLimiter {

  private final KeyedRateLimiter limiter = Issued.twoEach();
  private final Deque<CompletableFuture<Decision>> asked = new ArrayDeque<>();

  int asked() {
    return asked.size();
  }

  void decide() {
    asked.remove().complete(limiter.tryAcquire("anybody", 1));
  }

  void fail(RuntimeException problem) {
    asked.remove().completeExceptionally(problem);
  }

  @Override
  public CompletionStage<Decision> tryAcquire(String key, long permits) {
    CompletableFuture<Decision> stage = new CompletableFuture<>();
    asked.add(stage);
    return stage;
  }

  @Override
  public CompletionStage<Decision> peek(String key, long permits) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Decision> charge(String key, long permits) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Void> refund(String key, long permits) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
    throw new UnsupportedOperationException();
  }

  @Override
  public KeyedRateLimiter blocking() {
    return limiter;
  }

  @Override
  public Health health() {
    return limiter.health();
  }
}
