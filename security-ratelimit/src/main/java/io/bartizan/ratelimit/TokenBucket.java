package io.bartizan.ratelimit;

import io.bartizan.core.house.Require;
import io.bartizan.ratelimit.count.BucketCount;
import io.bartizan.ratelimit.count.BucketUnits;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.ratelimit.count.SteppedCount;
import java.time.Duration;
import java.util.Objects;

/**
 * A token-bucket rate limit, refilled evenly or in steps and kept as one number: GCRA (ITU-T I.371)
 * in integers.
 *
 * <p><b>The arithmetic, the same wherever the bucket lives.</b> Time is counted in whole
 * microseconds, rounded down. One microsecond is some units, the scale, and one permit costs {@code
 * cost} units; the bucket's state is the theoretical arrival time (TAT) in units, the moment at
 * which it will be full again. For {@code n} permits at {@code now}:
 *
 * <pre>
 *   backlog = max(TAT - now, 0)
 *   admitted if backlog + n × cost ≤ capacity × cost
 *   then TAT = now + backlog + n × cost; a refusal changes nothing
 * </pre>
 *
 * <p>No state and a TAT that has passed both mean: full. Where numbers are doubles (Redis scripts)
 * a TAT is two of them, whole microseconds and the rest in units: both stay below 2<sup>53</sup>,
 * and only additions, comparisons and one carry are needed.
 *
 * <p><b>Exactness.</b> The interval between two permits is the fraction t/p microseconds in lowest
 * terms. If p ≤ 65 536 and the time to fill × p ≤ 2<sup>61</sup> µs, then p is the scale and no
 * permit is ever gained or lost. Otherwise the scale is the largest power of two within these
 * bounds and the interval is rounded up to it, so that too little passes, never too much: by less
 * than one part in (scale × interval in µs). At 999 983 permits a second that is 1 in 65 000.
 *
 * <p>A bucket refilled {@linkplain #inSteps() in steps} counts in permits instead: its clock is
 * {@code now / period × refill.permits()} in integers, a permit costs 1, and nothing is ever
 * rounded.
 *
 * <p>Immutable, compared by value.
 */
public final class TokenBucket extends Limit {

  private final Rate refill;
  private final boolean stepped;
  private final long initialPermits;
  private final BucketUnits units;

  /** The numbers of {@link #units()}, one load nearer for the hot path. */
  final long perMicro;

  final long perPermit;
  final long full;

  TokenBucket(String name, long capacity, Rate refill, boolean stepped, long initialPermits) {
    super(name, capacity);
    this.stepped = stepped;
    this.initialPermits = Require.within("initialPermits", initialPermits, 0, capacity);
    this.refill = Objects.requireNonNull(refill, "refill");
    long fill = BucketUnits.fillMicros(capacity, refill.permits(), refill.periodMicros());
    if (fill > Micros.of(Rate.MAX_PERIOD)) {
      throw new IllegalArgumentException(
          "capacity is "
              + capacity
              + ", which fills at "
              + refill
              + " in more than 36525 days; at most that is accepted");
    }
    units = BucketUnits.of(capacity, refill.permits(), refill.periodMicros());
    perMicro = units.perMicro();
    perPermit = units.perPermit();
    full = units.full();
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
  public TokenBucket dividedBy(int instances) {
    long share = part(capacity(), instances);
    Rate divided =
        stepped
            ? Rate.per(part(refill.permits(), instances), refill.period())
            : refill.dividedBy(instances);
    Rate rate = inACentury(share, divided);
    long first = initialPermits == capacity() ? share : initialPermits / instances;
    return new TokenBucket(name(), share, rate, stepped, first);
  }

  /** A share that would fill in more than a century fills in a century. */
  private static Rate inACentury(long share, Rate rate) {
    long fill = BucketUnits.fillMicros(share, rate.permits(), rate.periodMicros());
    return fill <= Micros.of(Rate.MAX_PERIOD) ? rate : Rate.per(share, Rate.MAX_PERIOD);
  }

  @Override
  public Duration window() {
    long micros =
        stepped
            ? Micros.ceilDiv(capacity(), refill.permits()) * refill.periodMicros()
            : units.micros(full);
    return Micros.duration(micros);
  }

  /** The arithmetic of a bucket refilled evenly. */
  BucketUnits units() {
    return units;
  }

  @Override
  Count count(long now) {
    return stepped
        ? SteppedCount.of(
            capacity(), refill.permits(), refill.periodMicros(), now, capacity() - initialPermits)
        : BucketCount.of(units, now, units.first(initialPermits));
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
