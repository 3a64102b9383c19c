package io.bartizan.ratelimit.redis;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;

/** The limiter for callers that wait; no wait is longer than the limiter's time-out. */
final class BlockingView implements KeyedRateLimiter {

  private final RedisRateLimiter limiter;

  BlockingView(RedisRateLimiter limiter) {
    this.limiter = limiter;
  }

  @Override
  public Decision tryAcquire(String key, long permits) {
    return await(limiter.acquireNow(key, permits));
  }

  @Override
  public Decision peek(String key, long permits) {
    return await(limiter.submit(key, Check.Kind.PEEK, permits, ""));
  }

  @Override
  public void refund(String key, long permits) {
    var unused = await(limiter.submit(key, Check.Kind.REFUND, permits, ""));
  }

  @Override
  public Reservation reserve(String key, long permits, Duration maxWait) {
    Check check = limiter.submitReservation(key, permits, maxWait);
    return limiter.reservation(check, await(check));
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

  /** Waits to the end, at most the time-out, and keeps an interruption for the caller. */
  static <T> T await(CompletableFuture<T> check) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return check.get();
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
