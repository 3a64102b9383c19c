package io.bartizan.tests;

import io.bartizan.tests.Eventually.Assertions;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.opentest4j.TestAbortedException;

/**
 * Judges what only a machine with time for it can do: a failure counts if nothing else took the
 * time meanwhile. Otherwise the attempt is repeated, and the test is aborted once all were
 * disturbed.
 */
public final class Undisturbed {

  private static final int ATTEMPTS = 3;

  private Undisturbed() {}

  /**
   * Returns once the assertions held.
   *
   * @param assertions begins anew with each attempt
   * @param disturbed whether others took the time of the attempt that just failed
   * @throws AssertionError that of an attempt that nothing disturbed
   * @throws TestAbortedException if each attempt failed and was disturbed
   */
  public static void judge(Assertions assertions, Callable<Boolean> disturbed) throws Exception {
    for (int i = 1; ; i++) {
      try {
        assertions.run();
        return;
      } catch (AssertionError failed) {
        if (!disturbed.call()) {
          throw failed;
        }
        if (i == ATTEMPTS) {
          throw new TestAbortedException("the machine had no time for it in each attempt", failed);
        }
      }
    }
  }

  /** How long this process was not let run, as a thread sees that wants to every millisecond. */
  public static final class Pauses implements AutoCloseable {

    private static final long NAP_NANOS = 1_000_000;

    private final AtomicLong longest = new AtomicLong();
    private final Thread thread = new Thread(this::watch, "pauses");

    /** Begins to watch. */
    public Pauses() {
      thread.setDaemon(true);
      thread.start();
    }

    private void watch() {
      while (!Thread.interrupted()) {
        long begun = System.nanoTime();
        LockSupport.parkNanos(NAP_NANOS);
        longest.accumulateAndGet(System.nanoTime() - begun, Math::max);
      }
    }

    /** The longest since the last call, in nanoseconds. */
    public long longestNanos() {
      return longest.getAndSet(0);
    }

    @Override
    public void close() {
      thread.interrupt();
    }
  }
}
