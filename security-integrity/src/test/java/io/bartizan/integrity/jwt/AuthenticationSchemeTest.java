package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuthenticationSchemeTest {

  private final AuthenticationScheme bearer = AuthenticationScheme.bearer();
  private final AuthenticationScheme dpop =
      AuthenticationScheme.dpop(JwsAlgorithm.ES256, JwsAlgorithm.ED25519);

  @Test
  void token_isWhatStandsBehindTheNameInAnyCase() {
    assertThat(bearer.token(List.of("Bearer a.b.c"))).contains("a.b.c");
    assertThat(bearer.token(List.of("bEARER   a.b.c"))).contains("a.b.c");
    assertThat(dpop.token(List.of("dpop a.b.c"))).contains("a.b.c");
    // What follows is the verifier's to refuse, so that it is counted and logged there.
    assertThat(bearer.token(List.of("Bearer a.b.c, Basic x"))).contains("a.b.c, Basic x");
    assertThat(bearer.token(List.of("Bearer "))).contains("");
  }

  @Test
  void token_ofNoLineOrTwoOrAnotherScheme_isNone() {
    assertThat(bearer.token(List.of())).isEmpty();
    assertThat(bearer.token(List.of("Bearer a.b.c", "Bearer a.b.c"))).isEmpty();
    assertThat(bearer.token(List.of("Bearer a.b.c", "Basic x"))).isEmpty();
    for (String other :
        List.of("", " ", "Bearer", "Bearer\ta.b.c", "Bearera.b.c", " Bearer a.b.c", "Basic x")) {
      assertThat(bearer.token(List.of(other))).as(other).isEmpty();
    }
    assertThat(bearer.token(List.of("DPoP a.b.c"))).isEmpty();
    assertThat(dpop.token(List.of("Bearer a.b.c"))).isEmpty();
    // A Cyrillic letter is none of the name's.
    assertThat(bearer.token(List.of("Be\u0430rer a.b.c"))).isEmpty();
  }

  @Test
  void challenge_withoutAToken_namesNoError() {
    assertThat(bearer.challenge()).isEqualTo("Bearer");
    assertThat(bearer.withRealm("shop").challenge()).isEqualTo("Bearer realm=\"shop\"");
    assertThat(dpop.challenge()).isEqualTo("DPoP algs=\"ES256 Ed25519\"");
    assertThat(dpop.withRealm("shop")).hasToString("DPoP realm=\"shop\", algs=\"ES256 Ed25519\"");
    assertThat(AuthenticationScheme.dpop().challenge()).isEqualTo("DPoP");
  }

  @Test
  void refusal_isAnswered401_orWithoutAChallenge503WhereNobodyCouldTell() {
    EnumSet<JwtReason> undecided =
        EnumSet.of(
            JwtReason.KEYS_UNAVAILABLE,
            JwtReason.PROVIDER_FAILED,
            JwtReason.REPLAY_UNDECIDED,
            JwtReason.IN_PROGRESS);
    for (JwtReason reason : JwtReason.values()) {
      boolean ours = undecided.contains(reason);
      assertThat(bearer.status(reason)).as("%s", reason).isEqualTo(ours ? 503 : 401);
      if (ours) {
        assertThat(bearer.challenge(reason)).as("%s", reason).isEmpty();
      } else {
        assertThat(bearer.challenge(reason))
            .as("%s", reason)
            .contains("Bearer error=\"invalid_token\"");
      }
    }
  }

  @Test
  void refusedProof_isToldApartFromARefusedToken() {
    assertThat(AuthenticationScheme.dpop().challenge(JwtReason.DPOP_INVALID))
        .contains("DPoP error=\"invalid_dpop_proof\"");
    assertThat(dpop.withRealm("shop").challenge(JwtReason.EXPIRED))
        .contains("DPoP realm=\"shop\", algs=\"ES256 Ed25519\", error=\"invalid_token\"");
    assertThat(bearer.challenge(JwtReason.DPOP_INVALID)).contains("Bearer error=\"invalid_token\"");
    assertThat(dpop.challenge(JwtReason.DPOP_NONCE_MISMATCH))
        .contains("DPoP algs=\"ES256 Ed25519\", error=\"use_dpop_nonce\"");
  }

  @Test
  void badArguments_areRefused() {
    for (String realm : List.of("a\"b", "a\\b", "a\r\nSet-Cookie: x", "\u00e9", "\u007f")) {
      assertThatIllegalArgumentException().as(realm).isThrownBy(() -> bearer.withRealm(realm));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AuthenticationScheme.dpop(JwsAlgorithm.HS256))
        .withMessage("HS256 can't sign a proof of possession");
    assertThatNullPointerException().isThrownBy(() -> bearer.status(null));
  }
}
