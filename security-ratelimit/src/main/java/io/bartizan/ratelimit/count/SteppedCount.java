package io.bartizan.ratelimit.count;

/**
 * A token bucket that is refilled in whole periods: the arrival time counted in permits, on a clock
 * that jumps by the permits of a step at each multiple of the period since the epoch.
 */
public final class SteppedCount extends Count {

  /** What reservations let it grow to: doubles, in which Redis counts, are exact to twice that. */
  private static final long MOST_COUNTED = 1L << 52;

  private final long step;
  private final long period;
  private long arrival;

  private SteppedCount(long capacity, long step, long periodMicros, long now, long used) {
    super(capacity);
    this.step = step;
    this.period = periodMicros;
    this.arrival = clock(now) + used;
  }

  /**
   * A bucket as it was left.
   *
   * @param capacity what it holds
   * @param step permits that a period brings
   * @param periodMicros the period
   * @param now the time
   * @param used permits that were missing then; for a new one the capacity less what it begins with
   * @return the count
   */
  public static SteppedCount of(long capacity, long step, long periodMicros, long now, long used) {
    return new SteppedCount(capacity, step, periodMicros, now, used);
  }

  private long clock(long now) {
    return Math.floorDiv(now, period) * step;
  }

  @Override
  public long used(long now) {
    return Math.max(0, arrival - clock(now));
  }

  @Override
  public boolean fits(long now, long permits) {
    return permits <= capacity() - used(now);
  }

  @Override
  public void charge(long now, long permits) {
    arrival = clock(now) + used(now) + permits;
  }

  /** A debt comes back within 36 525 days. */
  @Override
  public void owe(long now, long permits, boolean asLast) {
    long steps = Math.min(LONGEST_DEBT / period, Micros.ceilDiv(MOST_OWED, step));
    long most = Math.min(MOST_OWED, capacity() + steps * step);
    arrival = clock(now) + owed(used(now), permits, most);
  }

  @Override
  public void also(long now, long permits) {
    long used = used(now);
    arrival = clock(now) + Math.max(used, Math.min(capacity(), used + permits));
  }

  @Override
  public long retryMicros(long now, long permits) {
    return untilBack(now, used(now) + Math.min(permits, capacity()) - capacity());
  }

  @Override
  public long resetMicros(long now) {
    return untilBack(now, used(now));
  }

  /** Microseconds until so many permits of those used are back. */
  private long untilBack(long now, long permits) {
    long steps = Micros.ceilDiv(Math.max(0, permits), step);
    return steps == 0 ? 0 : steps * period - Math.floorMod(now, period);
  }

  @Override
  public void refund(long now, long permits) {
    arrival = clock(now) + Math.max(0, used(now) - permits);
  }

  @Override
  public boolean isIdle(long now) {
    return used(now) == 0;
  }

  @Override
  public boolean promisesTimes() {
    return true;
  }

  @Override
  public long waitMicros(long now, long permits) {
    boolean never = permits > capacity() || used(now) + permits > MOST_COUNTED;
    return never ? Long.MAX_VALUE : retryMicros(now, permits);
  }

  @Override
  public long mark(long now) {
    return arrival;
  }

  @Override
  public void cancel(long now, long permits, long mark) {
    refund(now, Math.min(permits, Math.max(0, mark - clock(now))));
  }

  @Override
  long aheadMicros(long now) {
    return untilBack(now, used(now) - capacity());
  }

  @Override
  public boolean exceeds(Count current, long now) {
    return current instanceof SteppedCount that
        ? used(now) > inherited(that, now)
        : super.exceeds(current, now);
  }

  private long inherited(SteppedCount old, long now) {
    return Math.min(capacity(), Math.min(old.used(now), old.capacity())) + ahead(old, now);
  }

  /** What is reserved or owed there, as permits that come back here in that time. */
  private long ahead(Count old, long now) {
    if (old instanceof SteppedCount that && that.step == step && that.period == period) {
      return Math.max(0, that.used(now) - that.capacity());
    }
    long until = now + Math.min(LONGEST_DEBT, old.aheadMicros(now));
    long steps = Math.floorDiv(until, period) - Math.floorDiv(now, period);
    return Math.min(steps, (MOST_COUNTED - capacity()) / step) * step;
  }

  /**
   * What was consumed stays so, at most the whole capacity. What was reserved ahead or is owed
   * keeps its time, as whole periods; where only the capacity changes, its permits.
   */
  @Override
  public void inherit(Count old, long now) {
    if (old instanceof SteppedCount that) {
      arrival = clock(now) + inherited(that, now);
    } else {
      long consumed = Math.min(old.used(now), old.capacity());
      long own = Math.min(used(now) + consumed, capacity());
      arrival = clock(now) + own + ahead(old, now);
    }
  }
}
