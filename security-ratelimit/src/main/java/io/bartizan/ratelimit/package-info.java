/**
 * Rate limits and concurrency limits in memory: token bucket, sliding window, fixed window and
 * calendar quota, with the HTTP fields of 429 Too Many Requests.
 *
 * <p>Also found as {@index throttling}, {@index quota}, {@index "leaky bucket"}, {@index bulkhead}
 * and {@index 429}.
 *
 * <ul>
 *   <li>{@link io.bartizan.ratelimit.Limit}: the definition of a limit; {@link
 *       io.bartizan.ratelimit.Plan} selects limits by key, such as by subscription tier
 *   <li>{@link io.bartizan.ratelimit.RateLimiter}: one count; {@link
 *       io.bartizan.ratelimit.KeyedRateLimiter}: a count for each user, tenant, API key or address
 *   <li>{@link io.bartizan.ratelimit.AsyncKeyedRateLimiter}: the same without blocking, as Redis
 *       answers
 *   <li>{@link io.bartizan.ratelimit.ConcurrencyLimiter}: how many operations run at once; {@link
 *       io.bartizan.ratelimit.KeyedConcurrencyLimiter} counts by key
 *   <li>{@link io.bartizan.ratelimit.Decision}: the answer; {@link
 *       io.bartizan.ratelimit.RateLimitFields} writes {@code RateLimit} and {@code Retry-After}
 *   <li>{@link io.bartizan.ratelimit.ClientAddress}: the client's address behind proxies ({@index
 *       X-Forwarded-For})
 *   <li>{@link io.bartizan.ratelimit.Shadow}: tries a limit before it is enforced ({@index "dry
 *       run"})
 *   <li>{@link io.bartizan.ratelimit.RateLimitMetrics}: meters in Micrometer
 * </ul>
 *
 * <p>Limits on Redis are in {@link io.bartizan.ratelimit.redis}, limits that measure latency in
 * {@link io.bartizan.ratelimit.adaptive}.
 */
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
