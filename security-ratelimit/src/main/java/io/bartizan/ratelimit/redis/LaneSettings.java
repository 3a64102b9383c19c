package io.bartizan.ratelimit.redis;

import io.bartizan.core.Ticker;

/** What all lanes of one limiter share. */
record LaneSettings(
    RedisKeys keys,
    Fallback fallback,
    Deadlines deadlines,
    Ticker ticker,
    RedisLimiterListener listener,
    boolean coalescing,
    int maxPending) {}
