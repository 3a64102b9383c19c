package io.bartizan.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Rule 5's bound of memory: what a refusal may allocate, counted by the JVM for this thread. */
public final class AllocatedBytes {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private AllocatedBytes() {}

  /**
   * Fails if reading an input of that size allocates more than ten times as much and 64 KiB.
   *
   * @param inputBytes the size of the input
   * @param reading called again when it was too much, since the JVM's own first use of a class or a
   *     lambda is no cost of the input; must be repeatable
   */
  public static void assertBounded(long inputBytes, Runnable reading) {
    long limit = 10 * inputBytes + 64 * 1024;
    long spent = of(reading);
    for (int i = 0; i < 3 && spent > limit; i++) {
      spent = of(reading);
    }
    assertThat(spent).as("bytes allocated for %d of input", inputBytes).isLessThanOrEqualTo(limit);
  }

  /**
   * The bytes that this thread allocates for a piece of work: the least of five runs, since the
   * first ones load classes.
   *
   * @param work must be repeatable
   */
  public static long leastOf(Runnable work) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      least = Math.min(least, of(work));
    }
    return least;
  }

  private static long of(Runnable reading) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    reading.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
