package io.bartizan.tests;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for what other threads, processes or servers bring about, and fails after a generous bound
 * with a sentence that says what did not come.
 *
 * <p>The bound is one on hanging, never a measure of speed: choose seconds where milliseconds are
 * expected. Between two looks the thread parks for a sixteenth of what it has waited, but between
 * 100 microseconds and 25 milliseconds, so that a quick condition is seen quickly and a slow one,
 * which may be a request or a handshake, takes no core from others.
 */
public final class Eventually {

  private static final long SHORTEST_PAUSE_NANOS = 100_000;
  private static final long LONGEST_PAUSE_NANOS = 25_000_000;

  private Eventually() {}

  /** Assertions that hold in the end; an {@link AssertionError} says that they do not hold yet. */
  @FunctionalInterface
  public interface Assertions {
    void run() throws Exception;
  }

  /**
   * Returns as soon as the condition holds.
   *
   * @param limit after which the wait ends with an {@link AssertionError}; the condition is looked
   *     at once more at that moment
   * @param what what is waited for, as a sentence of the failure: {@code "the server is found"}
   * @param condition looked at again and again by this thread; what it throws ends the wait
   */
  public static void within(Duration limit, String what, Callable<Boolean> condition) {
    within(
        limit,
        () -> {
          if (!condition.call()) {
            throw new AssertionError(what);
          }
        });
  }

  /**
   * Returns as soon as the assertions hold.
   *
   * @param limit after which the wait ends with an {@link AssertionError} that ends with the
   *     message of the last one; the assertions are tried once more at that moment
   * @param assertions tried again and again by this thread; an exception, which is no {@link
   *     AssertionError}, ends the wait
   */
  public static void within(Duration limit, Assertions assertions) {
    long started = System.nanoTime();
    while (true) {
      long waited = System.nanoTime() - started;
      boolean last = waited >= limit.toNanos();
      try {
        assertions.run();
        return;
      } catch (AssertionError notYet) {
        if (last) {
          throw new AssertionError(
              "not within " + limit.toMillis() + " ms: " + notYet.getMessage(), notYet);
        }
      } catch (Exception e) {
        throw new AssertionError("while waiting: " + e, e);
      }
      if (Thread.currentThread().isInterrupted()) { // or parkNanos would return at once
        throw new AssertionError("interrupted while waiting");
      }
      LockSupport.parkNanos(
          Math.min(LONGEST_PAUSE_NANOS, Math.max(SHORTEST_PAUSE_NANOS, waited / 16)));
    }
  }

  /**
   * Returns when the latch is down, as code that does not heed an interrupt; the thread is
   * interrupted again then.
   */
  public static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
