package io.bartizan.core;

/**
 * A source of monotonic time: nanoseconds since an arbitrary, fixed instant.
 *
 * <p>Rates are measured with a ticker and never with the wall clock, because a wall clock can be
 * stepped by NTP or by hand. Values may be negative and may wrap; compare two of them only by their
 * difference, as {@link System#nanoTime()} asks. Implementations must be thread-safe and must not
 * go backwards.
 */
@FunctionalInterface
public interface Ticker {

  /**
   * Reads the time.
   *
   * @return nanoseconds since this ticker's fixed origin
   */
  long nanos();

  /**
   * The ticker of the running JVM, {@link System#nanoTime()}.
   *
   * @return always the same instance
   */
  static Ticker system() {
    return SystemTicker.INSTANCE;
  }
}
