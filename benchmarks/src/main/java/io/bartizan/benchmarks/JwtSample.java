package io.bartizan.benchmarks;

import io.bartizan.core.SecretBytes;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtClaims;
import io.bartizan.integrity.jwt.JwtKeys;
import io.bartizan.integrity.jwt.JwtSigner;
import io.bartizan.integrity.jwt.SigningKey;
import io.bartizan.integrity.jwt.TrustedIssuer;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import javax.crypto.spec.SecretKeySpec;

/** A token, and the key that verifies it in the words of each library. */
record JwtSample(JwsAlgorithm algorithm, String token, JwtKeys keys, Key key) {
  static final String ISSUER = "https://issuer.example";
  static final String AUDIENCE = "my-api";

  static JwtClaims claims() {
    return JwtClaims.forAudience(AUDIENCE).withSubject("alice").with("role", "admin").withId("17");
  }

  static JwtSample of(String name) throws GeneralSecurityException {
    JwsAlgorithm algorithm = JwsAlgorithm.valueOf(name);
    if (algorithm == JwsAlgorithm.HS256) {
      byte[] secret = SecretBytes.random(32).exposedCopy();
      try (SecretBytes bytes = SecretBytes.copyOf(secret)) {
        return new JwtSample(
            algorithm,
            JwtSigner.of(ISSUER, Duration.ofDays(1), SigningKey.secret(algorithm, bytes))
                .sign(claims()),
            JwtKeys.secret(algorithm, bytes),
            new SecretKeySpec(secret, "HmacSHA256"));
      }
    }
    KeyPair pair = pair(algorithm);
    JwtSigner.Builder signer =
        JwtSigner.builder(ISSUER, Duration.ofDays(1), SigningKey.of(algorithm, pair.getPrivate()));
    if (algorithm == JwsAlgorithm.ED25519) {
      // The one name of the two that jose4j knows too.
      signer = signer.withEdDsaAlias();
    }
    return new JwtSample(
        algorithm,
        signer.build().sign(claims()),
        JwtKeys.publicKey(algorithm, pair.getPublic()),
        pair.getPublic());
  }

  TrustedIssuer issuer() {
    TrustedIssuer issuer = TrustedIssuer.of(ISSUER, keys, algorithm);
    return algorithm == JwsAlgorithm.ED25519 ? issuer.withEdDsaAlias() : issuer;
  }

  private static KeyPair pair(JwsAlgorithm algorithm) throws GeneralSecurityException {
    return switch (algorithm) {
      case ES256 -> {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        yield generator.generateKeyPair();
      }
      case RS256 -> {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        yield generator.generateKeyPair();
      }
      case ED25519 -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      default -> throw new IllegalArgumentException("algorithm " + algorithm);
    };
  }
}
