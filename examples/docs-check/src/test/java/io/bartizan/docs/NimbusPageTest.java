package io.bartizan.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.bartizan.integrity.jwt.JwkSource;
import io.bartizan.integrity.jwt.JwsAlgorithm;
import io.bartizan.integrity.jwt.JwtReason;
import io.bartizan.integrity.jwt.JwtVerifier;
import io.bartizan.integrity.jwt.RemoteJwks;
import io.bartizan.integrity.jwt.TrustedIssuer;
import io.bartizan.testkit.issuer.DevIssuer;
import io.bartizan.testkit.issuer.DevToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the page for those who come from Nimbus says of tokens that only one of both accepts. */
class NimbusPageTest {

  private final DefaultJWTProcessor<SecurityContext> nimbus = new DefaultJWTProcessor<>();
  private DevIssuer issuer;
  private RemoteJwks keys;

  @BeforeEach
  void start() throws Exception {
    issuer = DevIssuer.start();
    JwkSource published = () -> CompletableFuture.completedFuture(issuer.publicJwkSet());
    keys = RemoteJwks.of("published", published);
    nimbus.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            JWSAlgorithm.RS256, new ImmutableJWKSet<>(JWKSet.parse(issuer.publicJwkSet()))));
    nimbus.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<>(
            "my-api",
            new JWTClaimsSet.Builder().issuer(issuer.issuer()).build(),
            Set.of("exp", "sub")));
  }

  @AfterEach
  void stop() {
    keys.close();
    issuer.close();
  }

  private JwtVerifier.Builder verifier() {
    return JwtVerifier.builder(
            TrustedIssuer.of(issuer.issuer(), keys, JwsAlgorithm.RS256), "my-api")
        .withRequiredClaims("sub");
  }

  private DevToken good() {
    return issuer.token("my-api").with("sub", "ann");
  }

  private void acceptedByNimbusAlone(DevToken token, JwtReason reason) {
    String text = token.sign();
    assertThatCode(() -> nimbus.process(text, null)).doesNotThrowAnyException();
    assertThat(verifier().build().check(text).<Object>fold(jwt -> "accepted", why -> why.reason()))
        .isEqualTo(reason);
  }

  @Test
  void token_thatIsGood_isAcceptedByBoth() throws Exception {
    assertThat(nimbus.process(good().sign(), null).getSubject()).isEqualTo("ann");
    assertThat(verifier().build().verify(good().sign()).subject()).contains("ann");
  }

  @Test
  void token_withoutSubject_isRejectedByBoth() {
    String text = good().without("sub").sign();
    assertThatCode(() -> nimbus.process(text, null)).hasMessageContaining("[sub]");
    assertThat(verifier().build().check(text).<Object>fold(jwt -> "accepted", why -> why.reason()))
        .isEqualTo(JwtReason.CLAIM_MISSING);
  }

  @Test
  void token_thatExpired45SecondsAgo_isAcceptedWithTheSkewOfNimbus() {
    DevToken late = good().with("exp", Instant.now().getEpochSecond() - 45);
    acceptedByNimbusAlone(late, JwtReason.EXPIRED);
    JwtVerifier same = verifier().withClockSkew(Duration.ofSeconds(60)).build();
    assertThat(same.check(late.sign()).isAccepted()).isTrue();
  }

  @Test
  void tokens_ofThePagesList_areAcceptedByNimbusAlone() {
    long now = Instant.now().getEpochSecond();
    acceptedByNimbusAlone(good().with("iat", now + 600), JwtReason.NOT_YET_VALID);
    acceptedByNimbusAlone(good().with("sub", 5), JwtReason.CLAIM_INVALID);
    acceptedByNimbusAlone(good().with("scope", 5), JwtReason.CLAIM_INVALID);
    acceptedByNimbusAlone(good().with("exp", now + 60.5e0), JwtReason.CLAIM_INVALID);
    acceptedByNimbusAlone(good().withHeader("cty", "JWT"), JwtReason.HEADER_NOT_SUPPORTED);
    Object deep = 1;
    for (int i = 0; i < 20; i++) {
      deep = List.of(deep);
    }
    acceptedByNimbusAlone(good().with("x", deep), JwtReason.MALFORMED);
    acceptedByNimbusAlone(good().with("x", "y".repeat(16_384)), JwtReason.TOO_LARGE);
  }
}
