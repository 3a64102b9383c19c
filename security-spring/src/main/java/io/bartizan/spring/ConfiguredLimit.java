package io.bartizan.spring;

import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.redis.FailurePolicy;
import org.jspecify.annotations.Nullable;

/**
 * A limit of {@code bartizan.limits} with the limiter that counts it.
 *
 * @param whenRedisFails null if it is counted in memory
 */
record ConfiguredLimit(
    String name,
    Limits limits,
    LimitKey key,
    Routes routes,
    KeyedRateLimiter limiter,
    @Nullable FailurePolicy whenRedisFails) {

  boolean isShared() {
    return whenRedisFails != null;
  }
}
