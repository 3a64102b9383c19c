package io.bartizan.ratelimit;

import io.bartizan.core.Ticker;
import java.time.InstantSource;
import java.util.Objects;

/** Options of a limiter in memory for many keys. Not thread-safe. */
public final class KeyedRateLimiterBuilder {

  private static final int MOST_KEYS = 100_000_000;

  private final Plan plan;
  private final int maxKeys;
  private Overflow overflow = Overflow.SHARE;
  private Ticker ticker = Ticker.system();
  private InstantSource wall = InstantSource.system();

  KeyedRateLimiterBuilder(Plan plan, int maxKeys) {
    this.plan = Objects.requireNonNull(plan, "plan");
    this.maxKeys = maxKeys;
    if (maxKeys < 1 || maxKeys > MOST_KEYS) {
      throw new IllegalArgumentException(
          "maxKeys is " + maxKeys + ", 1 to " + MOST_KEYS + " is accepted");
    }
  }

  /**
   * Chooses what happens to new keys while there are {@code maxKeys}; {@link Overflow#SHARE} if
   * nothing is chosen.
   *
   * @param newOverflow what to do
   * @return this
   * @throws NullPointerException if {@code newOverflow} is null
   */
  public KeyedRateLimiterBuilder withOverflow(Overflow newOverflow) {
    overflow = Objects.requireNonNull(newOverflow, "newOverflow");
    return this;
  }

  /**
   * Measures time with another clock than {@link Ticker#system()}.
   *
   * @param newTicker the clock
   * @return this
   * @throws NullPointerException if {@code newTicker} is null
   */
  public KeyedRateLimiterBuilder withTicker(Ticker newTicker) {
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
  public KeyedRateLimiterBuilder withClock(InstantSource newWall) {
    wall = Objects.requireNonNull(newWall, "newWall");
    return this;
  }

  /**
   * Makes the limiter.
   *
   * @return a new limiter with nothing consumed
   */
  public KeyedRateLimiter build() {
    MicroClock clock = new MicroClock(ticker, wall);
    Limits same =
        plan instanceof Limits limits ? limits : plan instanceof Limit limit ? limit.alone() : null;
    return same == null || same.bucket() == null
        ? new MemoryKeyedRateLimiter(plan, maxKeys, overflow, clock)
        : new BucketKeyedRateLimiter(same.bucket(), maxKeys, overflow, clock);
  }
}
