package io.bartizan.ratelimit.count;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times in whole microseconds, and division that rounds up. */
public final class Micros {

  private Micros() {}

  /**
   * A span in microseconds.
   *
   * @param span a span of less than 292 000 years
   * @return microseconds, rounded down
   */
  public static long of(Duration span) {
    return span.getSeconds() * 1_000_000 + span.getNano() / 1000;
  }

  /**
   * A moment in microseconds.
   *
   * @param moment a moment within 292 000 years of the epoch
   * @return microseconds since the epoch, rounded down
   */
  public static long of(Instant moment) {
    return moment.getEpochSecond() * 1_000_000 + moment.getNano() / 1000;
  }

  /**
   * A moment.
   *
   * @param micros microseconds since the epoch
   * @return the moment
   */
  public static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  /**
   * A span.
   *
   * @param micros its microseconds
   * @return the span
   */
  public static Duration duration(long micros) {
    return Duration.of(micros, ChronoUnit.MICROS);
  }

  /**
   * A span in nanoseconds.
   *
   * @param micros its microseconds; zero or more
   * @return nanoseconds, {@code Long.MAX_VALUE} if there are more
   */
  public static long nanos(long micros) {
    return micros > Long.MAX_VALUE / 1000 ? Long.MAX_VALUE : micros * 1000;
  }

  /**
   * A quotient rounded up.
   *
   * @param dividend zero or more
   * @param divisor at least 1
   * @return the quotient
   */
  public static long ceilDiv(long dividend, long divisor) {
    return dividend / divisor + (dividend % divisor == 0 ? 0 : 1);
  }

  /**
   * A product divided, whatever its size, and rounded up.
   *
   * @param a zero or more
   * @param b zero or more
   * @param divisor at least 1
   * @return the quotient, {@code Long.MAX_VALUE} if it is more
   */
  public static long ceilMulDiv(long a, long b, long divisor) {
    BigInteger[] result =
        BigInteger.valueOf(a)
            .multiply(BigInteger.valueOf(b))
            .divideAndRemainder(BigInteger.valueOf(divisor));
    BigInteger rounded = result[0].add(BigInteger.valueOf(result[1].signum()));
    return rounded.bitLength() > 63 ? Long.MAX_VALUE : rounded.longValue();
  }
}
