/**
 * Rate limits on Redis that are decided in memory: permits are leased from Redis in lots, ahead of
 * the requests.
 *
 * <p>Also found as {@index "leased permits"} and {@index prefetching}.
 *
 * <ul>
 *   <li>{@link io.bartizan.ratelimit.prepaid.PrepaidRateLimiter}: the limiter, on top of a {@link
 *       io.bartizan.ratelimit.redis.RedisRateLimiter}
 *   <li>{@link io.bartizan.ratelimit.prepaid.PrepaidMetrics}: meters in Micrometer
 * </ul>
 */
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit.prepaid;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
