package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JwtVerifierTest {

  private static final String ISSUER = "https://issuer";
  private static final JwtClaims CLAIMS =
      JwtClaims.forAudience("my-api").withSubject("alice").with("role", "admin");

  @ParameterizedTest
  @EnumSource
  void verify_ownToken_givesItsClaims(JwsAlgorithm algorithm) {
    String token = Keys.signer(algorithm, ISSUER, 0, "k1").build().sign(CLAIMS);
    VerifiedJwt jwt = verifier(algorithm).verify(token);
    assertThat(jwt.issuer()).isEqualTo(ISSUER);
    assertThat(jwt.subject()).contains("alice");
    assertThat(jwt.audience()).containsExactly("my-api");
    assertThat(jwt.string("role")).contains("admin");
    assertThat(jwt.algorithm()).isEqualTo(algorithm);
    assertThat(jwt.keyId()).contains("k1");
    assertThat(jwt.expiresAt().orElseThrow()).isAfter(jwt.issuedAt().orElseThrow());
  }

  @ParameterizedTest
  @EnumSource
  void verify_tokenOfAnotherKey_isRefused(JwsAlgorithm algorithm) {
    String token = Keys.signer(algorithm, ISSUER, 1).build().sign(CLAIMS);
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(() -> verifier(algorithm).verify(token))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(JwtReason.SIGNATURE_INVALID));
  }

  @Test
  void issuerWithManyKeys_shutsOutNoOther() {
    JwtKeys.Fixed[] eight = new JwtKeys.Fixed[8];
    for (int i = 0; i < eight.length; i++) {
      eight[i] = JwtKeys.publicKey(ES256, Keys.pair(ES256, 10 + i).getPublic());
    }
    TrustedIssuer first = TrustedIssuer.of("https://first", JwtKeys.anyOf(eight), ES256);
    KeyPair pair = Keys.pair(ES256, 30);
    TrustedIssuer second =
        TrustedIssuer.of("https://second", JwtKeys.publicKey(ES256, pair.getPublic()), ES256);
    String token =
        JwtSigner.of(
                "https://second",
                Duration.ofMinutes(5),
                SigningKey.of(ES256, pair.getPrivate()).withKeyId("second-1"))
            .sign(JwtClaims.forAudience("my-api"));
    assertThat(JwtVerifier.of(List.of(first, second), "my-api").check(token).isAccepted()).isTrue();
  }

  @Test
  void check_refusal_namesWhatWasExpected() {
    JwtVerifier api = verifier(JwsAlgorithm.ES256);
    JwtSigner.Builder signer = Keys.signer(JwsAlgorithm.ES256, ISSUER, 0);
    assertThat(message(api, Keys.signer(JwsAlgorithm.ES256, ISSUER + "/", 0), CLAIMS))
        .isEqualTo(
            "issuer-mismatch: iss is not the issuer of the key that verified,"
                + " https://issuer is expected");
    assertThat(message(api, signer, JwtClaims.forAudience("other")))
        .isEqualTo("audience-mismatch: aud is missing or holds no accepted audience, [my-api]");
    assertThat(message(api, signer.withType("at+jwt"), CLAIMS))
        .isEqualTo(
            "type-mismatch: the header's typ is not the expected one, JWT or none;"
                + " at+jwt takes withAccessTokenProfile");
  }

  private static String message(JwtVerifier verifier, JwtSigner.Builder signer, JwtClaims claims) {
    return verifier
        .check(signer.build().sign(claims))
        .fold(accepted -> "accepted", io.bartizan.core.Refusal::message);
  }

  @Test
  void of_algorithmsAndIssuersFromConfiguration_isTheSame() {
    JwtKeys keys = Keys.verifying(JwsAlgorithm.ES256);
    List<JwsAlgorithm> allowed = List.of(JwsAlgorithm.ES256);
    TrustedIssuer issuer = TrustedIssuer.of(ISSUER, keys, allowed);
    assertThat(issuer.toString())
        .isEqualTo(TrustedIssuer.of(ISSUER, keys, JwsAlgorithm.ES256).toString());
    String token = Keys.signer(JwsAlgorithm.ES256, ISSUER, 0).build().sign(CLAIMS);
    JwtVerifier lax = JwtVerifier.ignoreAudience(List.of(issuer)).build();
    assertThat(lax.check(token).isAccepted()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrustedIssuer.of(ISSUER, keys, List.of()))
        .withMessageContaining("allowed is empty");
  }

  @Test
  void verify_severalIssuersOfOneKey_takesTheNamedOne() {
    JwtVerifier both =
        JwtVerifier.of(
            List.of(
                issuer("https://a", JwsAlgorithm.ES256), issuer("https://b", JwsAlgorithm.ES256)),
            "my-api");
    for (String name : List.of("https://a", "https://b")) {
      String token = Keys.signer(JwsAlgorithm.ES256, name, 0).build().sign(CLAIMS);
      assertThat(both.verify(token).issuer()).isEqualTo(name);
    }
    String other = Keys.signer(JwsAlgorithm.ES256, "https://c", 0).build().sign(CLAIMS);
    assertThat(both.check(other))
        .isInstanceOfSatisfying(
            Checked.Rejected.class,
            refused -> assertThat(refused.refusal().reason()).isEqualTo(JwtReason.ISSUER_MISMATCH));
  }

  @Test
  void of_keyThatFitsTwoAlgorithms_asksWhich() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> TrustedIssuer.of(ISSUER, Keys.verifying(JwsAlgorithm.ES256), JwsAlgorithm.RS256))
        .withMessageContaining("none of");
  }

  private static TrustedIssuer issuer(String name, JwsAlgorithm algorithm) {
    return TrustedIssuer.of(name, Keys.verifying(algorithm), algorithm);
  }

  private static JwtVerifier verifier(JwsAlgorithm algorithm) {
    return JwtVerifier.of(issuer(ISSUER, algorithm), "my-api");
  }
}
