/**
 * Concurrency limits that adapt to measured latency (load shedding, AIMD, gradient), in this JVM.
 *
 * <p>Also found as {@index "load shedding"}, {@index "adaptive concurrency"} and {@index
 * backpressure}.
 *
 * <ul>
 *   <li>{@link io.bartizan.ratelimit.adaptive.AdaptiveConcurrencyLimiter}: one limit for this JVM
 *   <li>{@link io.bartizan.ratelimit.adaptive.AdaptiveKeyedConcurrencyLimiter}: a limit for each
 *       key, such as a downstream server
 *   <li>{@link io.bartizan.ratelimit.adaptive.Priority}: what is refused first
 *   <li>{@link io.bartizan.ratelimit.adaptive.AdaptiveMetrics}: meters in Micrometer
 * </ul>
 */
@NullMarked
@CheckReturnValue
package io.bartizan.ratelimit.adaptive;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
