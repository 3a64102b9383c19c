package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked;
import io.bartizan.core.SecretBytes;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Security;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Run in a JVM of its own where bc-fips stands on the class path in the place of bcprov, and its
 * provider is the first of the JVM's. Prints a line an algorithm and way: how often a good token
 * was accepted and a forged one refused for its signature, or with which words nothing was built.
 */
final class FipsProgram {

  private static final String ISSUER = "https://issuer.example";

  private FipsProgram() {}

  /** With the provider named in signer and verifier, and with whatever the library chooses. */
  public static void main(String... arguments) throws Exception {
    Provider fips =
        Class.forName("org.bouncycastle.jcajce.provider.BouncyCastleFipsProvider")
            .asSubclass(Provider.class)
            .getDeclaredConstructor()
            .newInstance();
    int unused = Security.insertProviderAt(fips, 1);
    for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
      say(algorithm, "named", fips);
      say(algorithm, "chosen", null);
    }
  }

  static void say(JwsAlgorithm algorithm, String way, @Nullable Provider provider)
      throws Exception {
    String line = algorithm.name() + "-" + way + " ";
    try {
      JwtKeys keys;
      SigningKey key;
      if (algorithm.isSymmetric()) {
        try (SecretBytes secret = SecretBytes.random(64)) {
          keys = JwtKeys.secret(algorithm, secret);
          key = SigningKey.secret(algorithm, secret);
        }
      } else {
        KeyPair pair = pair(algorithm);
        keys = JwtKeys.publicKey(algorithm, pair.getPublic());
        key = SigningKey.of(algorithm, pair.getPrivate());
      }
      JwtSigner.Builder signer = JwtSigner.builder(ISSUER, Duration.ofMinutes(5), key);
      JwtVerifier.Builder verifier =
          JwtVerifier.builder(TrustedIssuer.of(ISSUER, keys, algorithm), "api");
      if (provider != null) {
        signer = signer.withProvider(provider);
        verifier = verifier.withProvider(provider);
      }
      line += counts(signer.build(), verifier.build());
    } catch (IllegalArgumentException e) {
      line += "not built: " + e.getMessage();
    }
    System.out.println(line);
  }

  private static String counts(JwtSigner signer, JwtVerifier verifier) {
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < 20; i++) { // engines keep objects that the next call finds used
      String good = signer.sign(JwtClaims.forAudience("api").withSubject("alice"));
      String other = signer.sign(JwtClaims.forAudience("api").withSubject("mallory"));
      String forged =
          good.substring(0, good.lastIndexOf('.')) + other.substring(other.lastIndexOf('.'));
      accepted += verifier.check(good).isAccepted() ? 1 : 0;
      refused +=
          verifier.check(forged) instanceof Checked.Rejected<VerifiedJwt> no
                  && no.refusal().reason() == JwtReason.SIGNATURE_INVALID
              ? 1
              : 0;
    }
    return accepted + " " + refused + " " + verifier;
  }

  private static KeyPair pair(JwsAlgorithm algorithm) throws Exception {
    String name = algorithm.name();
    if (name.startsWith("ES")) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(
          new ECGenParameterSpec(
              "secp" + (name.endsWith("512") ? "521" : name.substring(2)) + "r1"));
      return generator.generateKeyPair();
    }
    if (name.startsWith("ED")) {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }
}
