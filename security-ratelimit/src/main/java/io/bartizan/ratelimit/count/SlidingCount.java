package io.bartizan.ratelimit.count;

/** Two counts: the window at {@code index} and the one before. */
public final class SlidingCount extends Count {

  private static final long MOST_GRAINS = 1024;

  private final long period;
  private final long grain;
  private final long grains;
  private long index;
  private long previous;
  private long current;

  private SlidingCount(long capacity, long periodMicros) {
    super(capacity);
    this.period = periodMicros;
    this.grain = grain(periodMicros);
    this.grains = grains(periodMicros);
  }

  /**
   * No window yet.
   *
   * @param capacity permits in a window
   * @param periodMicros the length of a window
   * @return a count with nothing in it
   */
  public static SlidingCount of(long capacity, long periodMicros) {
    return new SlidingCount(capacity, periodMicros);
  }

  /**
   * Two windows as they were left.
   *
   * @param capacity permits in a window
   * @param periodMicros the length of a window
   * @param now the time
   * @param previous permits taken in the window before
   * @param current permits taken in the present window
   * @return the count
   */
  public static SlidingCount of(
      long capacity, long periodMicros, long now, long previous, long current) {
    SlidingCount windows = new SlidingCount(capacity, periodMicros);
    windows.index = Math.floorDiv(now, periodMicros);
    windows.previous = previous;
    windows.current = current;
    return windows;
  }

  /**
   * How long the weight of the previous window stays the same.
   *
   * @param periodMicros the length of a window
   * @return microseconds; at least 1
   */
  public static long grain(long periodMicros) {
    return Micros.ceilDiv(periodMicros, MOST_GRAINS);
  }

  /**
   * The steps in which the weight of the previous window falls to nothing.
   *
   * @param periodMicros the length of a window
   * @return 1 to 1024
   */
  public static long grains(long periodMicros) {
    return Micros.ceilDiv(periodMicros, grain(periodMicros));
  }

  private void roll(long now) {
    long seen = Math.floorDiv(now, period);
    if (seen != index) {
      previous = seen == index + 1 ? current : 0;
      current = 0;
      index = seen;
    }
  }

  /** What counts now, in permits × grains. */
  private long weighted(long now) {
    roll(now);
    return previous * (grains - Math.floorMod(now, period) / grain) + current * grains;
  }

  @Override
  public boolean fits(long now, long permits) {
    return permits <= capacity() && weighted(now) + permits * grains <= capacity() * grains;
  }

  @Override
  public void charge(long now, long permits) {
    roll(now);
    current += permits;
  }

  @Override
  public void owe(long now, long permits, boolean asLast) {
    roll(now);
    current = owed(current, permits, MOST_OWED);
  }

  @Override
  public void refund(long now, long permits) {
    roll(now);
    long ofCurrent = Math.min(current, permits);
    current -= ofCurrent;
    previous -= Math.min(previous, permits - ofCurrent);
  }

  @Override
  public long used(long now) {
    return Micros.ceilDiv(weighted(now), grains);
  }

  @Override
  public boolean isIdle(long now) {
    roll(now);
    return previous == 0 && current == 0;
  }

  @Override
  public long remaining(long now) {
    return Math.max(0, (capacity() * grains - weighted(now)) / grains);
  }

  @Override
  public long retryMicros(long now, long permits) {
    roll(now);
    return Math.max(0, retryAt(Math.min(permits, capacity())) - now);
  }

  @Override
  public long resetMicros(long now) {
    roll(now);
    return Math.max(0, (index + (current > 0 ? 2 : previous > 0 ? 1 : 0)) * period - now);
  }

  /** The first moment at which so many permits, at most the capacity, fit. */
  private long retryAt(long permits) {
    long later = fadedTo(previous, capacity() - current - permits);
    if (later < grains) {
      return index * period + later * grain;
    }
    long inNext = fadedTo(current, capacity() - permits);
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
  public boolean exceeds(Count current, long now) {
    return (current instanceof SlidingCount that && that.period == period)
        ? weighted(now) > that.weighted(now)
        : super.exceeds(current, now);
  }

  @Override
  public boolean outlasts(Count current) {
    return current instanceof SlidingCount that && period > that.period;
  }

  @Override
  public void inherit(Count old, long now) {
    if (old instanceof SlidingCount that && that.period == period) {
      that.roll(now);
      index = that.index;
      previous = that.previous;
      current = that.current;
    } else {
      super.inherit(old, now);
    }
  }
}
