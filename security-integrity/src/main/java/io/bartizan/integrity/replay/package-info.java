/**
 * Replay guards: each identifier of a token, signed value or webhook is accepted once.
 *
 * <p>Also found as {@index idempotency}, {@index nonce}, {@index replay} and {@index
 * deduplication}.
 *
 * <ul>
 *   <li>{@link io.bartizan.integrity.replay.ReplayGuard}: accepts each identifier once
 *   <li>{@link io.bartizan.integrity.replay.DeliveryGuard}: the same with a lease, so that work
 *       that failed can be tried again
 *   <li>{@link io.bartizan.integrity.replay.InMemoryReplayGuard}: for one JVM; {@link
 *       io.bartizan.integrity.replay.redis} is for all instances
 * </ul>
 */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.replay;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
