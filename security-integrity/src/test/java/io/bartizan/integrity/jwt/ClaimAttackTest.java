package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.NOW;
import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.payload;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ED25519;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Checked;
import io.bartizan.integrity.replay.ReplayGuard;
import io.bartizan.testkit.ManualInstantSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Section D of the attack matrix: claims. D11 and D12 are in {@link BindingAttackTest}. */
class ClaimAttackTest {

  private final ManualInstantSource clock = Forge.clock();
  private final JwtVerifier verifier = strict(HS256).withClock(clock).build();

  @Test
  void D01_missingExpiry_isRefusedUnlessSpelledOut() {
    String without = token(HS256, payload("exp", ""));
    refuses(verifier, without, JwtReason.CLAIM_MISSING);
    accepts(strict(HS256).neverExpires().build(), without);
    for (String value : List.of("null", "{}")) {
      refuses(verifier, token(HS256, payload("exp", value)), JwtReason.CLAIM_INVALID);
      refuses(
          strict(HS256).neverExpires().build(),
          token(HS256, payload("exp", value)),
          JwtReason.CLAIM_INVALID);
    }
    refuses(
        strict(HS256).neverExpires().build(),
        token(HS256, payload("exp", "" + (NOW - 60))),
        JwtReason.EXPIRED);
  }

  @Test
  void D02_timesOfOtherTypes_areRefused() {
    for (String name : List.of("exp", "nbf", "iat")) {
      for (String value :
          List.of(
              "\"" + (NOW + 9) + "\"", "\"2099-01-01T00:00:00Z\"", "true", "[" + NOW + "]", "{}")) {
        refuses(verifier, token(HS256, payload(name, value)), JwtReason.CLAIM_INVALID);
      }
    }
  }

  @Test
  void D03_timesOutOfRange_areRefused() {
    for (String value :
        List.of(
            "18446744075504770816",
            "9223372036854775807",
            "1e308",
            "1.8e9",
            "-1",
            "-0.5",
            "253402300800",
            NOW + "000",
            "253402300799.5")) {
      refuses(verifier, token(HS256, payload("exp", value)), JwtReason.CLAIM_INVALID);
    }
    accepts(verifier, token(HS256, payload("exp", "253402300799")));
    accepts(verifier, token(HS256, payload("exp", (NOW + 10) + ".25")));
  }

  @Test
  void D04_timesAtTheirBounds_areExact() {
    JwtVerifier exact = strict(HS256).withClockSkew(Duration.ZERO).withClock(clock).build();
    String token = token(HS256, payload("nbf", "" + (NOW - 10)));
    clock.set(Instant.ofEpochSecond(NOW + 300).minusMillis(1));
    accepts(exact, token);
    clock.set(Instant.ofEpochSecond(NOW + 300));
    refuses(exact, token, JwtReason.EXPIRED);
    accepts(verifier, token);
    clock.set(Instant.ofEpochSecond(NOW + 330).minusMillis(1));
    accepts(verifier, token);
    clock.set(Instant.ofEpochSecond(NOW + 330));
    refuses(verifier, token, JwtReason.EXPIRED);

    clock.set(Instant.ofEpochSecond(NOW).minusMillis(1));
    refuses(exact, token, JwtReason.NOT_YET_VALID);
    accepts(verifier, token);
    clock.set(Instant.ofEpochSecond(NOW - 30));
    accepts(verifier, token);
    clock.set(Instant.ofEpochSecond(NOW - 30).minusMillis(1));
    refuses(verifier, token, JwtReason.NOT_YET_VALID);

    clock.set(Instant.ofEpochSecond(NOW));
    refuses(exact, token(HS256, payload("nbf", "" + (NOW + 1))), JwtReason.NOT_YET_VALID);
    refuses(verifier, token(HS256, payload("nbf", "" + (NOW + 300))), JwtReason.CLAIM_INVALID);
    refuses(exact, token(HS256, payload("nbf", NOW + ".5")), JwtReason.NOT_YET_VALID);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> strict(HS256).withClockSkew(Duration.ofMinutes(5).plusNanos(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> strict(HS256).withClockSkew(Duration.ofNanos(-1)));
    assertThat(verifier.toString()).contains("clock skew 30 seconds");

    JwtVerifier young = strict(HS256).withMaxAge(Duration.ofSeconds(60)).withClock(clock).build();
    clock.set(Instant.ofEpochSecond(NOW + 90));
    accepts(young, token);
    clock.set(Instant.ofEpochSecond(NOW + 90).plusMillis(1));
    refuses(young, token, JwtReason.TOO_OLD);
    refuses(young, token(HS256, payload("iat", "")), JwtReason.CLAIM_MISSING);
  }

  @Test
  void D05_audience_mustHoldTheExpectedOne() {
    for (String value : List.of("1", "[]", "[\"my-api\",1]", "{}", "null", "[[\"my-api\"]]")) {
      refuses(verifier, token(HS256, payload("aud", value)), JwtReason.CLAIM_INVALID);
    }
    for (String value :
        List.of("\"other\"", "\"My-api\"", "\"my-api \"", "[\"other\",\"my\"]", "\"\"")) {
      refuses(verifier, token(HS256, payload("aud", value)), JwtReason.AUDIENCE_MISMATCH);
    }
    refuses(verifier, token(HS256, payload("aud", "")), JwtReason.AUDIENCE_MISMATCH);
    accepts(verifier, token(HS256, payload("aud", "[\"other\",\"my-api\"]")));
    TrustedIssuer issuer = TrustedIssuer.of(Forge.ISSUER, Keys.verifying(HS256), HS256);
    JwtVerifier any = JwtVerifier.ignoreAudience(issuer).withClock(clock).build();
    accepts(any, token(HS256, payload("aud", "")));
    refuses(any, token(HS256, payload("aud", "[]")), JwtReason.CLAIM_INVALID);
    assertThatIllegalArgumentException().isThrownBy(() -> JwtVerifier.of(issuer, ""));
  }

  @Test
  void D06_issuer_isComparedAsAWhole() {
    for (String value :
        List.of(
            "\"https://issuer/\"",
            "\"https://issue\"",
            "\"https://ISSUER\"",
            "\"\"",
            "\"https://issuer.evil\"",
            "\"https://issuer\\u0020\"")) {
      refuses(verifier, token(HS256, payload("iss", value)), JwtReason.ISSUER_MISMATCH);
    }
    for (String value : List.of("[\"https://issuer\"]", "1", "null")) {
      refuses(verifier, token(HS256, payload("iss", value)), JwtReason.CLAIM_INVALID);
    }
  }

  @Test
  void D07_registeredClaimsOfWrongTypes_areRefused() {
    for (String name : List.of("sub", "jti")) {
      for (String value : List.of("1", "null", "true", "[\"a\"]", "{}")) {
        refuses(verifier, token(HS256, payload(name, value)), JwtReason.CLAIM_INVALID);
      }
    }
  }

  @Test
  void D08_tokenOfAnotherType_isRefused() {
    JwtVerifier access = strict(HS256).withType("at+jwt").build();
    for (String type : List.of("at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt")) {
      accepts(access, typed(type));
      refuses(verifier, typed(type), JwtReason.TYPE_MISMATCH);
    }
    for (String type :
        List.of("JWT", "dpop+jwt", "logout+jwt", "x/at+jwt", "application/x/at+jwt", "")) {
      refuses(access, typed(type), JwtReason.TYPE_MISMATCH);
    }
    refuses(access, token(HS256, GOOD), JwtReason.TYPE_MISMATCH);
    refuses(verifier, typed("dpop+jwt"), JwtReason.TYPE_MISMATCH);
    refuses(verifier, token("{\"alg\":\"HS256\",\"typ\":1}", GOOD, HS256), JwtReason.MALFORMED);
    accepts(verifier, typed("JWT"));
    accepts(strict(HS256).ignoreType().build(), typed("anything"));

    JwtVerifier profile = strict(HS256).withAccessTokenProfile().build();
    String complete = GOOD.replace("}", ",\"client_id\":\"app\"}");
    accepts(profile, token("{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", complete, HS256));
    refuses(profile, typed("at+jwt"), JwtReason.CLAIM_MISSING);
  }

  /** The getters give nothing for a null, so it must not pass for the claim either. */
  @Test
  void requiredClaimThatIsNull_isMissing() {
    JwtVerifier named = strict(HS256).withRequiredClaims("tenant").build();
    JwtVerifier valued = strict(HS256).withRequiredClaim("tenant", "null").build();
    for (boolean large : List.of(false, true)) {
      String filler = ",\"filler\":\"" + "x".repeat(large ? 3000 : 1) + "\"}";
      for (String value : List.of("null", " null")) {
        String token = token(HS256, payload("tenant", value).replace("}", filler));
        refuses(named, token, JwtReason.CLAIM_MISSING);
        refuses(valued, token, JwtReason.CLAIM_MISSING);
        accepts(verifier, token);
      }
      for (String value : List.of("\"\"", "\"null\"", "false", "0", "[]", "{}", "[null]")) {
        String token = token(HS256, payload("tenant", value));
        accepts(named, token);
      }
    }
    accepts(valued, token(HS256, payload("tenant", "\"null\"")));
  }

  private static String typed(String type) {
    return token("{\"alg\":\"HS256\",\"typ\":\"" + type + "\"}", GOOD, HS256);
  }

  @Test
  void D09_refusal_holdsNothingOfTheToken() {
    Checked<VerifiedJwt> result = verifier.check(token(HS256, payload("exp", "" + (NOW - 600))));
    assertThat(result).isInstanceOf(Checked.Rejected.class);
    assertThat(result.<Object>fold(jwt -> jwt, refused -> refused.message()).toString())
        .isEqualTo("expired: exp passed 10 min ago");
    assertThat(VerifiedJwt.class.getConstructors()).isEmpty();
    assertThat(Checked.Accepted.class.getConstructors()).isEmpty();
  }

  @Test
  void D10_singleUse_isBurnedLastAndOnce() {
    Map<String, Instant> used = new ConcurrentHashMap<>();
    ReplayGuard guard =
        (scope, id, until) ->
            used.putIfAbsent(scope + new String(id, java.nio.charset.StandardCharsets.UTF_8), until)
                    == null
                ? ReplayGuard.Use.FIRST
                : ReplayGuard.Use.REPEATED;
    for (boolean cached : List.of(false, true)) {
      used.clear();
      JwtVerifier.Builder plain = strict(ED25519).withClock(clock).withSingleUse(guard);
      JwtVerifier once = (cached ? plain.withCache(16) : plain).build();
      String token = token(ED25519, GOOD);
      refuses2(once, token(ED25519, payload("aud", "\"other\"")), JwtReason.AUDIENCE_MISMATCH);
      refuses2(once, token.substring(0, token.length() - 4) + "AAAA", null);
      refuses2(once, token(ED25519, payload("exp", "" + (NOW - 60))), JwtReason.EXPIRED);
      assertThat(used).as("a bad token burns nothing").isEmpty();
      assertThat(once.check(token).isAccepted()).isTrue();
      assertThat(used)
          .containsExactly(Map.entry("jwt:https://issuerid-1", Instant.ofEpochSecond(NOW + 600)));
      refuses2(once, token, JwtReason.REPLAYED);
      refuses2(once, token(ED25519, payload("jti", "")), JwtReason.CLAIM_MISSING);
    }
    JwtVerifier undecided =
        strict(ED25519).withSingleUse((scope, id, until) -> ReplayGuard.Use.UNDECIDED).build();
    refuses(undecided, token(ED25519, GOOD), JwtReason.REPLAY_UNDECIDED);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> strict(ED25519).neverExpires().withSingleUse(guard).build());
  }

  private static void refuses2(JwtVerifier verifier, String token, JwtReason reason) {
    Checked<VerifiedJwt> result = verifier.check(token);
    assertThat(result).isInstanceOf(Checked.Rejected.class);
    if (reason != null) {
      assertThat(((Checked.Rejected<VerifiedJwt>) result).refusal().reason()).isEqualTo(reason);
    }
  }
}
