package io.bartizan.integrity.jwt;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.testkit.ManualInstantSource;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes tokens of any text, with the JDK's own algorithms, so that the verifier is not its judge.
 */
final class Forge {

  static final String ISSUER = "https://issuer";
  static final long NOW = 1_795_219_200L;
  static final String GOOD =
      "{\"iss\":\"https://issuer\",\"aud\":\"my-api\",\"sub\":\"alice\",\"jti\":\"id-1\",\"iat\":"
          + NOW
          + ",\"exp\":"
          + (NOW + 300)
          + "}";

  private Forge() {}

  static ManualInstantSource clock() {
    return new ManualInstantSource(Instant.ofEpochSecond(NOW));
  }

  static JwtVerifier.Builder strict(JwsAlgorithm algorithm) {
    return verifier(TrustedIssuer.of(ISSUER, Keys.verifying(algorithm), algorithm));
  }

  static JwtVerifier.Builder verifier(TrustedIssuer issuer) {
    return JwtVerifier.builder(issuer, "my-api").withClock(clock());
  }

  static String header(JwsAlgorithm algorithm) {
    return "{\"alg\":\"" + algorithm.headerName() + "\"}";
  }

  static String token(JwsAlgorithm algorithm, String payload) {
    return token(header(algorithm), payload, algorithm);
  }

  static String token(String header, String payload, JwsAlgorithm algorithm) {
    return sealed(base64(header.getBytes(UTF_8)), base64(payload.getBytes(UTF_8)), algorithm);
  }

  static String token(byte[] header, byte[] payload, JwsAlgorithm algorithm) {
    return sealed(base64(header), base64(payload), algorithm);
  }

  /** Signs whatever the two parts are, be they base64 or not. */
  static String sealed(String header, String payload, JwsAlgorithm algorithm) {
    String input = header + "." + payload;
    byte[] bytes = input.getBytes(ISO_8859_1);
    byte[] signature =
        algorithm.isSymmetric()
            ? hmac(algorithm.jca, Keys.secret(algorithm, 0).exposedCopy(), bytes)
            : sign(algorithm, Keys.pair(algorithm), bytes);
    return input + "." + base64(signature);
  }

  static byte[] hmac(String name, byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(key, name));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] sign(JwsAlgorithm algorithm, KeyPair pair, byte[] message) {
    boolean ec = algorithm.family == JwsAlgorithm.Family.EC;
    try {
      Signature signature =
          Signature.getInstance(ec ? algorithm.jca + "inP1363Format" : algorithm.jca);
      if (algorithm.family == JwsAlgorithm.Family.PSS) {
        signature.setParameter(
            new PSSParameterSpec(
                algorithm.hash,
                "MGF1",
                new MGF1ParameterSpec(algorithm.hash),
                algorithm.hashBytes,
                1));
      }
      signature.initSign(pair.getPrivate());
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static String base64(String text) {
    return base64(text.getBytes(UTF_8));
  }

  /** The good payload with one member's value replaced; an empty value takes the member out. */
  static String payload(String name, String value) {
    String without = GOOD.replaceAll("\"" + name + "\":(\"[^\"]*\"|[0-9]+),?", "");
    String trimmed = without.replace(",}", "}");
    return value.isEmpty()
        ? trimmed
        : trimmed.substring(0, trimmed.length() - 1) + ",\"" + name + "\":" + value + "}";
  }

  static void accepts(JwtVerifier verifier, String token) {
    assertThat(verifier.verify(token)).isNotNull();
    assertThat(verifier.check(token).isAccepted()).isTrue();
  }

  static void refuses(JwtVerifier verifier, String token, JwtReason reason) {
    assertThatExceptionOfType(VerificationException.class)
        .as(token)
        .isThrownBy(() -> verifier.verify(token))
        .satisfies(e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    assertThat(verifier.check(token).<Object>fold(jwt -> jwt, io.bartizan.core.Refusal::reason))
        .isEqualTo(reason);
  }

  static void refusesUse(JwtVerifier verifier, String token, JwtRequest request, JwtReason reason) {
    assertThat(verifier.check(token, request))
        .isInstanceOfSatisfying(
            Checked.Rejected.class,
            refused ->
                assertThat(refused.refusal().reason())
                    .as(refused.refusal().message())
                    .isEqualTo(reason));
  }

  static String part(String token, int index) {
    return Objects.requireNonNull(token.split("\\.", -1)[index]);
  }

  /** Whether the signature was accepted, be the payload claims or not: examples sign any text. */
  static boolean verifiesSignature(JwtVerifier verifier, String token) {
    Checked<VerifiedJwt> result = verifier.check(token);
    return !(result instanceof Checked.Rejected<VerifiedJwt> refused)
        || refused.refusal().message().startsWith("malformed: the payload");
  }
}
