package io.bartizan.ratelimit;

import java.math.BigInteger;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * A bucket of permits that is refilled evenly, kept as one number: GCRA (ITU-T I.371) in integers.
 *
 * <p><b>The arithmetic, the same wherever the bucket lives.</b> Time is counted in whole
 * microseconds, rounded down. One microsecond is {@link #unitsPerMicro()} units and one permit
 * costs {@link #unitsPerPermit()} units; the bucket's state is the theoretical arrival time (TAT)
 * in units, the moment at which it will be full again. For {@code n} permits at {@code now}:
 *
 * <pre>
 *   backlog = max(TAT - now, 0)
 *   admitted if backlog + n × unitsPerPermit ≤ capacity × unitsPerPermit
 *   then TAT = now + backlog + n × unitsPerPermit; a refusal changes nothing
 * </pre>
 *
 * <p>No state and a TAT that has passed both mean: full. Where numbers are doubles (Redis scripts)
 * a TAT is two of them, whole microseconds and the rest in units: both stay below 2<sup>53</sup>,
 * and only additions, comparisons and one carry are needed.
 *
 * <p><b>Exactness.</b> The interval between two permits is the fraction t/p microseconds in lowest
 * terms. If p ≤ 65 536 and the time to fill × p ≤ 2<sup>61</sup> µs, then p is the scale and no
 * permit is ever gained or lost ({@link #isExact()}). Otherwise the scale is the largest power of
 * two within these bounds and the interval is rounded up to it, so that too little passes, never
 * too much: by less than one part in (scale × interval in µs). At 999 983 permits a second that is
 * 1 in 65 000.
 *
 * <p>Immutable, compared by value.
 */
public final class TokenBucket implements Limit {

  private static final long MAX_SCALE = 1 << 16;
  private static final long MAX_FILL_UNITS = 1L << 61;

  private final String name;
  private final long capacity;
  private final Rate refill;
  private final long unitsPerMicro;
  private final long unitsPerPermit;
  private final boolean exact;

  TokenBucket(String name, long capacity, Rate refill) {
    this.name = Names.check(name);
    this.capacity = capacity;
    this.refill = Objects.requireNonNull(refill, "refill");
    if (capacity < 1 || capacity > Rate.MAX_PERMITS) {
      throw new IllegalArgumentException("capacity is " + capacity + ", 1 to 10^12 is accepted");
    }
    long divisor = gcd(refill.permits(), refill.periodMicros());
    long p = refill.permits() / divisor;
    long t = refill.periodMicros() / divisor;
    long fill = ceilMulDiv(capacity, t, p);
    if (fill > Rate.micros(Rate.MAX_PERIOD)) {
      throw new IllegalArgumentException(
          "capacity is "
              + capacity
              + ", which fills at "
              + refill
              + " in more than 36525 days; at most that is accepted");
    }
    long maxScale = Math.min(MAX_SCALE, MAX_FILL_UNITS / fill);
    exact = p <= maxScale;
    unitsPerMicro = exact ? p : Long.highestOneBit(maxScale);
    unitsPerPermit = exact ? t : ceilMulDiv(t, unitsPerMicro, p);
  }

  /**
   * How fast permits come back.
   *
   * @return the rate
   */
  public Rate refill() {
    return refill;
  }

  /**
   * The scale of this bucket's arithmetic.
   *
   * @return units in one microsecond; 1 to 65 536
   */
  public long unitsPerMicro() {
    return unitsPerMicro;
  }

  /**
   * What one permit costs.
   *
   * @return units; {@link #capacity()} times this is at most 2<sup>61</sup> + 10<sup>12</sup>
   */
  public long unitsPerPermit() {
    return unitsPerPermit;
  }

  /**
   * Whether the interval between two permits is represented without rounding.
   *
   * @return false if permits come back a little later than {@link #refill()} says
   */
  public boolean isExact() {
    return exact;
  }

  /**
   * The decision that follows from this bucket's backlog; for those who keep the bucket somewhere
   * else than in this library's limiters.
   *
   * @param allowed whether the permits were taken
   * @param permits how many were asked for; at least 1
   * @param backlog units between now and the TAT after the decision, 0 for a full bucket
   * @param source who decided
   * @return the decision
   * @throws NullPointerException if {@code source} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code backlog} negative
   */
  public Decision decision(boolean allowed, long permits, long backlog, Decision.Source source) {
    if (permits < 1 || backlog < 0) {
      throw new IllegalArgumentException(
          "permits is " + permits + " and backlog " + backlog + ", at least 1 and 0 are accepted");
    }
    return new Decision(this, source, allowed, permits, backlog);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TokenBucket named(String newName) {
    return new TokenBucket(newName, capacity, refill);
  }

  @Override
  public long capacity() {
    return capacity;
  }

  @Override
  public Duration window() {
    return Duration.of(ceilDiv(fullUnits(), unitsPerMicro), ChronoUnit.MICROS);
  }

  /** The backlog of an empty bucket. */
  long fullUnits() {
    return capacity * unitsPerPermit;
  }

  long remaining(long backlog) {
    return Math.max(0, (fullUnits() - backlog) / unitsPerPermit);
  }

  /** Nanoseconds until {@code permits} fit; a wait is rounded up to a whole microsecond. */
  long retryNanos(long backlog, long permits) {
    return unitsToNanos(Math.max(0, backlog + permits * unitsPerPermit - fullUnits()));
  }

  long resetNanos(long backlog) {
    return unitsToNanos(backlog);
  }

  private long unitsToNanos(long units) {
    long micros = ceilDiv(units, unitsPerMicro);
    return micros > Long.MAX_VALUE / 1000 ? Long.MAX_VALUE : micros * 1000;
  }

  private static long ceilDiv(long a, long b) {
    return a / b + (a % b == 0 ? 0 : 1);
  }

  private static long ceilMulDiv(long a, long b, long divisor) {
    BigInteger[] result =
        BigInteger.valueOf(a)
            .multiply(BigInteger.valueOf(b))
            .divideAndRemainder(BigInteger.valueOf(divisor));
    BigInteger rounded = result[0].add(BigInteger.valueOf(result[1].signum()));
    return rounded.bitLength() > 63 ? Long.MAX_VALUE : rounded.longValue();
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenBucket that
        && name.equals(that.name)
        && capacity == that.capacity
        && refill.equals(that.refill);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, capacity, refill);
  }

  /**
   * The limit in words, such as {@code 100 burst, 50/s}.
   *
   * @return the text, without the name
   */
  @Override
  public String toString() {
    return capacity + " burst, " + refill;
  }
}
