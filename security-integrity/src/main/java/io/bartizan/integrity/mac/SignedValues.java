package io.bartizan.integrity.mac;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.SecretReason;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Listeners;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.IntegrityListener.Kind;
import io.bartizan.integrity.lease.Delivery;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.ReplayGuard;
import java.nio.charset.CharacterCodingException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
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
 * length-prefixed framing ({@code docs/design/token-format.md}). Thread-safe, without locks.
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

  private final String purpose;
  private final PurposeKeys keys;
  private final @Nullable Duration validity;
  private final Duration clockSkew;
  private final int maxPayload;
  private final InstantSource clock;
  private final @Nullable ReplayGuard guard;
  private final Delivery.@Nullable Memory handled;
  private final SignedValueReader reader;
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
    handled = builder.handled;
    reader =
        new SignedValueReader(
            purpose, keys, validity, clockSkew, maxPayload, clock, guard, handled);
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
   * @throws VerificationException with {@link MacReason#KEYS_UNAVAILABLE} before the ring was read,
   *     where a {@link io.bartizan.core.Rotating} started before its secret
   */
  public String sign(byte[] payload, String... associatedData) {
    if (payload.length > maxPayload) {
      throw new IllegalArgumentException(
          "payload has " + payload.length + " bytes, at most " + maxPayload + " are accepted");
    }
    PurposeKeys.Derived now = keys.now();
    long issuedAt = clock.instant().getEpochSecond();
    long expiresAt = validity == null ? SignedValueFrame.NEVER : issuedAt + validity.toSeconds();
    boolean singleUse = guard != null || handled != null;
    byte[] nonce = new byte[singleUse ? SignedValueFrame.NONCE_LENGTH : 0];
    if (singleUse) {
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
   * @throws VerificationException with {@link MacReason#KEYS_UNAVAILABLE} before the ring was read,
   *     where a {@link io.bartizan.core.Rotating} started before its secret
   */
  public String sign(String payload, String... associatedData) {
    try {
      return sign(PurposeKeys.utf8(payload), associatedData);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("payload has an unpaired surrogate", e);
    }
  }

  /**
   * Verifies a value: form, tag, times, and for single use that this is the first time. With a
   * lease the value is begun, and whoever gets it must {@link SignedValue#complete complete} or
   * {@link SignedValue#abandon abandon} it, as {@link #handle} does.
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
    return told(Checked.of(() -> reader.read(true, value, associatedData)));
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
    return told(Checked.of(() -> reader.read(false, value, associatedData)));
  }

  /**
   * The handler of a verified value.
   *
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Handler<X extends Exception> {

    /**
     * Does what the value is for; to return is to have done it.
     *
     * @param value verified
     * @throws X if it could not be done, so that the value can be used again
     */
    void handle(SignedValue value) throws X;
  }

  /**
   * Verifies a value and does what it is for. With {@link Builder#withSingleUse(DeliveryGuard,
   * Duration)} that is done once where the handler returns: what it throws abandons the value,
   * which can then be used again.
   *
   * <pre>{@code
   * Checked<SignedValue> done = resets.handle(value, reset -> store(reset.text(), password));
   * int status = done.fold(reset -> 200, refusal -> resets.status(refusal.reason()));
   * }</pre>
   *
   * @param <X> what the handler may throw
   * @param value what came back; null is refused like any other
   * @param handler is called if the value is accepted
   * @param associatedData as given when it was signed
   * @return the value that was handled now, or the refusal
   * @throws X what the handler throws; answer it with 500
   * @throws NullPointerException if {@code handler} is null or {@code associatedData} holds null
   */
  public <X extends Exception> Checked<SignedValue> handle(
      @Nullable String value, Handler<X> handler, String... associatedData) throws X {
    Objects.requireNonNull(handler, "handler");
    Checked<SignedValue> checked = check(value, associatedData);
    if (!checked.isAccepted()) {
      return checked;
    }
    SignedValue accepted = checked.orThrow();
    Delivery.<X>handle(() -> handler.handle(accepted), accepted::complete, accepted::abandon);
    return checked;
  }

  /**
   * The HTTP status to answer a refused value with, so that whoever sent it does what is right.
   *
   * @param reason why it was refused
   * @return with a lease 200 for {@link MacReason#REPLAYED}: it was done before and is not to be
   *     sent again, which gives the caller no right to what the handler made then; 503 where the
   *     sender should try again ({@link MacReason#IN_PROGRESS}, {@link MacReason#REPLAY_UNDECIDED},
   *     {@link MacReason#KEYS_UNAVAILABLE}, {@link SecretReason#SECRET_UNAVAILABLE}); 409 where the
   *     value is used up and nobody knows whether its work was done ({@link MacReason#REPLAYED}
   *     without a lease, {@link MacReason#DUPLICATE}); else 400
   * @throws NullPointerException if {@code reason} is null
   */
  public int status(Reason reason) {
    Objects.requireNonNull(reason, "reason");
    if (reason == MacReason.REPLAYED) {
      return handled != null ? 200 : 409;
    }
    if (reason == MacReason.DUPLICATE) {
      return 409;
    }
    return MacReason.isUndecided(reason) ? 503 : 400;
  }

  private Checked<SignedValue> told(Checked<SignedValue> result) {
    Refusal refusal = result.fold(value -> null, refused -> refused);
    listeners.tell(listener -> listener.verified(Kind.SIGNED_VALUE, purpose, refusal));
    return result;
  }

  /** Purpose and settings; never a key. */
  @Override
  public String toString() {
    MacKeyRing ring = keys.ringOrNull();
    return "SignedValues[purpose "
        + purpose
        + ", validity "
        + (validity == null ? "without end" : validity)
        + ", clock skew "
        + Span.exact(clockSkew)
        + ", payload up to "
        + maxPayload
        + " bytes, "
        + (handled != null
            ? "single use, lease " + Span.exact(handled.lease())
            : guard == null ? "reusable" : "single use")
        + ", keys "
        + (ring == null ? "not read yet" : ring.keyIds())
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
    private Delivery.@Nullable Memory handled;
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
      clockSkew = Require.within("clockSkew", skew, Duration.ZERO, SignedValueReader.MAX_SKEW);
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
     * Each value is accepted at most once, among all who share the guard. The value carries a
     * nonce, which is burnt after every other check has passed and before the application has done
     * anything; reusable values are refused, and the other way round.
     *
     * @param once remembers the nonces until the values expire
     * @return this builder
     * @throws NullPointerException if {@code once} is null
     * @throws IllegalStateException if the values never expire, for the guard's memory would have
     *     no end either, or if a lease was set
     */
    public Builder withSingleUse(ReplayGuard once) {
      Duration unused = requireSingleUse(handled == null);
      guard = Objects.requireNonNull(once, "guard");
      return this;
    }

    /**
     * Each value serves once where its work is done, among all who share the guard. An accepted
     * value is begun and must be {@link SignedValue#complete completed} or {@link
     * SignedValue#abandon abandoned}, as {@link SignedValues#handle} does: a value that is neither
     * can be used again when the lease is over, which is what a crash in between needs. What was
     * completed is refused until no verifier could accept it: until the value's own end and 5
     * minutes more.
     *
     * @param once remembers the nonces
     * @param lease for how long a begun value is kept from others: longer than its work takes at
     *     most, 1 second to 1 day, and shorter than the validity, or a crash would use the value up
     * @return this builder
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the lease is out of range, or not shorter than the
     *     validity
     * @throws IllegalStateException if the values never expire, or if single use without a lease
     *     was set
     */
    public Builder withSingleUse(DeliveryGuard once, Duration lease) {
      Duration period = requireSingleUse(guard == null);
      Objects.requireNonNull(once, "guard");
      Duration bounded = Require.within("lease", lease, Duration.ofSeconds(1), Duration.ofDays(1));
      if (bounded.compareTo(period) >= 0) {
        throw new IllegalArgumentException(
            "lease is "
                + Span.exact(lease)
                + ", less than the validity of "
                + Span.exact(period)
                + " is accepted");
      }
      DeliveryRefusals refusals = new DeliveryRefusals("purpose " + purpose + ": the value");
      handled = Delivery.Memory.of(once, bounded, refusals);
      return this;
    }

    private Duration requireSingleUse(boolean isFirst) {
      if (validity == null) {
        throw new IllegalStateException("values that never expire can't be for single use");
      }
      if (!isFirst) {
        throw new IllegalStateException("single use is set with a lease and without one");
      }
      return validity;
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
