package io.bartizan.integrity.jwt;

import io.bartizan.integrity.keys.EcdsaKey;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.ECPublicKey;

/**
 * ECDSA verification of JOSE's form {@code r || s} (RFC 7518 section 3.4) by our own arithmetic.
 */
final class EcdsaEngine implements SignatureEngine {

  private final JwsAlgorithm algorithm;
  private final EcdsaKey key;

  EcdsaEngine(JwsAlgorithm algorithm, ECPublicKey key) {
    this.algorithm = algorithm;
    this.key = EcdsaKey.of(curve(algorithm), key);
  }

  @Override
  public boolean verify(byte[] data, int length, byte[] signature) {
    int half = algorithm.size;
    return signature.length == 2 * half
        && key.matches(
            hash(data, length),
            new BigInteger(1, signature, 0, half),
            new BigInteger(1, signature, half, half));
  }

  private byte[] hash(byte[] data, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm.hash);
      digest.update(data, 0, length);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + algorithm.hash, e);
    }
  }

  private static String curve(JwsAlgorithm algorithm) {
    return switch (algorithm) {
      case ES256 -> "P-256";
      case ES384 -> "P-384";
      case ES512 -> "P-521";
      default -> throw new IllegalArgumentException(algorithm + " has no such curve");
    };
  }

  @Override
  public String provider() {
    return "Bouncy Castle";
  }
}
