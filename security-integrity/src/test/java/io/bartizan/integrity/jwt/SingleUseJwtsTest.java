package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.Forge.NOW;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ED25519;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.testkit.ManualInstantSource;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** TK-01, TK-02: tokens that are begun under a lease, where signed values have no such case. */
class SingleUseJwtsTest {

  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final String TOKEN = token(ED25519, GOOD);

  private final ManualInstantSource clock = Forge.clock();
  private final InMemoryReplayGuard guard =
      InMemoryReplayGuard.builder(100).withClock(clock).build();

  private JwtVerifier.Builder verifier() {
    return JwtVerifier.builder(TrustedIssuer.of(ISSUER, Keys.verifying(ED25519), ED25519), "my-api")
        .withClock(clock);
  }

  private SingleUseJwts tokens() {
    return SingleUseJwts.of(verifier().build(), guard, LEASE);
  }

  private static Object reason(Checked<VerifiedJwt> checked) {
    return checked.<Object>fold(jwt -> "accepted", Refusal::reason);
  }

  @Test
  void TK01_handlerThatFails_losesNoToken() {
    SingleUseJwts tokens = tokens();
    assertThatIllegalStateException()
        .isThrownBy(
            () -> {
              Checked<VerifiedJwt> unused =
                  tokens.handle(
                      TOKEN,
                      jwt -> {
                        throw new IllegalStateException("the database is down");
                      });
            });
    List<String> handled = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Checked<VerifiedJwt> done =
          tokens.handle(TOKEN, jwt -> handled.add(jwt.subject().orElse("nobody")));
      int status = done.fold(jwt -> 200, refusal -> tokens.status(refusal.reason()));
      assertThat(status).isEqualTo(200);
      assertThat(reason(done)).isEqualTo(i == 0 ? "accepted" : JwtReason.REPLAYED);
    }
    assertThat(handled).containsExactly("alice");
    assertThat(reason(tokens.handle(null, jwt -> handled.add("null"))))
        .isEqualTo(JwtReason.MALFORMED);
    assertThat(handled).hasSize(1);
  }

  @Test
  void TK02_completedToken_isKeptUntilNoVerifierCouldAcceptIt() {
    SingleUseJwts strict =
        SingleUseJwts.of(verifier().withClockSkew(Duration.ZERO).build(), guard, LEASE);
    JwtVerifier lenient = verifier().withClockSkew(Duration.ofMinutes(5)).build();
    strict.verify(TOKEN).complete();
    clock.advance(Duration.ofSeconds(300 + 299));
    assertThat(lenient.check(TOKEN).isAccepted()).isTrue();
    assertThat(reason(SingleUseJwts.of(lenient, guard, LEASE).check(TOKEN)))
        .isEqualTo(JwtReason.REPLAYED);
  }

  @Test
  void TK01_cachedToken_hasALeaseForEachRequest() {
    SingleUseJwts tokens = SingleUseJwts.of(verifier().withCache(4).build(), guard, LEASE);
    VerifiedJwt first = tokens.verify(TOKEN);
    first.abandon();
    VerifiedJwt second = tokens.verify(TOKEN);
    first.complete();
    assertThat(reason(tokens.check(TOKEN))).isEqualTo(JwtReason.IN_PROGRESS);
    second.complete();
    assertThat(reason(tokens.check(TOKEN))).isEqualTo(JwtReason.REPLAYED);
  }

  @Test
  void TK01_idOfAnotherTokenOrOfAnInstanceWithoutALease_isADuplicate() {
    SingleUseJwts tokens = tokens();
    tokens.verify(TOKEN).complete();
    String sameId = token(ED25519, GOOD.replace("alice", "bob"));
    assertThat(reason(tokens.check(sameId))).isEqualTo(JwtReason.DUPLICATE);
    JwtVerifier plain = verifier().withSingleUse(guard).build();
    assertThat(reason(plain.check(TOKEN))).isEqualTo(JwtReason.REPLAYED);
    String other = token(ED25519, GOOD.replace("id-1", "id-2"));
    assertThat(reason(plain.check(other))).isEqualTo("accepted");
    assertThat(reason(tokens.check(other))).isEqualTo(JwtReason.DUPLICATE);
    String third = token(ED25519, GOOD.replace("id-1", "id-3"));
    VerifiedJwt begun = tokens.verify(third);
    assertThat(reason(plain.check(third))).isEqualTo(JwtReason.REPLAYED);
    begun.complete();
    assertThat(reason(tokens.check(third))).isEqualTo(JwtReason.REPLAYED);
  }

  @Test
  void TK01_refusedToken_beginsNothingAndAVerifierAloneEndsNothing() {
    SingleUseJwts tokens = tokens();
    String noId = token(ED25519, GOOD.replace("\"jti\":\"id-1\",", ""));
    assertThat(reason(tokens.check(noId))).isEqualTo(JwtReason.CLAIM_MISSING);
    assertThat(reason(tokens.check(TOKEN + "A"))).isNotEqualTo("accepted");
    assertThat(guard.size()).isZero();
    VerifiedJwt seen = verifier().build().verify(TOKEN);
    seen.complete();
    VerifiedJwt begun = tokens.verify(TOKEN);
    seen.abandon();
    assertThat(reason(tokens.check(TOKEN))).isEqualTo(JwtReason.IN_PROGRESS);
    begun.abandon();
    assertThat(reason(tokens.check(TOKEN))).isEqualTo("accepted");
  }

  @Test
  void TK01_listener_hearsTheLastWordAlone() {
    List<String> heard = new ArrayList<>();
    IntegrityListener listener =
        new IntegrityListener() {
          @Override
          public void verified(Kind kind, String name, @Nullable Refusal refusal) {
            heard.add(refusal == null ? "accepted" : refusal.reason().toString());
          }
        };
    SingleUseJwts tokens =
        SingleUseJwts.of(verifier().withListener(listener).build(), guard, LEASE);
    tokens.verify(TOKEN).complete();
    assertThat(reason(tokens.check(TOKEN))).isEqualTo(JwtReason.REPLAYED);
    assertThat(heard).containsExactly("accepted", "REPLAYED");
  }

  /** A token whose work failed must not be answered with success because its proof came twice. */
  @Test
  void TK01_replayedProof_isNoTokenThatWasHandled() {
    DpopProofs client = new DpopProofs(ES256);
    String bound = token(ED25519, client.boundClaims());
    SingleUseJwts tokens =
        SingleUseJwts.of(
            verifier().withDpop(InMemoryReplayGuard.builder(9).withClock(clock).build()).build(),
            guard,
            LEASE);
    tokens.verify(bound, shown(client, bound, "p1")).abandon();
    Checked<VerifiedJwt> again = tokens.check(bound, shown(client, bound, "p1"));
    assertThat(reason(again)).isEqualTo(JwtReason.PROOF_REPLAYED);
    assertThat(tokens.status(JwtReason.PROOF_REPLAYED)).isEqualTo(401);
    assertThat(AuthenticationScheme.dpop().challenge(JwtReason.PROOF_REPLAYED))
        .contains("DPoP error=\"invalid_dpop_proof\"");
    assertThat(reason(tokens.check(bound, shown(client, bound, "p2")))).isEqualTo("accepted");
  }

  private static JwtRequest shown(DpopProofs client, String token, String jti) {
    String claims =
        "{\"jti\":\"%s\",\"htm\":\"POST\",\"htu\":\"https://api/pay\",\"iat\":%d,\"ath\":\"%s\"}"
            .formatted(jti, NOW, DpopProofs.ath(token));
    return JwtRequest.bare().withDpop("POST", URI.create("https://api/pay"), client.proof(claims));
  }

  @Test
  void TK01_statusesTellTheSenderWhatToDo() {
    SingleUseJwts tokens = tokens();
    for (JwtReason reason : JwtReason.values()) {
      int expected =
          switch (reason) {
            case REPLAYED -> 200;
            case DUPLICATE -> 409;
            case IN_PROGRESS, REPLAY_UNDECIDED, KEYS_UNAVAILABLE, PROVIDER_FAILED -> 503;
            default -> 401;
          };
      assertThat(tokens.status(reason)).as("%s", reason).isEqualTo(expected);
    }
  }

  @Test
  void of_settingsThatCannotWork_areRefused() {
    JwtVerifier plain = verifier().build();
    JwtVerifier endless = verifier().neverExpires().build();
    JwtVerifier once = verifier().withSingleUse(guard).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SingleUseJwts.of(endless, guard, LEASE))
        .withMessageContaining("must expire");
    assertThatIllegalArgumentException().isThrownBy(() -> SingleUseJwts.of(once, guard, LEASE));
    for (Duration lease : List.of(Duration.ofMillis(999), Duration.ofHours(25))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SingleUseJwts.of(plain, guard, lease))
          .withMessageContaining("lease");
    }
    assertThat(tokens()).hasToString("SingleUseJwts[lease 30 seconds, " + plain + "]");
  }
}
