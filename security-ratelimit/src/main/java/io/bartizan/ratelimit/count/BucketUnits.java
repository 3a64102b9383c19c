package io.bartizan.ratelimit.count;

/**
 * The arithmetic of a token bucket that is refilled evenly: GCRA (ITU-T I.371) in integers.
 *
 * <p>Time is counted in whole microseconds, rounded down. One microsecond is {@link #perMicro()}
 * units and one permit costs {@link #perPermit()} units; the bucket's state is the theoretical
 * arrival time (TAT) in units, the moment at which it will be full again. The backlog is what lies
 * between now and then.
 *
 * <p>The interval between two permits is the fraction t/p microseconds in lowest terms. If p ≤ 65
 * 536 and the time to fill × p ≤ 2<sup>61</sup> µs, then p is the scale and nothing is rounded.
 * Otherwise the scale is the largest power of two within these bounds, and the interval is rounded
 * up to it. Immutable. What a hot path needs is static, so that it may keep the numbers where it
 * likes.
 */
public final class BucketUnits {

  /** No bucket is ever further from full: 2^61 of capacity and as much of reservations. */
  public static final long MAX_BACKLOG = (1L << 62) - 1;

  private static final long MAX_SCALE = 1 << 16;
  private static final long MAX_FILL_UNITS = 1L << 61;

  /** Where the units of 36 525 days would be too many, a debt lasts 2^44 us at most: 203 days. */
  private static final long MAX_SCALE_OF_LONGEST_DEBT = 256;

  private static final long SHORTER_DEBT = 1L << 44;

  private final long capacity;
  private final long perMicro;
  private final long perPermit;
  private final boolean exact;
  private final long full;
  private final long mostOwed;

  private BucketUnits(long capacity, long perMicro, long perPermit, boolean exact) {
    this.capacity = capacity;
    this.perMicro = perMicro;
    this.perPermit = perPermit;
    this.exact = exact;
    this.full = capacity * perPermit;
    long longest = perMicro > MAX_SCALE_OF_LONGEST_DEBT ? SHORTER_DEBT : Count.LONGEST_DEBT;
    this.mostOwed = full + longest * perMicro;
  }

  /**
   * The arithmetic of a bucket that fills in at most {@code 2^61} microseconds.
   *
   * @param capacity what it holds; at least 1
   * @param permits how many permits a period brings; at least 1
   * @param periodMicros the period
   * @return its units
   */
  public static BucketUnits of(long capacity, long permits, long periodMicros) {
    long divisor = gcd(permits, periodMicros);
    long p = permits / divisor;
    long t = periodMicros / divisor;
    long maxScale = Math.min(MAX_SCALE, MAX_FILL_UNITS / Micros.ceilMulDiv(capacity, t, p));
    boolean exact = p <= maxScale;
    long perMicro = exact ? p : Long.highestOneBit(maxScale);
    return new BucketUnits(
        capacity, perMicro, exact ? t : Micros.ceilMulDiv(t, perMicro, p), exact);
  }

  /**
   * The time in which a bucket fills.
   *
   * @param capacity what it holds; at least 1
   * @param permits how many permits a period brings; at least 1
   * @param periodMicros the period
   * @return microseconds, rounded up; {@code Long.MAX_VALUE} if there are more
   */
  public static long fillMicros(long capacity, long permits, long periodMicros) {
    return Micros.ceilMulDiv(capacity, periodMicros, permits);
  }

  /**
   * What the bucket holds.
   *
   * @return permits
   */
  public long capacity() {
    return capacity;
  }

  /**
   * The scale.
   *
   * @return units in one microsecond; 1 to 65 536
   */
  public long perMicro() {
    return perMicro;
  }

  /**
   * What one permit costs.
   *
   * @return units
   */
  public long perPermit() {
    return perPermit;
  }

  /**
   * The backlog of an empty bucket.
   *
   * @return units; at most 2<sup>61</sup> + 10<sup>12</sup>
   */
  public long full() {
    return full;
  }

  /**
   * Whether the interval between two permits is represented without rounding.
   *
   * @return false if permits come back a little later than the rate says
   */
  public boolean isExact() {
    return exact;
  }

  /**
   * The units between a clock and an arrival time that may have wrapped or passed.
   *
   * @param tat the arrival time
   * @param clock the time, in units
   * @return 0 to {@link #MAX_BACKLOG}
   */
  public static long backlog(long tat, long clock) {
    long ahead = tat - clock;
    return ahead < 0 || ahead > MAX_BACKLOG ? 0 : ahead;
  }

  /**
   * Whether permits can be taken from a bucket of these numbers.
   *
   * @param backlog its backlog
   * @param permits any number of at least 1
   * @param capacity what it holds
   * @param perPermit what a permit costs
   * @param full the backlog of an empty one
   * @return true if they fit
   */
  public static boolean fits(long backlog, long permits, long capacity, long perPermit, long full) {
    return permits <= capacity && backlog + permits * perPermit <= full;
  }

  /**
   * Whether permits can be taken.
   *
   * @param backlog the bucket's backlog
   * @param permits any number of at least 1
   * @return true if they fit
   */
  public boolean fits(long backlog, long permits) {
    return fits(backlog, permits, capacity, perPermit, full);
  }

  /**
   * What permits cost.
   *
   * @param permits any number
   * @return units, at most {@link #MAX_BACKLOG}
   */
  public long cost(long permits) {
    return permits > MAX_BACKLOG / perPermit ? MAX_BACKLOG : permits * perPermit;
  }

  /**
   * The backlog once permits were used that may not have fitted.
   *
   * @param backlog the bucket's backlog
   * @param permits any number of at least 1; {@link Count#MOST_OWED} of them count
   * @return units; beyond an empty bucket at most 36 525 days, or 2<sup>44</sup> microseconds where
   *     a microsecond has more than 256 units, but never less than before
   */
  public long owed(long backlog, long permits) {
    long more = backlog + cost(Math.min(permits, Count.MOST_OWED));
    return Math.max(backlog, Math.min(mostOwed, more));
  }

  /**
   * The backlog of a bucket that begins with less than it can hold.
   *
   * @param initialPermits 0 to the capacity
   * @return units
   */
  public long first(long initialPermits) {
    return (capacity - initialPermits) * perPermit;
  }

  /**
   * How long until permits fit after all that were reserved before.
   *
   * @param backlog the bucket's backlog
   * @param permits any number of at least 1
   * @return microseconds, rounded up; {@code Long.MAX_VALUE} if never
   */
  public long waitMicros(long backlog, long permits) {
    if (permits > capacity || backlog > MAX_BACKLOG - permits * perPermit) {
      return Long.MAX_VALUE;
    }
    return retryMicros(backlog, permits);
  }

  /**
   * How long until permits fit.
   *
   * @param backlog the bucket's backlog
   * @param permits 1 to the capacity
   * @return microseconds, rounded up
   */
  public long retryMicros(long backlog, long permits) {
    return micros(Math.max(0, backlog + permits * perPermit - full));
  }

  /**
   * How long units are.
   *
   * @param units zero or more
   * @return microseconds, rounded up
   */
  public long micros(long units) {
    return Micros.ceilDiv(units, perMicro);
  }

  /**
   * Permits that are there.
   *
   * @param backlog the bucket's backlog
   * @return zero or more, rounded down
   */
  public long remaining(long backlog) {
    return Math.max(0, (full - backlog) / perPermit);
  }

  /**
   * The backlog of another bucket as permits of this one; what was reserved ahead stays as time.
   *
   * @param other the other's units
   * @param backlog the other's backlog
   * @return this one's
   */
  public long converted(BucketUnits other, long backlog) {
    long consumed = Math.min(backlog, other.full);
    long ahead = other.micros(backlog - consumed);
    long own = Math.min(full, Micros.ceilMulDiv(consumed, perPermit, other.perPermit));
    return later(own, ahead);
  }

  /** A backlog that is so many microseconds longer. */
  long later(long backlog, long micros) {
    return backlog + Math.min(micros, (MAX_BACKLOG - backlog) / perMicro) * perMicro;
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
