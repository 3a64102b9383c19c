package io.bartizan.ratelimit;

import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.SlidingCount;
import java.time.Duration;

/**
 * A sliding-window counter: about so many permits in any stretch of time as long as the period. It
 * keeps two counts: those of the current window (aligned to the epoch) and, fading evenly, those of
 * the one before.
 *
 * <p><b>The arithmetic, the same wherever it lives.</b> Time is in whole microseconds since the
 * epoch, rounded down; the period T is cut into at most 1024 grains of g = ⌈T / 1024⌉ µs, N = ⌈T /
 * g⌉ of them. With e = ⌊(now mod T) / g⌋, permits fit if
 *
 * <pre>
 *   previous × (N - e) + (current + permits) × N ≤ capacity × N
 * </pre>
 *
 * <p><b>The error.</b> The estimate takes the previous window's permits as spread evenly. Whoever
 * sends all of them at that window's very end can get almost twice the capacity into one period;
 * never more. Whoever sends them at its beginning is refused although they have left the period.
 * With traffic that does not aim at it the error is small: Cloudflare counted 0.003 % of 400
 * million requests decided otherwise than by an exact window.
 *
 * <p>Immutable, compared by value.
 */
public final class SlidingWindowCounter extends Limit {

  private final Rate rate;

  SlidingWindowCounter(String name, Rate rate) {
    super(name, rate.permits());
    this.rate = rate;
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
  public SlidingWindowCounter named(String newName) {
    return new SlidingWindowCounter(newName, rate);
  }

  @Override
  public SlidingWindowCounter dividedBy(int instances) {
    return new SlidingWindowCounter(name(), Rate.per(part(capacity(), instances), rate.period()));
  }

  @Override
  public Duration window() {
    return rate.period();
  }

  @Override
  Count count(long now) {
    return SlidingCount.of(capacity(), rate.periodMicros());
  }

  @Override
  String text() {
    return rate + " sliding counter";
  }
}
