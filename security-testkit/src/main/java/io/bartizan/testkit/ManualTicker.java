package io.bartizan.testkit;

import io.bartizan.core.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A {@link Ticker} that stands still until a test moves it.
 *
 * <p>Thread-safe. It starts near the largest {@code long}, so that code which compares two readings
 * other than by their difference fails soon.
 */
public final class ManualTicker implements Ticker {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

  /** A ticker that stands still. */
  public ManualTicker() {}

  @Override
  public long nanos() {
    return nanos.get();
  }

  /**
   * Moves time forward.
   *
   * @param duration how far; zero or more
   * @throws IllegalArgumentException if {@code duration} is negative
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(
          "duration is " + duration.toNanos() + " ns, zero or more is accepted");
    }
    nanos.addAndGet(duration.toNanos());
  }

  @Override
  public String toString() {
    return "ManualTicker[" + nanos.get() + " ns]";
  }
}
