package io.bartizan.ratelimit;

/** A token bucket that is refilled evenly: the theoretical arrival time in units. */
final class BucketGauge extends Gauge {

  private final TokenBucket limit;
  private long tat;

  private BucketGauge(TokenBucket limit, long tat) {
    this.limit = limit;
    this.tat = tat;
  }

  static BucketGauge at(TokenBucket limit, long tat) {
    return new BucketGauge(limit, tat);
  }

  static BucketGauge fresh(TokenBucket limit, long now) {
    return new BucketGauge(limit, limit.firstArrival(now));
  }

  @Override
  TokenBucket limit() {
    return limit;
  }

  long backlog(long now) {
    return TokenBucket.backlog(tat, now * limit.unitsPerMicro());
  }

  private void setBacklog(long now, long backlog) {
    tat = now * limit.unitsPerMicro() + Math.min(backlog, TokenBucket.MAX_BACKLOG);
  }

  @Override
  boolean fits(long now, long permits) {
    return limit.fits(backlog(now), permits);
  }

  @Override
  void charge(long now, long permits) {
    setBacklog(now, backlog(now) + limit.units(permits));
  }

  @Override
  Decision decision(boolean allowed, long now, long permits) {
    return new Decision(limit, Decision.Source.MEMORY, allowed, permits, backlog(now));
  }

  @Override
  void refund(long now, long permits) {
    setBacklog(now, Math.max(0, backlog(now) - limit.units(permits)));
  }

  @Override
  long used(long now) {
    return (backlog(now) + limit.unitsPerPermit() - 1) / limit.unitsPerPermit();
  }

  @Override
  boolean idle(long now) {
    return backlog(now) == 0;
  }

  @Override
  long waitMicros(long now, long permits) {
    return limit.waitMicros(backlog(now), permits);
  }

  @Override
  long mark(long now) {
    return tat;
  }

  @Override
  void cancel(long now, long permits, long mark) {
    long notBack = TokenBucket.backlog(mark, now * limit.unitsPerMicro());
    setBacklog(now, Math.max(0, backlog(now) - Math.min(notBack, limit.units(permits))));
  }

  @Override
  void inherit(Gauge old, long now) {
    if (old instanceof BucketGauge that) {
      setBacklog(now, limit.converted(that.limit, that.backlog(now)));
    } else {
      super.inherit(old, now);
    }
  }
}
