/**
 * Callbacks and metrics for the verification of JWTs, signed values, webhooks and artifacts, and
 * for changes of keys.
 *
 * <ul>
 *   <li>{@link io.bartizan.integrity.IntegrityListener}: each verification and each change of
 *       fetched keys
 *   <li>{@link io.bartizan.integrity.IntegrityMetrics}: the same as meters in Micrometer
 * </ul>
 *
 * <p>The verifications are in the packages {@link io.bartizan.integrity.jwt} (tokens), {@link
 * io.bartizan.integrity.mac} (signed values, webhooks), {@link io.bartizan.integrity.artifact}
 * (files, downloads) and {@link io.bartizan.integrity.attest} (attestations, container images).
 */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
