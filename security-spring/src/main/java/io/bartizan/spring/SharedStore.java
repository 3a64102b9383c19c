package io.bartizan.spring;

import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import org.jspecify.annotations.Nullable;

/** The application's Redis, if there is one; names no class of Lettuce. */
interface SharedStore {

  /** A builder of a limiter on it; null if there is no client. */
  RedisRateLimiter.@Nullable Builder builder(Limits limits);
}
