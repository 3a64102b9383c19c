package io.bartizan.ratelimit;

import io.bartizan.core.Ticker;
import java.time.InstantSource;
import java.util.Objects;

/** Options of a limiter in memory for one subject. Not thread-safe. */
public final class RateLimiterBuilder {

  private final Limits limits;
  private Ticker ticker = Ticker.system();
  private InstantSource wall = InstantSource.system();

  RateLimiterBuilder(Limits limits) {
    this.limits = Objects.requireNonNull(limits, "limits");
  }

  /**
   * Measures time with another clock than {@link Ticker#system()}.
   *
   * @param newTicker the clock
   * @return this
   * @throws NullPointerException if {@code newTicker} is null
   */
  public RateLimiterBuilder withTicker(Ticker newTicker) {
    ticker = Objects.requireNonNull(newTicker, "newTicker");
    return this;
  }

  /**
   * Takes the wall time from elsewhere. It is read once, by {@link #build()}, for where fixed
   * windows and steps begin; later changes of the wall clock have no effect.
   *
   * @param newWall the wall clock
   * @return this
   * @throws NullPointerException if {@code newWall} is null
   */
  public RateLimiterBuilder withClock(InstantSource newWall) {
    wall = Objects.requireNonNull(newWall, "newWall");
    return this;
  }

  /**
   * Makes the limiter.
   *
   * @return a new limiter with nothing consumed
   */
  public RateLimiter build() {
    MicroClock clock = new MicroClock(ticker, wall);
    return limits.bucket() == null
        ? new MemoryRateLimiter(limits, clock)
        : new BucketRateLimiter(limits, clock);
  }
}
