package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Checked;
import io.bartizan.testkit.ForgedToken;
import io.bartizan.testkit.ForgedTokens;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The forgeries that the testkit offers to users, tried on our own verifier. */
class ForgedTokensTest {

  @ParameterizedTest
  @EnumSource
  void everyForgery_isRefused(JwsAlgorithm algorithm) {
    JwtVerifier verifier = strict(algorithm).build();
    String good = token(algorithm, GOOD);
    accepts(verifier, good);
    List<ForgedToken> forged =
        algorithm.isSymmetric()
            ? ForgedTokens.of(good)
            : ForgedTokens.of(good, Keys.publicKey(algorithm));
    assertThat(forged).hasSizeGreaterThan(algorithm.isSymmetric() ? 100 : 115);
    assertThat(forged).extracting(ForgedToken::attack).doesNotHaveDuplicates();
    for (ForgedToken one : forged) {
      assertThat(verifier.check(one.token()).isAccepted()).as(one.attack()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = JwsAlgorithm.class,
      names = {"HS256", "ES256"})
  void everySignedForgery_isRefusedBehindTheSignature(JwsAlgorithm algorithm) {
    JwtVerifier verifier = strict(algorithm).build();
    List<ForgedToken> forged =
        ForgedTokens.signed(
            token(algorithm, GOOD),
            input ->
                algorithm.isSymmetric()
                    ? Forge.hmac(algorithm.jca, Keys.secret(algorithm, 0).exposedCopy(), input)
                    : Forge.sign(algorithm, Keys.pair(algorithm), input));
    assertThat(forged).hasSizeGreaterThan(50);
    assertThat(forged).extracting(ForgedToken::attack).doesNotHaveDuplicates();
    for (ForgedToken one : forged) {
      assertThat(verifier.check(one.token()))
          .as(one.attack())
          .isInstanceOfSatisfying(
              Checked.Rejected.class,
              refused ->
                  assertThat(refused.refusal().reason())
                      .as(one.attack())
                      .isNotEqualTo(JwtReason.SIGNATURE_INVALID));
    }
  }

  @Test
  void of_noSignedToken_isRefused() {
    for (String bad : List.of("", "a.b", "e30.e30.", "e30.e30.AA")) {
      assertThatIllegalArgumentException().isThrownBy(() -> ForgedTokens.of(bad));
    }
  }
}
