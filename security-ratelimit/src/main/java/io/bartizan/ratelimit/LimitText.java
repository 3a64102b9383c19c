package io.bartizan.ratelimit;

import java.time.Duration;

/** Limits as people write them. */
final class LimitText {

  private static final String[] UNITS = {"d", "h", "min", "s", "ms", "us"};
  private static final long[] MICROS = {
    86_400_000_000L, 3_600_000_000L, 60_000_000L, 1_000_000L, 1000L, 1L
  };

  private LimitText() {}

  /** A period in its largest whole unit: {@code s}, {@code 10s}, {@code 90min}, {@code 1500us}. */
  static String period(Duration period) {
    long micros = Rate.micros(period);
    for (int i = 0; i < UNITS.length; i++) {
      if (micros % MICROS[i] == 0) {
        long count = micros / MICROS[i];
        return count == 1 ? UNITS[i] : count + UNITS[i];
      }
    }
    throw new AssertionError(period);
  }
}
