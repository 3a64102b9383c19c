/**
 * Distributed rate limits and concurrency limits on Redis or Valkey (standalone, Sentinel,
 * Cluster), through the application's own Lettuce client.
 *
 * <p>Also found as {@index "distributed rate limit"} and {@index "distributed semaphore"}.
 *
 * <ul>
 *   <li>{@link io.bartizan.ratelimit.redis.RedisRateLimiter}: limits that all instances of a
 *       service share
 *   <li>{@link io.bartizan.ratelimit.redis.RedisConcurrencyLimiter}: how many operations run at
 *       once in all instances
 *   <li>{@link io.bartizan.ratelimit.redis.FailurePolicy}: the decision while Redis does not answer
 *       ({@index "fail open"}, {@index "fail closed"})
 *   <li>{@link io.bartizan.ratelimit.redis.RedisLimitKeys}: lists, reads and resets keys
 * </ul>
 *
 * <p>The limits themselves are defined by {@link io.bartizan.ratelimit.Limit}.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit.redis;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
