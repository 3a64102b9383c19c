package io.bartizan.integrity.mac;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.IntegrityListener.Kind;
import io.bartizan.integrity.json.StrictBase64;
import io.bartizan.integrity.replay.ReplayGuard;
import java.nio.charset.CharacterCodingException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Signs and verifies values that clients send back, such as cookies, links and form fields:
 * HMAC-SHA-256 with purpose, expiry and key rotation.
 *
 * <p>A value is text of the base64url alphabet, safe in a URL, a cookie and a header. It is signed,
 * not encrypted: whoever holds it can read the payload. The purpose is part of the key and of what
 * is signed, so that a password reset never serves as a login; associated data (user, host, cookie
 * name) must be the same, in the same order, when the value comes back; HMAC-SHA-256 over a
 * length-prefixed framing ({@code docs/signed-values.md}). Thread-safe, without locks.
 *
 * <pre>{@code
 * SignedValues carts = SignedValues.of("cart", ring, Duration.ofHours(1));
 * String cookie = carts.sign("3 apples", "user", userId);
 * SignedValue cart = carts.verify(cookie, "user", userId); // or VerificationException
 * }</pre>
 */
public final class SignedValues {

  /** The longest purpose, in UTF-8 bytes. */
  public static final int MAX_PURPOSE_BYTES = 100;

  /** The longest validity; {@link #neverExpires} is the way beyond. */
  public static final Duration MAX_VALIDITY = Duration.ofDays(3650);

  private static final Duration MAX_SKEW = Duration.ofMinutes(5);

  private final String purpose;
  private final PurposeKeys keys;
  private final @Nullable Duration validity;
  private final Duration clockSkew;
  private final int maxPayload;
  private final InstantSource clock;
  private final @Nullable ReplayGuard guard;
  private final Listeners<IntegrityListener> listeners;
  private final SecureRandom random = new SecureRandom();

  private SignedValues(Builder builder) {
    purpose = builder.purpose;
    keys = builder.keys;
    validity = builder.validity;
    clockSkew = builder.clockSkew;
    maxPayload = builder.maxPayload;
    clock = builder.clock;
    guard = builder.guard;
    listeners = builder.listeners;
  }

  /**
   * Signed values that expire, with all defaults.
   *
   * @param purpose what the values are for, such as {@code "password-reset"}; 1 to {@value
   *     #MAX_PURPOSE_BYTES} bytes; values of one purpose are refused for every other
   * @param keys a {@link MacKeyRing}, or what gives the ring of the moment
   * @param validity how long a value is accepted, 1 second to {@link #MAX_VALIDITY}; if it is
   *     shortened later, values already issued expire earlier too
   * @return immutable and thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the purpose or the validity is out of range
   */
  public static SignedValues of(String purpose, Supplier<MacKeyRing> keys, Duration validity) {
    return builder(purpose, keys, validity).build();
  }

  /**
   * Signed values that expire, with settings.
   *
   * @param purpose what the values are for, as in {@link #of}
   * @param keys a {@link MacKeyRing}, or what gives the ring of the moment
   * @param validity how long a value is accepted, 1 second to {@link #MAX_VALIDITY}
   * @return a builder whose optional settings have safe defaults
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the purpose or the validity is out of range
   */
  public static Builder builder(String purpose, Supplier<MacKeyRing> keys, Duration validity) {
    return new Builder(
        purpose, keys, Require.within("validity", validity, Duration.ofSeconds(1), MAX_VALIDITY));
  }

  /**
   * Signed values that are accepted as long as their key is in the ring. Dropping the key is then
   * the only way to take one back.
   *
   * @param purpose what the values are for, as in {@link #of}
   * @param keys a {@link MacKeyRing}, or what gives the ring of the moment
   * @return a builder
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the purpose is out of range
   */
  public static Builder neverExpires(String purpose, Supplier<MacKeyRing> keys) {
    return new Builder(purpose, keys, null);
  }

  /**
   * Issues a value.
   *
   * @param payload what is signed; anyone can read it
   * @param associatedData what must be the same at verification, in order; not part of the text
   * @return base64url text without padding
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the payload is longer than the maximum, or a string has an
   *     unpaired surrogate
   */
  public String sign(byte[] payload, String... associatedData) {
    if (payload.length > maxPayload) {
      throw new IllegalArgumentException(
          "payload has " + payload.length + " bytes, at most " + maxPayload + " are accepted");
    }
    PurposeKeys.Generation now = keys.now();
    long issuedAt = clock.instant().getEpochSecond();
    long expiresAt = validity == null ? SignedValueFrame.NEVER : issuedAt + validity.toSeconds();
    byte[] nonce = new byte[guard == null ? 0 : SignedValueFrame.NONCE_LENGTH];
    if (guard != null) {
      random.nextBytes(nonce);
    }
    byte[] header = new SignedValueFrame(now.ring().id(0), issuedAt, expiresAt, nonce).header();
    try {
      byte[] tag = now.keys().get(0).sign(keys.framed(header, payload, associatedData));
      return SignedValueFrame.encode(header, payload, tag);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("associatedData has an unpaired surrogate", e);
    }
  }

  /**
   * Issues a value.
   *
   * @param payload what is signed, as UTF-8; anyone can read it
   * @param associatedData what must be the same at verification, in order; not part of the text
   * @return base64url text without padding
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the payload is longer than the maximum, or a string has an
   *     unpaired surrogate
   */
  public String sign(String payload, String... associatedData) {
    try {
      return sign(PurposeKeys.utf8(payload), associatedData);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("payload has an unpaired surrogate", e);
    }
  }

  /**
   * Verifies a value: form, tag, times, and for single use that this is the first time.
   *
   * @param value what came back; null (an absent cookie) is refused like any other
   * @param associatedData as given when it was signed
   * @return the verified value
   * @throws NullPointerException if {@code associatedData} holds null
   * @throws VerificationException with a {@link MacReason}
   */
  public SignedValue verify(@Nullable String value, String... associatedData) {
    return check(value, associatedData).orThrow();
  }

  private SignedValue decide(boolean uses, @Nullable String value, String... associatedData) {
    if (value == null || value.isEmpty()) {
      throw refuse(MacReason.MALFORMED, "there is no value");
    }
    boolean singleUse = guard != null;
    if (value.length() > SignedValueFrame.textLength(maxPayload, singleUse)) {
      throw refuse(MacReason.TOO_LARGE, "the value has " + value.length() + " characters");
    }
    byte[] bytes = StrictBase64.decodeUrl(value);
    SignedValueFrame frame = bytes == null ? null : SignedValueFrame.read(bytes, singleUse);
    if (bytes == null || frame == null) {
      throw refuse(MacReason.MALFORMED, "the value is not canonical text of this kind");
    }
    PurposeKeys.Generation now = keys.now();
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
    if (uses && guard != null) {
      burn(guard, frame);
    }
    return new SignedValue(payload, frame, expiresAt, index != 0);
  }

  /**
   * The same as {@link #verify}, with the refusal as a value.
   *
   * @param value what came back; null (an absent cookie) is refused like any other
   * @param associatedData as given when it was signed
   * @return the verified value or the refusal
   * @throws NullPointerException if {@code associatedData} holds null
   */
  public Checked<SignedValue> check(@Nullable String value, String... associatedData) {
    for (String each : associatedData) {
      Objects.requireNonNull(each, "associatedData");
    }
    return told(Checked.of(() -> decide(true, value, associatedData)));
  }

  /**
   * The same as {@link #check} without using a value for single use up: for the page that a link
   * leads to, which mail scanners and previews fetch too. The form on that page then calls {@link
   * #check}. Whether the value was used before is not looked at.
   *
   * @param value what came back; null is refused like any other
   * @param associatedData as given when it was signed
   * @return the value that could be used, or the refusal
   * @throws NullPointerException if {@code associatedData} holds null
   */
  public Checked<SignedValue> peek(@Nullable String value, String... associatedData) {
    for (String each : associatedData) {
      Objects.requireNonNull(each, "associatedData");
    }
    return told(Checked.of(() -> decide(false, value, associatedData)));
  }

  private Checked<SignedValue> told(Checked<SignedValue> result) {
    Refusal refusal = result.fold(value -> null, refused -> refused);
    listeners.tell(listener -> listener.verified(Kind.SIGNED_VALUE, purpose, refusal));
    return result;
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
              + clockSkew
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
  private void burn(ReplayGuard once, SignedValueFrame frame) {
    Instant until = Instant.ofEpochSecond(frame.expiresAt()).plus(MAX_SKEW);
    switch (once.use("signed-value:" + purpose, frame.nonce(), until)) {
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

  /** Purpose and settings; never a key. */
  @Override
  public String toString() {
    return "SignedValues[purpose "
        + purpose
        + ", validity "
        + (validity == null ? "without end" : validity)
        + ", clock skew "
        + clockSkew
        + ", payload up to "
        + maxPayload
        + " bytes, "
        + (guard == null ? "reusable" : "single use")
        + ", keys "
        + keys.now().ring().keyIds()
        + "]";
  }

  /** The optional settings of {@link SignedValues}; not thread-safe. */
  public static final class Builder {
    private final String purpose;
    private final PurposeKeys keys;
    private final @Nullable Duration validity;
    private Duration clockSkew = Duration.ofSeconds(30);
    private int maxPayload = 4096;
    private InstantSource clock = InstantSource.system();
    private @Nullable ReplayGuard guard;
    private Listeners<IntegrityListener> listeners = Listeners.none(IntegrityListener.class);

    private Builder(String purpose, Supplier<MacKeyRing> source, @Nullable Duration validity) {
      this.purpose = Objects.requireNonNull(purpose, "purpose");
      this.validity = validity;
      try {
        int unused =
            Require.sized(
                "purpose", PurposeKeys.utf8(purpose).length, "bytes", 1, MAX_PURPOSE_BYTES);
        keys = new PurposeKeys(purpose, Objects.requireNonNull(source, "keys"));
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException("purpose has an unpaired surrogate", e);
      }
    }

    /**
     * How far an issuing instance's clock may run ahead of ours; 30 seconds unless set.
     *
     * @param skew 0 to 5 minutes
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withClockSkew(Duration skew) {
      clockSkew = Require.within("clockSkew", skew, Duration.ZERO, MAX_SKEW);
      return this;
    }

    /**
     * The largest payload; 4096 bytes unless set. Longer text is refused before it is decoded.
     *
     * @param bytes 0 to 1 048 576
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxPayload(int bytes) {
      maxPayload = Require.within("maxPayload", bytes, 0, 1024 * 1024);
      return this;
    }

    /**
     * The clock; the system's unless set.
     *
     * @param source gives the time of issue and of verification
     * @return this builder
     * @throws NullPointerException if {@code source} is null
     */
    public Builder withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /**
     * Each value is accepted once, among all who share the guard. The value carries a nonce, which
     * is burnt after every other check has passed; reusable values are refused, and the other way
     * round.
     *
     * @param once remembers the nonces until the values expire
     * @return this builder
     * @throws NullPointerException if {@code once} is null
     * @throws IllegalStateException if the values never expire, for the guard's memory would have
     *     no end either
     */
    public Builder withSingleUse(ReplayGuard once) {
      if (validity == null) {
        throw new IllegalStateException("values that never expire can't be for single use");
      }
      guard = Objects.requireNonNull(once, "guard");
      return this;
    }

    /**
     * Adds one who is told of each verification; what it throws is logged and changes nothing.
     *
     * @param listener gets the purpose and the reason, no part of a value
     * @return this builder
     * @throws NullPointerException if {@code listener} is null
     */
    public Builder withListener(IntegrityListener listener) {
      listeners = listeners.and(listener);
      return this;
    }

    /**
     * The signed values with these settings.
     *
     * @return immutable and thread-safe
     */
    public SignedValues build() {
      return new SignedValues(this);
    }
  }
}
