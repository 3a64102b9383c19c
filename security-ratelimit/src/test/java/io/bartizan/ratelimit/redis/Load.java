package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that ask for one permit of one key again and again, and what they lived through. */
final class Load implements AutoCloseable {

  private final LoadThreads threads = new LoadThreads();
  private final AtomicLong admitted = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong unanswered = new AtomicLong();

  Load(KeyedRateLimiter limiter, String key, int threadCount) {
    threads.start("load", threadCount, (thread, turn) -> ask(limiter, key));
  }

  private void ask(KeyedRateLimiter limiter, String key) {
    long start = System.nanoTime();
    try {
      Decision decision = limiter.tryAcquire(key);
      if (decision.source() == Decision.Source.REMOTE) {
        answered.incrementAndGet();
        admitted.addAndGet(decision.isAllowed() ? 1 : 0);
      } else {
        unanswered.incrementAndGet();
      }
    } finally {
      threads.waitedSince(start);
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
    threads.close();
  }
}
