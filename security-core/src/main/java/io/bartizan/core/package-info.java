/**
 * The types that all Bartizan modules use: results of verifications, reasons of refusals, secrets
 * that rotate, health and PEM.
 *
 * <ul>
 *   <li>{@link io.bartizan.core.Checked}: the result of a verification as a value; {@link
 *       io.bartizan.core.VerificationException} is the same as an exception
 *   <li>{@link io.bartizan.core.Refusal} and {@link io.bartizan.core.Reason}: why something was not
 *       accepted, with a stable code for metrics
 *   <li>{@link io.bartizan.core.SecretSource} and {@link io.bartizan.core.Rotating}: secrets from
 *       files, read again when they change ({@index "key rotation"})
 *   <li>{@link io.bartizan.core.HealthSource}: up, degraded or down, for a {@index "readiness
 *       probe"}
 *   <li>{@link io.bartizan.core.SafeText}: untrusted text made safe for logs
 *   <li>{@link io.bartizan.core.Ticker}: the clock of the limiters, which tests replace
 * </ul>
 */
@NullMarked
@CheckReturnValue
package io.bartizan.core;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
