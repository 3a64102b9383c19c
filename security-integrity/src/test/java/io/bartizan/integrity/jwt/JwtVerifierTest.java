package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
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
    String token = Keys.signer(algorithm, ISSUER, 0).withKeyId("k1").build().sign(CLAIMS);
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
  void verify_severalIssuersOfOneKey_takesTheNamedOne() {
    JwtVerifier both =
        JwtVerifier.of(
                List.of(
                    issuer("https://a", JwsAlgorithm.ES256),
                    issuer("https://b", JwsAlgorithm.ES256)),
                "my-api")
            .build();
    for (String name : List.of("https://a", "https://b")) {
      String token = Keys.signer(JwsAlgorithm.ES256, name, 0).build().sign(CLAIMS);
      assertThat(both.verify(token).issuer()).isEqualTo(name);
    }
    String other = Keys.signer(JwsAlgorithm.ES256, "https://c", 0).build().sign(CLAIMS);
    assertThat(both.check(other))
        .isInstanceOfSatisfying(
            Checked.Rejected.class,
            refused -> assertThat(refused.reason()).isEqualTo(JwtReason.ISSUER_MISMATCH));
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
    return JwtVerifier.of(issuer(ISSUER, algorithm), "my-api").build();
  }
}
