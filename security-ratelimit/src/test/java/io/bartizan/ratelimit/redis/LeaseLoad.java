package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that ask for one or two permits of one key, hold them for about a millisecond, renew some
 * and close them, and what they lived through.
 */
final class LeaseLoad implements AutoCloseable {

  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
  private final Queue<Long> waits = new ConcurrentLinkedQueue<>();
  private final AtomicLong inside = new AtomicLong();
  private final AtomicLong mostInside = new AtomicLong();
  private final AtomicLong granted = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong unanswered = new AtomicLong();
  private final AtomicLong overstayed = new AtomicLong();
  private volatile boolean stopped;

  LeaseLoad(RedisConcurrencyLimiter limiter, String key, int threadCount) {
    for (int i = 0; i < threadCount; i++) {
      int permits = 1 + i % 2;
      Thread thread = new Thread(() -> run(limiter.blocking(), key, permits), "lease-load-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  private void run(RedisConcurrencyLimiter.Blocking limiter, String key, int permits) {
    for (int turn = 0; !stopped; turn++) {
      long start = System.nanoTime();
      try {
        Lease lease = limiter.tryAcquire(key, permits);
        waits.add(System.nanoTime() - start);
        if (lease.source() != Source.REMOTE) {
          unanswered.incrementAndGet();
        } else if (lease.granted()) {
          work(lease, permits, turn % 4 == 0);
        }
        answered.addAndGet(lease.source() == Source.REMOTE ? 1 : 0);
        lease.close();
      } catch (RuntimeException e) {
        thrown.add(e);
      }
      LockSupport.parkNanos(500_000);
    }
  }

  /** The permits are counted only while they are surely held: after the grant, before the close. */
  private void work(Lease lease, int permits, boolean renews) {
    mostInside.accumulateAndGet(inside.addAndGet(permits), Math::max);
    granted.incrementAndGet();
    LockSupport.parkNanos(1_000_000);
    if (renews) {
      long start = System.nanoTime();
      boolean unused = lease.renew().toCompletableFuture().join();
      waits.add(System.nanoTime() - start);
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
    return List.copyOf(thrown);
  }

  /** The longest wait of this share of the calls in milliseconds. */
  double waited(double share) {
    long[] sorted = waits.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted[(int) Math.min(sorted.length - 1, (long) (share * sorted.length))] / 1e6;
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
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
