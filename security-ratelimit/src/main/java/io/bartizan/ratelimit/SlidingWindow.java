package io.bartizan.ratelimit;

import io.bartizan.core.house.Require;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.LogCount;
import java.time.Duration;

/**
 * An exact sliding-window rate limit: at most so many permits in any stretch of time as long as the
 * period.
 *
 * <p>A permit taken at s counts in [s, s + period), in whole microseconds, rounded down. Each taken
 * permit is remembered until then, so the count costs 16 bytes for each call in the window (calls
 * within one microsecond share them) and O(1) amortised time; that is why the capacity is bounded.
 * Where an error is acceptable, {@link SlidingWindowCounter} needs three numbers.
 *
 * <p>Immutable, compared by value.
 */
public final class SlidingWindow extends Limit {

  /** The most permits in a window. */
  public static final long MAX_CAPACITY = 1_000_000;

  private final Rate rate;

  SlidingWindow(String name, Rate rate) {
    super(name, rate.permits());
    this.rate = rate;
    long unused = Require.within("permits", rate.permits(), 1, MAX_CAPACITY);
  }

  /**
   * The permits in a window and its length.
   *
   * @return the rate
   */
  public Rate rate() {
    return rate;
  }

  @Override
  public SlidingWindow named(String newName) {
    return new SlidingWindow(newName, rate);
  }

  @Override
  public SlidingWindow dividedBy(int instances) {
    return new SlidingWindow(name(), Rate.per(part(capacity(), instances), rate.period()));
  }

  @Override
  public Duration window() {
    return rate.period();
  }

  @Override
  Count count(long now) {
    return LogCount.of(capacity(), rate.periodMicros());
  }

  @Override
  String text() {
    return rate + " sliding";
  }
}
