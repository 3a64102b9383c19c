package io.bartizan.ratelimit;

/**
 * A token bucket that is refilled in whole periods: the arrival time counted in permits, on a clock
 * that jumps by {@code refill.permits()} at each multiple of the period since the epoch.
 */
final class SteppedGauge extends Gauge {

  private final TokenBucket limit;
  private final long step;
  private final long period;
  private long arrival;

  SteppedGauge(TokenBucket limit, long now) {
    this.limit = limit;
    this.step = limit.refill().permits();
    this.period = limit.refill().periodMicros();
    this.arrival = clock(now) + limit.capacity() - limit.initialPermits();
  }

  private long clock(long now) {
    return now / period * step;
  }

  @Override
  Limit limit() {
    return limit;
  }

  @Override
  long used(long now) {
    return Math.max(0, arrival - clock(now));
  }

  @Override
  boolean fits(long now, long permits) {
    return permits <= limit.capacity() - used(now);
  }

  @Override
  void charge(long now, long permits) {
    arrival = clock(now) + Math.min(TokenBucket.MAX_BACKLOG / step, used(now) + permits);
  }

  @Override
  Decision decision(boolean allowed, long now, long permits) {
    long used = used(now);
    return Decision.ofMicros(
        limit,
        allowed,
        permits,
        Math.max(0, limit.capacity() - used),
        untilBack(now, Math.max(0, used + Math.min(permits, limit.capacity()) - limit.capacity())),
        untilBack(now, used));
  }

  /** Microseconds until so many permits of those used are back. */
  private long untilBack(long now, long permits) {
    long steps = permits / step + (permits % step == 0 ? 0 : 1);
    return steps == 0 ? 0 : steps * period - now % period;
  }

  @Override
  void refund(long now, long permits) {
    arrival = clock(now) + Math.max(0, used(now) - permits);
  }

  @Override
  boolean idle(long now) {
    return used(now) == 0;
  }

  @Override
  long waitMicros(long now, long permits) {
    if (permits > limit.capacity()) {
      return Long.MAX_VALUE;
    }
    return untilBack(now, Math.max(0, used(now) + permits - limit.capacity()));
  }

  @Override
  long mark(long now) {
    return arrival;
  }

  /** What was consumed stays so, at most the whole capacity; what was reserved ahead is added. */
  @Override
  void inherit(Gauge old, long now) {
    if (old instanceof SteppedGauge that) {
      long used = that.used(now);
      long consumed = Math.min(used, that.limit.capacity());
      arrival = clock(now) + Math.min(consumed, limit.capacity()) + used - consumed;
    } else {
      super.inherit(old, now);
    }
  }

  @Override
  void cancel(long now, long permits, long mark) {
    refund(now, Math.min(permits, Math.max(0, mark - clock(now))));
  }
}
