package io.bartizan.integrity.jwt;

import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The signing half of a {@link SigningKey}; one of the three is there.
 *
 * @param key a private key of some provider
 * @param secret of an HMAC
 * @param external signs elsewhere
 */
record SigningMaterial(
    @Nullable PrivateKey key, @Nullable VerifyingKey secret, @Nullable ExternalSigner external) {

  static SigningMaterial of(PrivateKey key) {
    return new SigningMaterial(key, null, null);
  }

  static SigningMaterial of(VerifyingKey secret) {
    return new SigningMaterial(null, secret, null);
  }

  static SigningMaterial of(ExternalSigner external) {
    return new SigningMaterial(null, null, Objects.requireNonNull(external, "signer"));
  }

  /** Signs with it, once to try it. */
  SigningEngine engine(
      JwsAlgorithm algorithm, @Nullable PublicKey publicKey, @Nullable Provider provider) {
    if (external == null) {
      return SigningEngine.of(algorithm, key, secret, provider);
    }
    if (provider != null) {
      throw new IllegalArgumentException(
          "the key signs elsewhere, so provider " + provider.getName() + " has nothing to do");
    }
    return ExternalEngine.tried(
        algorithm, external, Objects.requireNonNull(publicKey, "publicKey"));
  }

  /** Whether the public key verifies what this signs. */
  boolean isPairOf(JwsAlgorithm algorithm, PublicKey publicKey) {
    return key != null && SigningEngine.arePair(algorithm, key, publicKey);
  }
}
