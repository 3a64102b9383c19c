package io.bartizan.ratelimit;

import io.bartizan.ratelimit.count.Micros;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
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
    if (permits < 1 || permits > MAX_PERMITS) {
      throw new IllegalArgumentException("permits is " + permits + ", 1 to 10^12 is accepted");
    }
    if (period.compareTo(MIN_PERIOD) < 0
        || period.compareTo(MAX_PERIOD) > 0
        || period.toNanosPart() % 1000 != 0) {
      throw new IllegalArgumentException(
          "period is " + period + ", whole microseconds from 1 ms to 36525 days are accepted");
    }
    if (permits / 1000 > Micros.of(period)
        || (permits / 1000 == Micros.of(period) && permits % 1000 > 0)) {
      throw new IllegalArgumentException(
          "permits is "
              + permits
              + " in "
              + period
              + ", at most 1000 per microsecond are accepted");
    }
  }

  /**
   * A number of permits per second.
   *
   * @param permits how many permits a second brings; 1 to 10<sup>9</sup>
   * @return the rate
   * @throws IllegalArgumentException if {@code permits} is outside its range
   */
  public static Rate perSecond(long permits) {
    return new Rate(permits, Duration.ofSeconds(1));
  }

  /**
   * A number of permits per minute.
   *
   * @param permits how many permits a minute brings; 1 to 6 × 10<sup>10</sup>
   * @return the rate
   * @throws IllegalArgumentException if {@code permits} is outside its range
   */
  public static Rate perMinute(long permits) {
    return new Rate(permits, Duration.ofMinutes(1));
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
   * The rate in words, such as {@code 50/s}, {@code 5/10s} or {@code 1000/d}.
   *
   * @return permits, a slash, and the period in its largest whole unit
   */
  @Override
  public String toString() {
    return permits + "/" + LimitText.period(period);
  }
}
