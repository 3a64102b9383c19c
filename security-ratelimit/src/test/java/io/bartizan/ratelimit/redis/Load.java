package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Threads that ask for one permit of one key again and again, and what they lived through. */
final class Load implements AutoCloseable {

  private static final int STEP_MICROS = 100;
  private static final int STEPS = 200_000;

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicIntegerArray waits = new AtomicIntegerArray(STEPS);
  private final AtomicLong admitted = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong unanswered = new AtomicLong();
  private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  Load(KeyedRateLimiter limiter, String key, int threadCount) {
    for (int i = 0; i < threadCount; i++) {
      Thread thread = new Thread(() -> run(limiter, key), "load-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  private void run(KeyedRateLimiter limiter, String key) {
    while (!stopped) {
      long start = System.nanoTime();
      try {
        Decision decision = limiter.tryAcquire(key);
        if (decision.source() == Decision.Source.REMOTE) {
          answered.incrementAndGet();
          admitted.addAndGet(decision.allowed() ? 1 : 0);
        } else {
          unanswered.incrementAndGet();
        }
      } catch (RuntimeException e) {
        thrown.add(e);
      }
      long micros = (System.nanoTime() - start) / 1000;
      waits.incrementAndGet((int) Math.min(STEPS - 1, micros / STEP_MICROS));
      LockSupport.parkNanos(500_000);
    }
  }

  /** How many Redis allowed. */
  long admitted() {
    return admitted.get();
  }

  /** How many Redis answered, allowed or not. */
  long answered() {
    return answered.get();
  }

  /** How many the failure policy answered; Redis may have charged each of them once. */
  long unanswered() {
    return unanswered.get();
  }

  List<Throwable> thrown() {
    return List.copyOf(thrown);
  }

  /** The longest wait of this share of the calls in milliseconds. */
  double waited(double share) {
    long all = 0;
    for (int i = 0; i < STEPS; i++) {
      all += waits.get(i);
    }
    long seen = 0;
    for (int i = 0; i < STEPS; i++) {
      seen += waits.get(i);
      if (seen >= share * all) {
        return (i + 1) * STEP_MICROS / 1000.0;
      }
    }
    return STEPS * STEP_MICROS / 1000.0;
  }

  /** Tells what was measured. */
  void report(String fault, double recoverySeconds) {
    System.getLogger("deep")
        .log(
            System.Logger.Level.INFO,
            String.format(
                Locale.ROOT,
                "%s: %d calls, %d by policy; waits p50 %.1f ms, p99 %.1f ms, longest %.1f ms; back after %.2f s",
                fault,
                answered() + unanswered(),
                unanswered(),
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
