package io.bartizan.integrity.jwt;

import io.bartizan.integrity.keys.EcdsaForms;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One private key or secret under one algorithm. Thread-safe. */
interface SigningEngine {

  byte[] sign(byte[] message);

  static SigningEngine of(
      JwsAlgorithm algorithm,
      @Nullable PrivateKey key,
      @Nullable VerifyingKey secret,
      @Nullable Provider provider) {
    try {
      if (secret != null) {
        MacEngine mac =
            provider == null
                ? MacEngine.of(algorithm, secret.secret())
                : MacEngine.of(algorithm, secret.secret(), provider);
        return message -> {
          try {
            return mac.sign(message, message.length);
          } catch (RuntimeException | Error e) {
            throw failed(algorithm, e);
          }
        };
      }
      PrivateKey signingKey = Objects.requireNonNull(key, "key");
      if (jcaSign(algorithm, signingKey, new byte[1], provider).length == 0) {
        throw new IllegalArgumentException("the provider gave an empty signature");
      }
      return message -> {
        try {
          return jcaSign(algorithm, signingKey, message, provider);
        } catch (GeneralSecurityException | RuntimeException | Error e) {
          throw failed(algorithm, e);
        }
      };
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (GeneralSecurityException | RuntimeException | Error e) {
      String who = provider == null ? "no provider" : "provider " + provider.getName() + " never";
      throw new IllegalArgumentException(who + " signs " + algorithm + " with this key", e);
    }
  }

  private static IllegalStateException failed(JwsAlgorithm algorithm, Throwable cause) {
    return new IllegalStateException("the provider failed to sign with " + algorithm, cause);
  }

  /** Whether the public key verifies what the private key signs. */
  static boolean arePair(JwsAlgorithm algorithm, PrivateKey key, PublicKey publicKey) {
    try {
      byte[] message = {1, 2, 3};
      Signature signer = JcaEngine.instance(algorithm, null);
      signer.initSign(key);
      signer.update(message);
      byte[] signature = signer.sign();
      Signature verifier = JcaEngine.instance(algorithm, null);
      verifier.initVerify(publicKey);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static byte[] jcaSign(
      JwsAlgorithm algorithm, PrivateKey key, byte[] message, @Nullable Provider provider)
      throws GeneralSecurityException {
    Signature signature = JcaEngine.instance(algorithm, provider);
    signature.initSign(key);
    signature.update(message);
    byte[] made = signature.sign();
    if (algorithm.family != JwsAlgorithm.Family.EC) {
      return made;
    }
    byte[] plain = EcdsaForms.fromDer(made, algorithm.size);
    if (plain == null) {
      throw new GeneralSecurityException("the provider's ECDSA signature is not DER of this curve");
    }
    return plain;
  }
}
