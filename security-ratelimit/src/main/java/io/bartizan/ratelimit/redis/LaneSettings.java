package io.bartizan.ratelimit.redis;

/** What all lanes of one limiter share. */
record LaneSettings(
    LimitScript script,
    RedisKeys keys,
    Fallback fallback,
    Deadlines deadlines,
    boolean coalescing,
    boolean keysTogether) {}
