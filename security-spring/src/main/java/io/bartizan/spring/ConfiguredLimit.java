package io.bartizan.spring;

import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limits;

/** A limit of {@code bartizan.limits} with the limiter that counts it. */
record ConfiguredLimit(
    String name,
    Limits limits,
    LimitKey key,
    Routes routes,
    KeyedRateLimiter limiter,
    boolean isShared) {}
