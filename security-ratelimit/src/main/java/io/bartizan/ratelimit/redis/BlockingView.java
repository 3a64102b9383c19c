package io.bartizan.ratelimit.redis;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** The limiter for callers that wait; no wait is longer than the limiter's time-out. */
final class BlockingView implements KeyedRateLimiter {

  /** How much later than the timer a waiting thread ends its wait itself. */
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final RedisRateLimiter limiter;

  BlockingView(RedisRateLimiter limiter) {
    this.limiter = limiter;
  }

  @Override
  public Decision tryAcquire(String key, long permits) {
    limiter.checkMayWait();
    return decided(limiter.tryAcquire(key, permits, true));
  }

  @Override
  public Decision peek(String key, long permits) {
    limiter.checkMayWait();
    return decided(limiter.submit(key, Request.Kind.PEEK, permits, "", true));
  }

  @Override
  public Decision charge(String key, long permits) {
    limiter.checkMayWait();
    return decided(limiter.charge(key, permits, true));
  }

  @Override
  public void refund(String key, long permits) {
    limiter.checkMayWait();
    var unused = decided(limiter.submit(key, Request.Kind.REFUND, permits, "", true));
  }

  @Override
  public Reservation reserve(String key, long permits, Duration maxWait) {
    limiter.checkMayWait();
    return await(limiter.reserve(key, permits, maxWait, true));
  }

  @Override
  public Decision acquire(String key, long permits, Duration maxWait) throws InterruptedException {
    Reservation reservation = reserve(key, permits, maxWait);
    long end = System.nanoTime() + (reservation.isGranted() ? reservation.delay().toNanos() : 0);
    while (true) {
      if (Thread.interrupted()) {
        reservation.cancel();
        throw new InterruptedException("interrupted while waiting for permits");
      }
      long left = end - System.nanoTime();
      if (left <= 0) {
        return reservation.decision();
      }
      LockSupport.parkNanos(reservation, left);
    }
  }

  @Override
  public Health health() {
    return limiter.health();
  }

  /** Waits for a request to its deadline at most, whoever else is held up. */
  private Decision decided(CompletableFuture<Decision> answer) {
    if (answer instanceof Request request && !request.isDone()) {
      long left = request.deadlineNanos - System.nanoTime() + GRACE_NANOS;
      if (!awaitDone(request, left)) {
        limiter.answers.unasked(request);
      }
    }
    return await(answer);
  }

  /** Waits so long at most and keeps an interruption for the caller; whether it is done then. */
  static boolean awaitDone(CompletableFuture<?> answer, long nanos) {
    long end = System.nanoTime() + nanos;
    boolean interrupted = false;
    try {
      while (!answer.isDone()) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        try {
          Object unused = answer.get(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException | CancellationException | TimeoutException ended) {
          // isDone tells
        }
      }
      return true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits to the end, at most the time-out, and keeps an interruption for the caller. */
  static <T> T await(CompletionStage<T> stage) {
    CompletableFuture<T> answer = stage.toCompletableFuture();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return answer.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String toString() {
    return limiter + ".blocking()";
  }
}
