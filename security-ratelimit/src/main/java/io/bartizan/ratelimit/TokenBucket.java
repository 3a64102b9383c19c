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
 * <p>A bucket refilled {@linkplain #inSteps() in steps} counts in permits instead: its clock is
 * {@code now / period × refill.permits()} in integers, a permit costs 1, and nothing is ever
 * rounded.
 *
 * <p>Immutable, compared by value.
 */
public final class TokenBucket extends Limit {

  private static final long MAX_SCALE = 1 << 16;
  private static final long MAX_FILL_UNITS = 1L << 61;

  /** No bucket is ever further from full: 2^61 of capacity and as much of reservations. */
  static final long MAX_BACKLOG = (1L << 62) - 1;

  private final Rate refill;
  private final boolean stepped;
  private final long initialPermits;
  private final long unitsPerMicro;
  private final long unitsPerPermit;
  private final boolean exact;

  /** The backlog of an empty bucket. */
  private final long fullUnits;

  TokenBucket(String name, long capacity, Rate refill, boolean stepped, long initialPermits) {
    super(name, capacity);
    if (initialPermits < 0 || initialPermits > capacity) {
      throw new IllegalArgumentException(
          "initialPermits is " + initialPermits + ", 0 to " + capacity + " is accepted");
    }
    this.stepped = stepped;
    this.initialPermits = initialPermits;
    this.refill = Objects.requireNonNull(refill, "refill");
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
    fullUnits = capacity * unitsPerPermit;
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
   * Whether permits come back in whole periods only.
   *
   * @return false if they come back evenly
   */
  public boolean isStepped() {
    return stepped;
  }

  /**
   * What a new subject begins with.
   *
   * @return 0 to the capacity
   */
  public long initialPermits() {
    return initialPermits;
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
  public TokenBucket named(String newName) {
    return new TokenBucket(newName, capacity(), refill, stepped, initialPermits);
  }

  /**
   * The same bucket refilled in whole periods: {@code refill.permits()} at once at each multiple of
   * the period since the epoch, and nothing between.
   *
   * @return a limit that differs in its refill only
   */
  public TokenBucket inSteps() {
    return new TokenBucket(name(), capacity(), refill, true, initialPermits);
  }

  /**
   * The same bucket with fewer permits at first: what a subject that was never seen, or whose
   * bucket has become full since, begins with.
   *
   * @param permits 0 to the capacity
   * @return a limit that differs in its beginning only
   * @throws IllegalArgumentException if {@code permits} is outside its range
   */
  public TokenBucket startingWith(long permits) {
    return new TokenBucket(name(), capacity(), refill, stepped, permits);
  }

  @Override
  public Duration window() {
    long micros =
        stepped
            ? ceilDiv(capacity(), refill.permits()) * refill.periodMicros()
            : ceilDiv(fullUnits, unitsPerMicro);
    return Duration.of(micros, ChronoUnit.MICROS);
  }

  /** The units between a clock and an arrival time that may have wrapped or passed. */
  static long backlog(long tat, long clock) {
    long ahead = tat - clock;
    return ahead < 0 || ahead > MAX_BACKLOG ? 0 : ahead;
  }

  /** The arrival time of a new bucket, which may begin with less than all it can hold. */
  long firstArrival(long now) {
    return now * unitsPerMicro + (capacity() - initialPermits) * unitsPerPermit;
  }

  long emptyBacklog() {
    return fullUnits;
  }

  boolean fits(long backlog, long permits) {
    return permits <= capacity() && backlog + permits * unitsPerPermit <= fullUnits;
  }

  /** What permits cost, at most all there can be. */
  long units(long permits) {
    return permits > MAX_BACKLOG / unitsPerPermit ? MAX_BACKLOG : permits * unitsPerPermit;
  }

  /** Microseconds until permits fit after all that were reserved before; a lifetime if never. */
  long waitMicros(long backlog, long permits) {
    if (permits > capacity() || backlog > MAX_BACKLOG - permits * unitsPerPermit) {
      return Long.MAX_VALUE;
    }
    return ceilDiv(Math.max(0, backlog + permits * unitsPerPermit - fullUnits), unitsPerMicro);
  }

  /**
   * The backlog of another bucket as permits of this one; what was reserved ahead stays as time.
   */
  long converted(TokenBucket other, long backlog) {
    long consumed = Math.min(backlog, other.fullUnits);
    long ahead = ceilDiv(backlog - consumed, other.unitsPerMicro);
    long own = Math.min(fullUnits, ceilMulDiv(consumed, unitsPerPermit, other.unitsPerPermit));
    return own + Math.min(ahead, (MAX_BACKLOG - own) / unitsPerMicro) * unitsPerMicro;
  }

  long remaining(long backlog) {
    return Math.max(0, (fullUnits - backlog) / unitsPerPermit);
  }

  /** Nanoseconds until {@code permits} fit; a wait is rounded up to a whole microsecond. */
  long retryNanos(long backlog, long permits) {
    return unitsToNanos(Math.max(0, backlog + permits * unitsPerPermit - fullUnits));
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
  Gauge gauge(long now) {
    return stepped ? new SteppedGauge(this, now) : BucketGauge.fresh(this, now);
  }

  @Override
  String text() {
    return capacity()
        + " burst, "
        + refill
        + (stepped ? ", in steps" : "")
        + (initialPermits < capacity() ? ", " + initialPermits + " at first" : "");
  }
}
