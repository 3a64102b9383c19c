package io.bartizan.ratelimit.count;

/** A token bucket that is refilled evenly: the theoretical arrival time in units. */
public final class BucketCount extends Count {

  private final BucketUnits units;
  private long tat;

  private BucketCount(BucketUnits units, long tat) {
    super(units.capacity());
    this.units = units;
    this.tat = tat;
  }

  /**
   * A bucket with this arrival time.
   *
   * @param units its arithmetic
   * @param tat its theoretical arrival time, in units
   * @return the count
   */
  public static BucketCount at(BucketUnits units, long tat) {
    return new BucketCount(units, tat);
  }

  /**
   * A bucket as it was left.
   *
   * @param units its arithmetic
   * @param now the time
   * @param backlog its backlog then, in units; for a new one {@link BucketUnits#first}
   * @return the count
   */
  public static BucketCount of(BucketUnits units, long now, long backlog) {
    return new BucketCount(units, now * units.perMicro() + backlog);
  }

  /**
   * How far the bucket is from full.
   *
   * @param now the time
   * @return units
   */
  public long backlog(long now) {
    return BucketUnits.backlog(tat, now * units.perMicro());
  }

  private void setBacklog(long now, long backlog) {
    tat = now * units.perMicro() + Math.min(backlog, BucketUnits.MAX_BACKLOG);
  }

  @Override
  public boolean fits(long now, long permits) {
    return units.fits(backlog(now), permits);
  }

  @Override
  public void charge(long now, long permits) {
    setBacklog(now, backlog(now) + units.cost(permits));
  }

  @Override
  public void owe(long now, long permits, boolean asLast) {
    setBacklog(now, units.owed(backlog(now), permits));
  }

  @Override
  public void also(long now, long permits) {
    long backlog = backlog(now);
    setBacklog(now, Math.max(backlog, Math.min(units.full(), backlog + units.cost(permits))));
  }

  @Override
  public void refund(long now, long permits) {
    setBacklog(now, Math.max(0, backlog(now) - units.cost(permits)));
  }

  @Override
  public long used(long now) {
    return Micros.ceilDiv(backlog(now), units.perPermit());
  }

  @Override
  public boolean isIdle(long now) {
    return backlog(now) == 0;
  }

  @Override
  public long remaining(long now) {
    return units.remaining(backlog(now));
  }

  @Override
  public long retryMicros(long now, long permits) {
    return units.retryMicros(backlog(now), Math.min(permits, capacity()));
  }

  @Override
  public long resetMicros(long now) {
    return units.micros(backlog(now));
  }

  @Override
  public boolean promisesTimes() {
    return true;
  }

  @Override
  public long waitMicros(long now, long permits) {
    return units.waitMicros(backlog(now), permits);
  }

  @Override
  public long mark(long now) {
    return tat;
  }

  @Override
  public void cancel(long now, long permits, long mark) {
    long notBack = BucketUnits.backlog(mark, now * units.perMicro());
    setBacklog(now, Math.max(0, backlog(now) - Math.min(notBack, units.cost(permits))));
  }

  @Override
  long aheadMicros(long now) {
    return units.micros(Math.max(0, backlog(now) - units.full()));
  }

  @Override
  public boolean exceeds(Count current, long now) {
    return current instanceof BucketCount that
        ? backlog(now) > units.converted(that.units, that.backlog(now))
        : super.exceeds(current, now);
  }

  /** At most the whole capacity stays consumed; what was reserved ahead keeps its time. */
  @Override
  public void inherit(Count old, long now) {
    if (old instanceof BucketCount that) {
      setBacklog(now, units.converted(that.units, that.backlog(now)));
    } else {
      long own = Math.min(units.full(), backlog(now) + units.cost(old.used(now)));
      setBacklog(now, units.later(own, old.aheadMicros(now)));
    }
  }
}
