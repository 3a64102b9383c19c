package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.Decision.Source;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that ask for one or two permits of one key, hold them for about a millisecond, renew some
 * and close them, and what they lived through.
 */
final class LeaseLoad implements AutoCloseable {

  private final LoadThreads threads = new LoadThreads();
  private final AtomicLong inside = new AtomicLong();
  private final AtomicLong mostInside = new AtomicLong();
  private final AtomicLong granted = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong unanswered = new AtomicLong();
  private final AtomicLong overstayed = new AtomicLong();

  LeaseLoad(RedisConcurrencyLimiter limiter, String key, int threadCount) {
    threads.start(
        "lease-load",
        threadCount,
        (thread, turn) -> hold(limiter.blocking(), key, 1 + thread % 2, turn % 4 == 0));
  }

  private void hold(
      KeyedConcurrencyLimiter limiter, String key, int permits, boolean renews) {
    long start = System.nanoTime();
    Permit lease = limiter.tryAcquire(key, permits);
    threads.waitedSince(start);
    if (lease.source() != Source.REMOTE) {
      unanswered.incrementAndGet();
    } else if (lease.isGranted()) {
      work(lease, permits, renews);
    }
    answered.addAndGet(lease.source() == Source.REMOTE ? 1 : 0);
    lease.close();
  }

  /** The permits are counted only while they are surely held: after the grant, before the close. */
  private void work(Permit lease, int permits, boolean renews) {
    mostInside.accumulateAndGet(inside.addAndGet(permits), Math::max);
    granted.incrementAndGet();
    LockSupport.parkNanos(1_000_000);
    if (renews) {
      long start = System.nanoTime();
      boolean unused = lease.renew().toCompletableFuture().join();
      threads.waitedSince(start);
    }
    inside.addAndGet(-permits);
    if (!lease.isHeld()) {
      overstayed.incrementAndGet();
    }
  }

  long granted() {
    return granted.get();
  }

  /** How many calls Redis answered, granting or not. */
  long answered() {
    return answered.get();
  }

  /** How many calls the failure policy answered. */
  long unanswered() {
    return unanswered.get();
  }

  /** The most permits that were held at one moment. */
  long mostInside() {
    return mostInside.get();
  }

  /** How many leases were over before their holder was done, which bounds nothing any more. */
  long overstayed() {
    return overstayed.get();
  }

  List<Throwable> thrown() {
    return threads.thrown();
  }

  /** The longest wait of this share of the calls in milliseconds. */
  double waited(double share) {
    return threads.waited(share);
  }

  /** Tells what was measured. */
  void report(String fault, double recoverySeconds) {
    System.getLogger("deep")
        .log(
            System.Logger.Level.INFO,
            String.format(
                Locale.ROOT,
                "leases, %s: %d answered, %d granted, %d by policy, at most %d held;"
                    + " waits p50 %.1f ms, p99 %.1f ms, longest %.1f ms; back after %.2f s",
                fault,
                answered(),
                granted(),
                unanswered(),
                mostInside(),
                waited(0.5),
                waited(0.99),
                waited(1),
                recoverySeconds));
  }

  @Override
  public void close() throws InterruptedException {
    threads.close();
  }
}
