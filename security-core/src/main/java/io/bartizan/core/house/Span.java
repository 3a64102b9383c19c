package io.bartizan.core.house;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;

/** Spans of time in words. */
public final class Span {

  private Span() {}

  /**
   * How long, in the largest unit that is not zero and rounded down.
   *
   * @param span how long; negative counts as zero
   * @return such as {@code 3 h}, in s, min, h (below two days) or d
   */
  public static String rough(Duration span) {
    long seconds = Math.max(0, span.toSeconds());
    return seconds < 60
        ? seconds + " s"
        : seconds < 3600
            ? seconds / 60 + " min"
            : seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
  }

  /**
   * How long ago.
   *
   * @param then the earlier moment
   * @param now the later one
   * @return such as {@code 3 h ago}
   */
  public static String ago(Instant then, Instant now) {
    return rough(Duration.between(then, now)) + " ago";
  }

  /**
   * In how long.
   *
   * @param then the later moment
   * @param now the earlier one
   * @return such as {@code in 5 min}
   */
  public static String until(Instant then, Instant now) {
    return "in " + rough(Duration.between(now, then));
  }

  /**
   * How long, without loss, in the largest unit that gives a whole number; else in seconds.
   *
   * @param span how long
   * @return such as {@code 10 milliseconds}, {@code 1.5 seconds} or {@code 1 day}, {@code -1
   *     seconds} for less than none; {@code 0} for none
   */
  public static String exact(Duration span) {
    if (span.isZero()) {
      return "0";
    }
    long seconds = span.getSeconds();
    int nanos = span.getNano();
    if (seconds < 0 || (seconds > 0 && nanos != 0)) {
      BigDecimal whole = BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanos, 9));
      return whole.stripTrailingZeros().toPlainString() + " seconds";
    }
    if (nanos != 0) {
      return nanos % 1_000_000 == 0
          ? counted(nanos / 1_000_000, "millisecond")
          : nanos % 1_000 == 0
              ? counted(nanos / 1_000, "microsecond")
              : counted(nanos, "nanosecond");
    }
    return seconds % 86_400 == 0
        ? counted(seconds / 86_400, "day")
        : seconds % 3_600 == 0
            ? counted(seconds / 3_600, "hour")
            : seconds % 60 == 0 ? counted(seconds / 60, "minute") : counted(seconds, "second");
  }

  private static String counted(long number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
  }
}
