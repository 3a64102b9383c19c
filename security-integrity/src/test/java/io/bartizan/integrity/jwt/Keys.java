package io.bartizan.integrity.jwt;

import io.bartizan.core.SecretBytes;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** One key of each algorithm, made once a test run. */
final class Keys {

  private static final Map<String, KeyPair> PAIRS = new ConcurrentHashMap<>();

  private Keys() {}

  static KeyPair pair(JwsAlgorithm algorithm) {
    return pair(algorithm, 0);
  }

  /** Another key of the algorithm for each number. */
  static KeyPair pair(JwsAlgorithm algorithm, int number) {
    return PAIRS.computeIfAbsent(
        algorithm.family.kty + algorithm.curve + number, same -> generate(algorithm));
  }

  static PublicKey publicKey(JwsAlgorithm algorithm) {
    return pair(algorithm).getPublic();
  }

  static PrivateKey privateKey(JwsAlgorithm algorithm) {
    return pair(algorithm).getPrivate();
  }

  static SecretBytes secret(JwsAlgorithm algorithm, int number) {
    byte[] bytes = new byte[algorithm.hashBytes];
    Arrays.fill(bytes, (byte) (0x51 + number));
    return SecretBytes.copyOf(bytes);
  }

  static JwtKeys.Fixed verifying(JwsAlgorithm algorithm, int number) {
    return algorithm.isSymmetric()
        ? JwtKeys.secret(algorithm, secret(algorithm, number))
        : JwtKeys.publicKey(algorithm, pair(algorithm, number).getPublic());
  }

  static JwtKeys.Fixed verifying(JwsAlgorithm algorithm) {
    return verifying(algorithm, 0);
  }

  static SigningKey signing(JwsAlgorithm algorithm, int number) {
    return algorithm.isSymmetric()
        ? SigningKey.secret(algorithm, secret(algorithm, number))
        : SigningKey.of(algorithm, pair(algorithm, number).getPrivate());
  }

  static JwtSigner.Builder signer(JwsAlgorithm algorithm, String issuer, int number) {
    return JwtSigner.builder(issuer, Duration.ofMinutes(5), signing(algorithm, number));
  }

  static JwtSigner.Builder signer(JwsAlgorithm algorithm, String issuer, int number, String id) {
    return JwtSigner.builder(
        issuer, Duration.ofMinutes(5), signing(algorithm, number).withKeyId(id));
  }

  static KeyPair generate(String name, int rsaBits, String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(name);
      if (rsaBits > 0) {
        generator.initialize(rsaBits);
      } else if (!curve.isEmpty()) {
        generator.initialize(new ECGenParameterSpec(curve));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** A key on secp256k1, which the JDK no longer has. */
  static PublicKey koblitz() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
      generator.initialize(new ECGenParameterSpec("secp256k1"));
      return generator.generateKeyPair().getPublic();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair generate(JwsAlgorithm algorithm) {
    return switch (algorithm.family) {
      case RSA, PSS -> generate("RSA", 2048, "");
      case EC -> generate("EC", 0, "secp" + String.valueOf(algorithm.curve).substring(2) + "r1");
      case ED25519 -> generate("Ed25519", 0, "");
      case HMAC -> throw new IllegalArgumentException("HMAC has no key pair");
    };
  }
}
