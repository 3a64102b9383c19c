package io.bartizan.ratelimit;

/** Two counts: the window at {@code index} and the one before. */
final class SlidingWindowCounterGauge extends Gauge {

  private final SlidingWindowCounter limit;
  private final long period;
  private final long grain;
  private final long grains;
  private long index;
  private long previous;
  private long current;

  SlidingWindowCounterGauge(SlidingWindowCounter limit) {
    this.limit = limit;
    this.period = limit.rate().periodMicros();
    this.grain = limit.grainMicros();
    this.grains = limit.grains();
  }

  @Override
  SlidingWindowCounter limit() {
    return limit;
  }

  private void roll(long now) {
    long seen = now / period;
    if (seen != index) {
      previous = seen == index + 1 ? current : 0;
      current = 0;
      index = seen;
    }
  }

  /** What counts now, in permits × grains. */
  private long weighted(long now) {
    roll(now);
    return previous * (grains - now % period / grain) + current * grains;
  }

  @Override
  boolean fits(long now, long permits) {
    return weighted(now) + permits * grains <= limit.capacity() * grains;
  }

  @Override
  void charge(long now, long permits) {
    roll(now);
    current += permits;
  }

  @Override
  void refund(long now, long permits) {
    roll(now);
    long ofCurrent = Math.min(current, permits);
    current -= ofCurrent;
    previous -= Math.min(previous, permits - ofCurrent);
  }

  @Override
  long used(long now) {
    return (weighted(now) + grains - 1) / grains;
  }

  @Override
  boolean idle(long now) {
    roll(now);
    return previous == 0 && current == 0;
  }

  @Override
  Decision decision(boolean allowed, long now, long permits) {
    long free = limit.capacity() * grains - weighted(now);
    return Decision.ofMicros(
        limit,
        allowed,
        permits,
        Math.max(0, free / grains),
        allowed ? 0 : retryAt(Math.min(permits, limit.capacity())) - now,
        Math.max(0, (index + (current > 0 ? 2 : previous > 0 ? 1 : 0)) * period - now));
  }

  /** The first moment at which so many permits, at most the capacity, fit. */
  private long retryAt(long permits) {
    long later = fadedTo(previous, limit.capacity() - current - permits);
    if (later < grains) {
      return index * period + later * grain;
    }
    long inNext = fadedTo(current, limit.capacity() - permits);
    return inNext < grains ? (index + 1) * period + inNext * grain : (index + 2) * period;
  }

  /** The first grain in which a count of the window before takes no more than this room. */
  private long fadedTo(long count, long room) {
    if (room < 0) {
      return grains;
    }
    return count == 0 ? 0 : Math.max(0, grains - room * grains / count);
  }

  @Override
  void inherit(Gauge old, long now) {
    if (old instanceof SlidingWindowCounterGauge that && that.period == period) {
      that.roll(now);
      index = that.index;
      previous = that.previous;
      current = that.current;
    } else {
      super.inherit(old, now);
    }
  }
}
