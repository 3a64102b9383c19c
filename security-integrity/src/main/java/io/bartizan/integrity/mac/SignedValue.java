package io.bartizan.integrity.mac;

import io.bartizan.integrity.lease.Delivery;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A value that {@link SignedValues} issued and verified; there is no other way to get one. */
public final class SignedValue {

  private final byte[] payload;
  private final SignedValueFrame frame;
  private final Optional<Instant> expiresAt;
  private final boolean shouldReissue;
  private final @Nullable Delivery delivery;

  SignedValue(
      byte[] payload,
      SignedValueFrame frame,
      Optional<Instant> expiresAt,
      boolean shouldReissue,
      @Nullable Delivery delivery) {
    this.payload = payload;
    this.frame = frame;
    this.expiresAt = expiresAt;
    this.shouldReissue = shouldReissue;
    this.delivery = delivery;
  }

  /**
   * The bytes that were signed.
   *
   * @return a new array
   */
  public byte[] payload() {
    return payload.clone();
  }

  /**
   * The text that was signed.
   *
   * @return the payload read as UTF-8
   * @throws IllegalStateException if bytes were signed that are no UTF-8
   */
  public String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalStateException("the signed payload is not UTF-8; read payload()", e);
    }
  }

  /**
   * When it was issued, to the second.
   *
   * @return an instant
   */
  public Instant issuedAt() {
    return Instant.ofEpochSecond(frame.issuedAt());
  }

  /**
   * The first instant at which it is no longer accepted, to the second.
   *
   * @return an instant, or empty if it never expires
   */
  public Optional<Instant> expiresAt() {
    return expiresAt;
  }

  /**
   * The key that signed it.
   *
   * @return eight lower-case hexadecimal digits
   */
  public String keyId() {
    return MacKeyRing.text(frame.keyId());
  }

  /**
   * Whether a key that is no longer the current one signed it: sign the payload anew and hand it
   * out, so that nothing depends on the old key when it goes.
   *
   * @return true if the ring's current key is another
   */
  public boolean shouldReissue() {
    return shouldReissue;
  }

  /**
   * What the value was for is done: it is refused with {@link MacReason#REPLAYED} from now on. Only
   * the first call of this or {@link #abandon} has an effect, and none without {@link
   * SignedValues.Builder#withSingleUse(io.bartizan.integrity.replay.DeliveryGuard,
   * java.time.Duration)} or after {@link SignedValues#peek}.
   */
  public void complete() {
    if (delivery != null) {
      delivery.complete();
    }
  }

  /**
   * What the value was for is not done: it can be used again at once, and not only when the lease
   * is over. Only the first call of this or {@link #complete} has an effect, and none without a
   * lease or after {@link SignedValues#peek}.
   */
  public void abandon() {
    if (delivery != null) {
      delivery.abandon();
    }
  }

  /** Key id and times; never the payload. */
  @Override
  public String toString() {
    return "SignedValue[key "
        + keyId()
        + ", issued "
        + issuedAt()
        + ", expires "
        + expiresAt.map(Instant::toString).orElse("never")
        + ", "
        + payload.length
        + " bytes]";
  }
}
