package io.bartizan.integrity.mac;

import io.bartizan.integrity.lease.Delivery;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A webhook whose sender a {@link WebhookVerifier} has verified; there is no other way to get one.
 */
public final class VerifiedWebhook {

  private final WebhookHeaders headers;
  private final byte[] body;
  private final Map<String, String> form;
  private final @Nullable Delivery delivery;

  VerifiedWebhook(
      WebhookHeaders headers, byte[] body, Map<String, String> form, @Nullable Delivery delivery) {
    this.headers = headers;
    this.body = body;
    this.form = form;
    this.delivery = delivery;
  }

  /**
   * The bytes that were signed; parse these, not what a framework made of the request.
   *
   * @return a new array
   */
  public byte[] body() {
    return body.clone();
  }

  /**
   * The signed bytes as text.
   *
   * @return the body read as UTF-8
   * @throws IllegalStateException if the sender signed bytes that are no UTF-8
   */
  public String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalStateException("the signed body is not UTF-8; read body()", e);
    }
  }

  /**
   * The parameters of the body where a form is signed (Twilio); read these, not a framework's,
   * which may mix in those of the query.
   *
   * @return each value by its name, decoded, immutable; empty for providers that sign bytes
   */
  public Map<String, String> form() {
    return form;
  }

  /**
   * The message's id where it is signed (Standard Webhooks); use it to do the work once.
   *
   * @return the id, or empty for providers that sign none
   */
  public Optional<String> id() {
    return headers.id();
  }

  /**
   * When the message was sent, where that is signed.
   *
   * @return an instant to the second, or empty for providers that sign none (GitHub)
   */
  public Optional<Instant> sentAt() {
    return headers.timestamp().map(Instant::ofEpochSecond);
  }

  /**
   * The event was handled: repeats of it are refused from now on with {@link MacReason#DUPLICATE}
   * or {@link MacReason#REPLAYED}, which are to be answered with success. Only the first call of
   * this or {@link #abandon} has an effect, and none without {@link
   * WebhookVerifier.Builder#withDeliveries}.
   */
  public void complete() {
    if (delivery != null) {
      delivery.complete();
    }
  }

  /**
   * The event was not handled: the sender's next attempt is accepted at once, and not only when the
   * lease is over. Only the first call of this or {@link #complete} has an effect, and none without
   * {@link WebhookVerifier.Builder#withDeliveries}.
   */
  public void abandon() {
    if (delivery != null) {
      delivery.abandon();
    }
  }

  /** Time and length; never the body. */
  @Override
  public String toString() {
    return "VerifiedWebhook["
        + sentAt().map(Instant::toString).orElse("no signed time")
        + ", "
        + body.length
        + " bytes]";
  }
}
