package io.bartizan.examples.gateway;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.ratelimit.KeyedRateLimiter;

/** Where permits are counted. */
interface Limits extends HealthSource, AutoCloseable {

  KeyedRateLimiter limiter();

  @Override
  void close();

  /** Each instance for itself. */
  static Limits inMemory(Meters meters) {
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(RateLimits.PER_KEY, RateLimits.MAX_KEYS)
            .withListener(meters.limits())
            .build();
    meters.limits().watch(limiter);
    return new Limits() {
      @Override
      public KeyedRateLimiter limiter() {
        return limiter;
      }

      @Override
      public Health health() {
        return limiter.health();
      }

      @Override
      public void close() {}
    };
  }
}
