package io.bartizan.adapters;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A limiter that decides a little later, on a thread of its own that must run nothing else. */
public final class LateLimiter implements AsyncKeyedRateLimiter {

  /** The name of the thread that completes stages. */
  public static final String THREAD = "limiter's connection";

  private final KeyedRateLimiter limiter;

  public LateLimiter(KeyedRateLimiter limiter) {
    this.limiter = limiter;
  }

  private static <T> CompletionStage<T> later(Supplier<T> answer) {
    CompletableFuture<T> stage = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                TimeUnit.MILLISECONDS.sleep(30);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              stage.complete(answer.get());
            },
            THREAD);
    thread.setDaemon(true);
    thread.start();
    return stage;
  }

  @Override
  public CompletionStage<Decision> tryAcquire(String key, long permits) {
    return later(() -> limiter.tryAcquire(key, permits));
  }

  @Override
  public CompletionStage<Decision> peek(String key, long permits) {
    return later(() -> limiter.peek(key, permits));
  }

  @Override
  public CompletionStage<Decision> charge(String key, long permits) {
    return later(() -> limiter.charge(key, permits));
  }

  @Override
  public CompletionStage<Void> refund(String key, long permits) {
    return later(
        () -> {
          limiter.refund(key, permits);
          return null;
        });
  }

  @Override
  public CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait) {
    return later(() -> limiter.reserve(key, permits, maxWait));
  }

  @Override
  public CompletionStage<Decision> acquire(String key, long permits, Duration maxWait) {
    throw new UnsupportedOperationException("no test acquires");
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
