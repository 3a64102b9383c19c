package io.bartizan.spring;

import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.redis.FailurePolicy;
import io.bartizan.spring.caller.CallerPlans;
import io.bartizan.spring.caller.CountedCaller;
import org.jspecify.annotations.Nullable;

/**
 * A limit of {@code bartizan.limits} with the limiter that counts it.
 *
 * @param plans null if all callers have the same limits
 * @param limiter may wait for Redis
 * @param onRedis the same, and never waits; null if it is counted in memory
 * @param whenRedisFails null if it is counted in memory
 */
record ConfiguredLimit(
    String name,
    Limits limits,
    @Nullable CallerPlans plans,
    LimitKey key,
    Routes routes,
    KeyedRateLimiter limiter,
    @Nullable AsyncKeyedRateLimiter onRedis,
    @Nullable FailurePolicy whenRedisFails) {

  /** By what of an authenticated caller it counts. */
  CountedCaller counted() {
    return new CountedCaller(key.claim(), plans);
  }

  boolean isShared() {
    return onRedis != null;
  }
}
