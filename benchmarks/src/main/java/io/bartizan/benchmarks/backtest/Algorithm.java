package io.bartizan.benchmarks.backtest;

import io.bartizan.ratelimit.FixedWindow;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.SlidingWindow;
import io.bartizan.ratelimit.SlidingWindowCounter;
import io.bartizan.ratelimit.TokenBucket;
import java.time.Duration;

/** One kind of limit, as so many permits in a period. */
enum Algorithm {
  /** Holds the permits of a period and is refilled with as many in it. */
  TOKEN_BUCKET("token bucket", TokenBucket.class) {
    @Override
    Limit of(long permits, Duration period) {
      return Limit.tokenBucket(permits, Rate.per(permits, period));
    }
  },
  SLIDING_WINDOW("sliding window", SlidingWindow.class) {
    @Override
    Limit of(long permits, Duration period) {
      return Limit.slidingWindow(Rate.per(permits, period));
    }
  },
  SLIDING_WINDOW_COUNTER("sliding counter", SlidingWindowCounter.class) {
    @Override
    Limit of(long permits, Duration period) {
      return Limit.slidingWindowCounter(Rate.per(permits, period));
    }
  },
  FIXED_WINDOW("fixed window", FixedWindow.class) {
    @Override
    Limit of(long permits, Duration period) {
      return Limit.fixedWindow(Rate.per(permits, period));
    }
  };

  private final String words;
  private final Class<? extends Limit> type;

  Algorithm(String words, Class<? extends Limit> type) {
    this.words = words;
    this.type = type;
  }

  abstract Limit of(long permits, Duration period);

  String words() {
    return words;
  }

  /**
   * The limits with each that is of another kind turned into this one: as many permits in the time
   * after which nothing counts any more.
   *
   * @throws IllegalArgumentException if this kind can't hold one of them
   */
  Limits like(Limits given) {
    return Limits.allOf(
        given.list().stream()
            .map(
                limit ->
                    type.isInstance(limit)
                        ? limit
                        : of(limit.capacity(), limit.window()).named(limit.name()))
            .toList());
  }
}
