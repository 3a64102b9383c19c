package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.Pem;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Signatures;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The one public key that must have signed, for bundles that were signed by a key and logged, and
 * when it was valid. What a bundle says of its key (the hint) is not looked at. Immutable,
 * thread-safe.
 *
 * <pre>{@code
 * KeyPolicy npm = KeyPolicy.builder(key).withValidUntil(Instant.parse("2025-01-29T00:00:00Z")).build();
 * }</pre>
 */
public final class KeyPolicy {

  private final KeyGate.Passed key;
  private final @Nullable Instant from;
  private final @Nullable Instant until;

  private KeyPolicy(Builder builder) {
    this.key = builder.key;
    this.from = builder.from;
    this.until = builder.until;
    if (from != null && until != null && until.isBefore(from)) {
      throw new IllegalArgumentException("validUntil " + until + " is before validFrom " + from);
    }
  }

  /**
   * A key that is valid at any time.
   *
   * @param key an Ed25519, EC or RSA key
   * @return the policy
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if it is weak or of another kind
   */
  public static KeyPolicy of(PublicKey key) {
    return builder(key).build();
  }

  /**
   * Starts the policy of a key.
   *
   * @param key an Ed25519, EC or RSA key
   * @return a builder
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if it is weak or of another kind
   */
  public static Builder builder(PublicKey key) {
    return new Builder(KeyGate.lasting(KeyGate.pass(Objects.requireNonNull(key, "key"))));
  }

  /**
   * Reads one {@code PUBLIC KEY} block; the key is valid at any time.
   *
   * @param pem the text, with exactly one block
   * @return the policy
   * @throws NullPointerException if {@code pem} is null
   * @throws IllegalArgumentException if there is another number or kind of blocks, or the key is
   *     not one of the accepted
   */
  public static KeyPolicy parse(String pem) {
    List<Pem> blocks = Pem.parse(pem);
    if (blocks.size() != 1 || !blocks.get(0).label().equals("PUBLIC KEY")) {
      throw new IllegalArgumentException("pem has not exactly one block, a PUBLIC KEY");
    }
    return new Builder(KeyGate.lasting(KeyGate.ofSpki(blocks.get(0).content()))).build();
  }

  /**
   * The same as {@link #parse}, for binders.
   *
   * @param text the text, with exactly one block
   * @return the policy
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException as {@link #parse} throws it
   */
  public static KeyPolicy valueOf(String text) {
    return parse(text);
  }

  KeyGate.Passed key() {
    return key;
  }

  boolean isAlwaysValid() {
    return from == null && until == null;
  }

  void requireValidAt(Collection<Instant> times) {
    for (Instant time : times) {
      if ((from != null && time.isBefore(from)) || (until != null && time.isAfter(until))) {
        throw new VerificationException(
            SigstoreReason.KEY_NOT_VALID_AT_TIME,
            "signed at " + time + ", the key is valid from " + from + " until " + until);
      }
    }
  }

  /**
   * Which key it is: the SHA-256 of its SubjectPublicKeyInfo.
   *
   * @return the digest
   */
  public Digest fingerprint() {
    return Digest.sha256Of(key.spki());
  }

  /** The kind of key, its fingerprint and its span. */
  @Override
  public String toString() {
    return "KeyPolicy["
        + Signatures.kindOf(key)
        + ", "
        + fingerprint()
        + (isAlwaysValid() ? ", valid at any time" : ", valid from " + from + " until " + until)
        + "]";
  }

  /** The optional settings of a {@link KeyPolicy}. Not thread-safe. */
  public static final class Builder {

    private final KeyGate.Passed key;
    private @Nullable Instant from;
    private @Nullable Instant until;

    private Builder(KeyGate.Passed key) {
      this.key = key;
    }

    /**
     * Refuses what was signed before.
     *
     * @param first the first moment at which the key is valid
     * @return this builder
     * @throws NullPointerException if {@code first} is null
     */
    public Builder withValidFrom(Instant first) {
      from = Objects.requireNonNull(first, "first");
      return this;
    }

    /**
     * Refuses what was signed later.
     *
     * @param last the last moment at which the key is valid
     * @return this builder
     * @throws NullPointerException if {@code last} is null
     */
    public Builder withValidUntil(Instant last) {
      until = Objects.requireNonNull(last, "last");
      return this;
    }

    /**
     * Makes the policy.
     *
     * @return the policy
     * @throws IllegalArgumentException if the span ends before it begins
     */
    public KeyPolicy build() {
      return new KeyPolicy(this);
    }
  }
}
