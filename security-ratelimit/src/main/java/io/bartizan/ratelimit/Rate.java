package io.bartizan.ratelimit;

import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.ratelimit.count.Micros;
import java.math.BigInteger;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A number of permits per period, such as 50 per second or 5 per minute: integers, never a
 * fraction.
 *
 * <p>{@code Rate.per(50, SECONDS)} and {@code Rate.per(3000, MINUTES)} let as many through in the
 * long run and are different rates: a window limit counts in this period. Immutable.
 *
 * @param permits how many permits a period brings; 1 to 10<sup>12</sup>
 * @param period the period; whole microseconds, 1 ms to 36 525 days
 */
public record Rate(long permits, Duration period) {

  /** Units of periods and their microseconds, the largest first. */
  static final List<Map.Entry<String, Long>> UNITS =
      List.of(
          Map.entry("d", 86_400_000_000L),
          Map.entry("h", 3_600_000_000L),
          Map.entry("min", 60_000_000L),
          Map.entry("s", 1_000_000L),
          Map.entry("ms", 1000L),
          Map.entry("us", 1L));

  static final long MAX_PERMITS = 1_000_000_000_000L;
  static final Duration MIN_PERIOD = Duration.ofMillis(1);
  static final Duration MAX_PERIOD = Duration.ofDays(36_525);

  /**
   * A rate.
   *
   * @param permits how many permits a period brings; 1 to 10<sup>12</sup>, and at most 1000 for
   *     each microsecond of the period
   * @param period the period; whole microseconds, 1 ms to 36 525 days
   * @throws NullPointerException if {@code period} is null
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public Rate {
    Objects.requireNonNull(period, "period");
    long unused = Require.within("permits", permits, 1, MAX_PERMITS);
    if (period.compareTo(MIN_PERIOD) < 0
        || period.compareTo(MAX_PERIOD) > 0
        || period.toNanosPart() % 1000 != 0) {
      throw new IllegalArgumentException(
          "period is "
              + Span.exact(period)
              + ", whole microseconds from 1 ms to 36525 days are accepted");
    }
    if (permits / 1000 > Micros.of(period)
        || (permits / 1000 == Micros.of(period) && permits % 1000 > 0)) {
      throw new IllegalArgumentException(
          "permits is "
              + permits
              + " in "
              + Span.exact(period)
              + ", at most 1000 per microsecond are accepted");
    }
  }

  /**
   * A number of permits per period.
   *
   * @param permits how many permits a period brings; 1 to 10<sup>12</sup>, and at most 1000 for
   *     each microsecond of the period
   * @param period the period; whole microseconds, 1 ms to 36 525 days
   * @return the rate
   * @throws NullPointerException if {@code period} is null
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static Rate per(long permits, Duration period) {
    return new Rate(permits, period);
  }

  /**
   * A number of permits per unit of time, such as {@code Rate.per(50, ChronoUnit.SECONDS)}.
   *
   * @param permits how many permits a period brings; 1 to 10<sup>12</sup>
   * @param unit one of it is the period; {@code MILLIS} to {@code DAYS} (a day is 24 hours)
   * @return the rate
   * @throws NullPointerException if {@code unit} is null
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static Rate per(long permits, ChronoUnit unit) {
    Objects.requireNonNull(unit, "unit");
    if (unit.isDurationEstimated() && unit != ChronoUnit.DAYS) {
      throw new IllegalArgumentException(
          "unit is " + unit + ", whose length varies; MILLIS to DAYS are accepted");
    }
    return new Rate(permits, unit.getDuration());
  }

  /** The period in microseconds: exact, and below 2^52. */
  long periodMicros() {
    return Micros.of(period);
  }

  /**
   * The rate of one of several that together have this one: exactly, or where the period would be
   * too long rounded up to whole permits in the longest one.
   */
  Rate dividedBy(int instances) {
    long longest = Micros.of(MAX_PERIOD);
    long period = periodMicros();
    if (period <= longest / instances) {
      return new Rate(permits, Micros.duration(period * instances));
    }
    int common = BigInteger.valueOf(permits).gcd(BigInteger.valueOf(instances)).intValueExact();
    int slower = instances / common;
    if (period <= longest / slower) {
      return new Rate(permits / common, Micros.duration(period * slower));
    }
    long together = Micros.ceilMulDiv(permits, longest, period);
    return new Rate(Micros.ceilDiv(together, instances), MAX_PERIOD);
  }

  /** A period in its largest whole unit: {@code s}, {@code 10s}, {@code 90min}, {@code 1500us}. */
  static String spelt(Duration period) {
    long micros = Micros.of(period);
    for (Map.Entry<String, Long> unit : UNITS) {
      if (micros % unit.getValue() == 0) {
        long count = micros / unit.getValue();
        return count == 1 ? unit.getKey() : count + unit.getKey();
      }
    }
    throw new AssertionError(period);
  }

  /**
   * The rate in words, such as {@code 50/s}, {@code 5/10s} or {@code 1000/d}.
   *
   * @return permits, a slash, and the period in its largest whole unit
   */
  @Override
  public String toString() {
    return permits + "/" + spelt(period);
  }
}
