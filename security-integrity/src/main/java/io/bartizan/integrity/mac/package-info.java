/**
 * HMAC signatures: signed cookies, links and form fields, and webhook signatures of GitHub, Stripe,
 * Slack and others.
 *
 * <p>Also found as {@index "webhook signature"}, {@index "signed cookie"}, {@index "signed URL"}
 * and {@index "Standard Webhooks"}.
 *
 * <ul>
 *   <li>{@link io.bartizan.integrity.mac.SignedValues}: signs and verifies values that a client
 *       sends back
 *   <li>{@link io.bartizan.integrity.mac.WebhookVerifier}, {@link
 *       io.bartizan.integrity.mac.WebhookScheme}: verifies a sender's webhooks; {@link
 *       io.bartizan.integrity.mac.WebhookFormat} describes another sender
 *   <li>{@link io.bartizan.integrity.mac.MacKeyRing}: keys that rotate
 *   <li>{@link io.bartizan.integrity.mac.Hmac}: HMAC of bytes, compared in constant time
 *   <li>{@link io.bartizan.integrity.mac.MacReason}: why a value or webhook is refused
 * </ul>
 */
@NullMarked
@CheckReturnValue
package io.bartizan.integrity.mac;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
