package io.bartizan.integrity.mac;

import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.lease.Delivery;
import io.bartizan.integrity.replay.ReplayGuard;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides about the values that {@link SignedValues} issues: form, tag, times, then use. */
final class SignedValueReader {

  static final Duration MAX_SKEW = Duration.ofMinutes(5);

  private final String purpose;
  private final PurposeKeys keys;
  private final @Nullable Duration validity;
  private final Duration clockSkew;
  private final int maxPayload;
  private final InstantSource clock;
  private final @Nullable ReplayGuard guard;
  private final Delivery.@Nullable Memory handled;

  SignedValueReader(
      String purpose,
      PurposeKeys keys,
      @Nullable Duration validity,
      Duration clockSkew,
      int maxPayload,
      InstantSource clock,
      @Nullable ReplayGuard guard,
      Delivery.@Nullable Memory handled) {
    this.purpose = purpose;
    this.keys = keys;
    this.validity = validity;
    this.clockSkew = clockSkew;
    this.maxPayload = maxPayload;
    this.clock = clock;
    this.guard = guard;
    this.handled = handled;
  }

  /** The value, or a thrown refusal; one for single use is used up or begun if it is to be. */
  SignedValue read(boolean uses, @Nullable String value, String... associatedData) {
    if (value == null || value.isEmpty()) {
      throw refuse(MacReason.MALFORMED, "there is no value");
    }
    boolean singleUse = guard != null || handled != null;
    if (value.length() > SignedValueFrame.textLength(maxPayload, singleUse)) {
      throw refuse(MacReason.TOO_LARGE, "the value has " + value.length() + " characters");
    }
    byte[] bytes = StrictBase64.decodeUrl(value);
    SignedValueFrame frame = bytes == null ? null : SignedValueFrame.read(bytes, singleUse);
    if (bytes == null || frame == null) {
      throw refuse(MacReason.MALFORMED, "the value is not canonical text of this kind");
    }
    PurposeKeys.Derived now = keys.now();
    int index = now.ring().indexOf(frame.keyId());
    if (index < 0) {
      throw refuse(
          MacReason.KEY_UNKNOWN, "key " + MacKeyRing.text(frame.keyId()) + " is not in the ring");
    }
    int headerLength = SignedValueFrame.headerLength(singleUse);
    int payloadEnd = bytes.length - SignedValueFrame.TAG_LENGTH;
    byte[] payload = Arrays.copyOfRange(bytes, headerLength, payloadEnd);
    byte[] tag = Arrays.copyOfRange(bytes, payloadEnd, bytes.length);
    if (!isSigned(
        now.keys().get(index), Arrays.copyOf(bytes, headerLength), payload, tag, associatedData)) {
      throw refuse(
          MacReason.SIGNATURE_INVALID,
          "the value was not signed with this key, purpose and associated data");
    }
    Optional<Instant> expiresAt = checkTimes(frame);
    Delivery delivery = null;
    if (uses && handled != null) {
      Instant end = end(frame);
      List<byte[]> nonce = List.of(frame.nonce());
      delivery = Delivery.begin(handled, () -> end, List.of(scope()), nonce, bytes).orThrow();
    } else if (uses && guard != null) {
      burn(guard, frame);
    }
    return new SignedValue(payload, frame, expiresAt, index != 0, delivery);
  }

  private boolean isSigned(
      Hmac key, byte[] header, byte[] payload, byte[] tag, String... associatedData) {
    try {
      return ConstantTime.equal(key.sign(keys.framed(header, payload, associatedData)), tag);
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** The instant of expiry by the value or by today's validity, whichever is earlier. */
  private Optional<Instant> checkTimes(SignedValueFrame frame) {
    long now = clock.instant().getEpochSecond();
    long issuedAt = frame.issuedAt();
    if (issuedAt > now + clockSkew.toSeconds()) {
      throw refuse(
          MacReason.NOT_YET_VALID,
          "the value was issued "
              + (issuedAt - now)
              + " s from now, at most "
              + Span.exact(clockSkew)
              + " is accepted");
    }
    if (validity == null && frame.expiresAt() == SignedValueFrame.NEVER) {
      return Optional.empty();
    }
    long expiresAt =
        validity == null
            ? frame.expiresAt()
            : Math.min(frame.expiresAt(), issuedAt + validity.toSeconds());
    if (now >= expiresAt) {
      throw refuse(MacReason.EXPIRED, "the value expired " + (now - expiresAt) + " s ago");
    }
    return Optional.of(Instant.ofEpochSecond(expiresAt));
  }

  /**
   * Not until today's validity ends here, which another instance may have set longer: until the
   * value's own end, as far as clocks may differ.
   */
  private static Instant end(SignedValueFrame frame) {
    return Instant.ofEpochSecond(frame.expiresAt()).plus(MAX_SKEW);
  }

  private String scope() {
    return "signed-value:" + purpose;
  }

  private void burn(ReplayGuard once, SignedValueFrame frame) {
    switch (once.use(scope(), frame.nonce(), end(frame))) {
      case FIRST -> {}
      case REPEATED -> throw refuse(MacReason.REPLAYED, "the value was used before");
      case UNDECIDED ->
          throw refuse(
              MacReason.REPLAY_UNDECIDED, "the guard can't tell whether the value was used before");
    }
  }

  private VerificationException refuse(MacReason reason, String detail) {
    return new VerificationException(reason, "purpose " + purpose + ": " + detail);
  }
}
