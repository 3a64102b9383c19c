package io.bartizan.core.house;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A pace for log lines of a failure that may happen at every request: once a minute, with the
 * number of failures since the line before. Thread-safe.
 */
public final class RareLog {

  private static final long EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanos;
  private final AtomicLong unlogged = new AtomicLong();
  private final AtomicLong next;

  private RareLog(LongSupplier nanos) {
    this.nanos = nanos;
    this.next = new AtomicLong(nanos.getAsLong());
  }

  /**
   * By the JVM's clock; the first failure is logged at once.
   *
   * @return nothing failed yet
   */
  public static RareLog create() {
    return by(System::nanoTime);
  }

  /**
   * By another clock; the first failure is logged at once.
   *
   * @param nanos the clock, in nanoseconds
   * @return nothing failed yet
   */
  public static RareLog by(LongSupplier nanos) {
    return new RareLog(nanos);
  }

  /**
   * Counts a failure.
   *
   * @return how many failures a line to be written now stands for, this one included; 0 if none is
   *     to be written
   */
  public long failed() {
    long failures = unlogged.incrementAndGet();
    long now = nanos.getAsLong();
    long due = next.get();
    if (now - due < 0 || !next.compareAndSet(due, now + EVERY_NANOS)) {
      return 0;
    }
    unlogged.addAndGet(-failures);
    return failures;
  }

  /** How many failures came since the last line. */
  long unlogged() {
    return unlogged.get();
  }
}
