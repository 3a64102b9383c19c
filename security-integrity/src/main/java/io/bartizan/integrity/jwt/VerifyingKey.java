package io.bartizan.integrity.jwt;

import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.keys.SecretGate;
import io.bartizan.integrity.mac.Hmac;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A key that passed {@link KeyGate} or {@link SecretGate}, with the algorithm and the id it came
 * with.
 */
final class VerifyingKey {

  final @Nullable String keyId;
  final @Nullable JwsAlgorithm algorithm;
  final @Nullable PublicKey publicKey;
  private final byte @Nullable [] secret;

  /** The JWK type, and for EC and OKP the curve. */
  private final String kty;

  private final @Nullable String curve;

  private VerifyingKey(
      @Nullable String keyId,
      @Nullable JwsAlgorithm algorithm,
      @Nullable PublicKey publicKey,
      byte @Nullable [] secret,
      String kty,
      @Nullable String curve) {
    this.keyId = keyId;
    this.algorithm = algorithm;
    this.publicKey = publicKey;
    this.secret = secret;
    this.kty = kty;
    this.curve = curve;
  }

  static VerifyingKey ofPublic(
      @Nullable String keyId, @Nullable JwsAlgorithm algorithm, KeyGate.Passed passed) {
    VerifyingKey one =
        new VerifyingKey(keyId, algorithm, passed.key(), null, passed.kty(), passed.curve());
    one.checkAlgorithm();
    return one;
  }

  static VerifyingKey ofSecret(
      @Nullable String keyId, @Nullable JwsAlgorithm algorithm, byte[] secret) {
    SecretGate.check(secret);
    SecretGate.checkLength(secret);
    VerifyingKey one = new VerifyingKey(keyId, algorithm, null, secret.clone(), "oct", null);
    one.checkAlgorithm();
    return one;
  }

  private void checkAlgorithm() {
    if (algorithm != null && !fits(algorithm)) {
      throw new IllegalArgumentException(
          secret == null
              ? algorithm + " needs another key than " + describeKind()
              : algorithm
                  + " needs a secret of "
                  + algorithm.hashBytes
                  + " to "
                  + Hmac.MAX_KEY_BYTES
                  + " bytes, this one has "
                  + secret.length);
    }
  }

  boolean fits(JwsAlgorithm candidate) {
    if (!candidate.family.kty.equals(kty) || !Objects.equals(candidate.curve, curve)) {
      return false;
    }
    return secret == null
        || (secret.length >= candidate.hashBytes && secret.length <= Hmac.MAX_KEY_BYTES);
  }

  VerifyingKey withKeyId(@Nullable String id) {
    return new VerifyingKey(id, algorithm, publicKey, secret, kty, curve);
  }

  byte[] secret() {
    return Objects.requireNonNull(secret, "secret");
  }

  boolean isSecret() {
    return secret != null;
  }

  String describeKind() {
    return isSecret() ? "a secret" : curve == null ? "an " + kty + " key" : "a " + curve + " key";
  }

  /** Whether it is the same key for the same use, so that what was computed for it can stay. */
  boolean isSameAs(VerifyingKey other) {
    return algorithm == other.algorithm
        && Objects.equals(keyId, other.keyId)
        && hasSameKeyAs(other);
  }

  /** Keys that differ by zeros at their end, or as a long key and its hash, are one (RFC 2104). */
  boolean isSameHmacKeyAs(VerifyingKey other) {
    return secret != null
        && other.secret != null
        && MessageDigest.isEqual(block(secret), other.block(other.secret));
  }

  /** The key as HMAC fills it up, or hashes it first if it is longer than a block. */
  private byte[] block(byte[] bytes) {
    JwsAlgorithm hmac = algorithm == null ? JwsAlgorithm.HS512 : algorithm;
    if (bytes.length <= hmac.size) {
      return Arrays.copyOf(bytes, 128);
    }
    try {
      return Arrays.copyOf(MessageDigest.getInstance(hmac.hash).digest(bytes), 128);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + hmac.hash, e);
    }
  }

  private boolean hasSameKeyAs(VerifyingKey other) {
    if (secret != null || other.secret != null) {
      return secret != null && other.secret != null && MessageDigest.isEqual(secret, other.secret);
    }
    return publicKey != null
        && other.publicKey != null
        && Arrays.equals(publicKey.getEncoded(), other.publicKey.getEncoded());
  }

  @Override
  public String toString() {
    return "VerifyingKey[" + describeKind() + "]";
  }
}
