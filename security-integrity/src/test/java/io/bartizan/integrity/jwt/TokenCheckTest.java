package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.Forge.strict;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.HS256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ML-14, ML-15: what {@code TokenCheck} itself decides, by each of its three ways. */
class TokenCheckTest {

  private static final JwtRequest BARE = JwtRequest.bare();
  private static final Executor NOBODY =
      task -> {
        throw new AssertionError("nothing is left to do");
      };

  private final List<String> heard = new ArrayList<>();
  private final IntegrityListener listener =
      new IntegrityListener() {
        @Override
        public void verified(Kind kind, String name, @Nullable Refusal refusal) {
          heard.add(kind + " " + name + " " + (refusal == null ? "accepted" : refusal.message()));
        }
      };

  private static String said(Checked<VerifiedJwt> checked) {
    return checked.fold(jwt -> "accepted", Refusal::message);
  }

  /** By waiting, with a last step, and without waiting: all three say the same. */
  private static String said(JwtVerifier verifier, @Nullable String token) {
    TokenCheck check = verifier.tokens();
    String first = said(check.decide(token, BARE));
    assertThat(said(check.decideThen(token, BARE, same -> same))).isEqualTo(first);
    assertThat(said(check.decideLater(token, BARE, same -> same, NOBODY).join())).isEqualTo(first);
    return first;
  }

  private static String header(String kid) {
    return "{\"alg\":\"ES256\",\"kid\":\"" + kid + "\"}";
  }

  @Test
  void ML14_eachRefusalOfACheck_isSaidByEachWay() {
    String good = token(ES256, GOOD);
    JwtVerifier verifier = strict(ES256).withMaxTokenChars(256).build();
    JwtVerifier exact = strict(ES256).build();
    assertThat(said(verifier, null)).isEqualTo("malformed: there is no token");
    assertThat(said(exact, good)).isEqualTo("accepted");
    assertThat(said(verifier, "a".repeat(256)))
        .isEqualTo("malformed: the token has not three parts of base64url");
    String emoji = "\ud83d\ude00".repeat(300);
    String[] parts = good.split("\\.", -1);
    for (JwtVerifier each : List.of(exact, strict(ES256).withCache(4).build())) {
      for (String text :
          List.of(
              emoji + ".a.b",
              emoji + "." + parts[1] + "." + parts[2],
              parts[0] + "." + emoji + "." + parts[2],
              parts[0] + "." + parts[1] + "." + emoji,
              parts[0] + ".." + emoji)) {
        assertThat(said(each, text))
            .as(text)
            .isEqualTo("malformed: the token has not three parts of base64url");
      }
    }
    assertThat(said(verifier, "a".repeat(257)))
        .isEqualTo("too-large: the token is longer than is read");
    for (String unsigned : List.of("", "A", "=", "A".repeat(85) + "B")) {
      assertThat(said(exact, good.substring(0, good.lastIndexOf('.') + 1) + unsigned))
          .isEqualTo("malformed: the signature is empty or not canonical base64url");
    }
    assertThat(said(exact, token(HS256, GOOD)))
        .isEqualTo("algorithm-not-allowed: no trusted issuer may use this alg");
    assertThat(said(exact, token("{\"alg\":\"ES256\",\"zip\":\"DEF\"}", GOOD, ES256)))
        .startsWith("header-not-supported: ");
    assertThat(said(exact, token("{\"alg\":\"ES256\",\"typ\":\"other\"}", GOOD, ES256)))
        .startsWith("type-mismatch: ");
    assertThat(said(exact, token(ES256, Forge.payload("exp", "1")))).startsWith("expired: ");
    assertThat(said(exact, token(ES256, Forge.payload("cnf", "{}")))).contains("cnf");
    assertThat(said(exact, good)).isEqualTo("accepted");
  }

  @Test
  void ML14_listener_hearsEachVerdictOnceWithItsRefusal() {
    JwtVerifier told = strict(ES256).withListener(listener).build();
    String accepted = "JWT my-api accepted";
    String refused = "JWT my-api malformed: there is no token";
    TokenCheck check = told.tokens();
    assertThat(said(check.decide(token(ES256, GOOD), BARE))).isEqualTo("accepted");
    assertThat(said(check.decide(null, BARE))).isNotEqualTo("accepted");
    assertThat(heard).containsExactly(accepted, refused);
    heard.clear();

    Checked<VerifiedJwt> other = Checked.rejected(Refusal.of(JwtReason.REPLAYED, "by the test"));
    assertThat(check.decideThen(token(ES256, GOOD), BARE, jwt -> other)).isSameAs(other);
    assertThat(check.decideLater(token(ES256, GOOD), BARE, jwt -> other, NOBODY).join())
        .isSameAs(other);
    String last = "JWT my-api replayed: by the test";
    assertThat(heard).containsExactly(last, last);
    heard.clear();
    // A key that is not there, so that the second decision is the one that is told.
    JwtVerifier unknown =
        JwtVerifier.builder(TrustedIssuer.of(ISSUER, Keys.verifying(ES256), ES256, RS256), "my-api")
            .withClock(Forge.clock())
            .withListener(listener)
            .build();
    assertThat(
            said(unknown.tokens().decideLater(token(RS256, GOOD), BARE, jwt -> jwt, NOBODY).join()))
        .startsWith("key-unknown: ");
    assertThat(heard).singleElement().asString().startsWith("JWT my-api key-unknown: ");
  }

  /** Whether the answer after a fetch is the issuer's last word, at once and later. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML14_keysThatFailedOrCame_areAnOutageOrALastWord(boolean came) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    List<Runnable> tasks = new CopyOnWriteArrayList<>();
    try (RemoteJwks keys = RemoteJwks.builder("test", () -> answer).build()) {
      TokenCheck check =
          Forge.verifier(TrustedIssuer.of(ISSUER, keys, ES256))
              .withListener(listener)
              .build()
              .tokens();
      String unknown = token(header("k2"), GOOD, ES256);
      CompletableFuture<Checked<VerifiedJwt>> late =
          check.decideLater(unknown, BARE, same -> same, tasks::add);
      assertThat(late).isNotDone();
      assertThat(heard).isEmpty();
      if (came) {
        answer.complete("{\"keys\":[" + EcJwk.of(Keys.publicKey(ES256), "k1") + "]}");
      } else {
        answer.completeExceptionally(new IllegalStateException("sealed"));
      }
      assertThat(keys.awaitFetch(Duration.ofMinutes(1))).isTrue();
      Eventually.within(
          Duration.ofMinutes(1),
          "what comes later is given to the executor",
          () -> !tasks.isEmpty());
      assertThat(late).as("the executor does it").isNotDone();
      tasks.forEach(Runnable::run);
      String expected = came ? "key-unknown: " : "keys-unavailable: ";
      assertThat(said(late.join())).startsWith(expected);
      assertThat(heard).singleElement().asString().startsWith("JWT my-api " + expected);
      // Within the least interval between two fetches there is nothing to wait for.
      assertThat(said(check.decideLater(unknown, BARE, same -> same, NOBODY).join()))
          .startsWith(expected);
      if (came) {
        String good = token(header("k1"), GOOD, ES256);
        assertThat(said(check.decideLater(good, BARE, same -> same, NOBODY).join()))
            .isEqualTo("accepted");
      }
    }
  }

  /** Its header was read once: the same text, and not only an equal one, comes out of it. */
  @Test
  void ML15_headerOfAnAcceptedToken_isRememberedAndNoOther() {
    JwtVerifier verifier = strict(ES256).build();
    String first = token(header("k1"), GOOD, ES256);
    String kid = verifier.verify(first).keyId().orElseThrow();
    assertThat(verifier.verify(first).keyId().orElseThrow()).isSameAs(kid);
    assertThat(verifier.verify(token(header("k1"), Forge.payload("sub", "\"bob\""), ES256)).keyId())
        .hasValueSatisfying(same -> assertThat(same).isSameAs(kid));
    for (int i = 0; i < 500; i++) {
      String stranger = Forge.base64(header("n" + i)) + "." + Forge.base64(GOOD);
      assertThat(verifier.check(stranger + "." + "A".repeat(86)).isAccepted()).isFalse();
    }
    assertThat(verifier.verify(first).keyId().orElseThrow()).isSameAs(kid);
    String second = verifier.verify(token(header("k2"), GOOD, ES256)).keyId().orElseThrow();
    assertThat(second).isEqualTo("k2");
  }

  @Test
  void ML15_cache_changesNoVerdictAndIsAskedFirst() {
    CountingProvider provider = new CountingProvider();
    ManualInstantSource clock = Forge.clock();
    JwtVerifier.Builder builder = strict(RS256).withProvider(provider).withClock(clock);
    String good = token(RS256, GOOD);
    JwtVerifier without = builder.build();
    JwtVerifier with = builder.withCache(4).build();
    for (int use = 0; use < 3; use++) {
      int unused = provider.count();
      assertThat(with.verify(good).subject()).contains("alice");
      assertThat(provider.count()).isEqualTo(use == 0 ? 1 : 0);
      assertThat(without.verify(good).subject()).contains("alice");
      assertThat(provider.count()).isEqualTo(1);
    }
    clock.advance(Duration.ofMinutes(10));
    assertThat(said(with, good)).startsWith("expired: ");
    assertThat(said(without, good)).startsWith("expired: ");
    assertThat(with.toString()).endsWith("at most 16384 characters, cache of 4 tokens]");
    assertThat(without.toString())
        .startsWith("JwtVerifier[TrustedIssuer[" + ISSUER)
        .endsWith("at most 16384 characters, no cache]");
  }

  @Test
  void ML14_whatIsAskedOfACheck_isWhatItWasBuiltWith() {
    InMemoryReplayGuard near = InMemoryReplayGuard.builder(10).withClock(Forge.clock()).build();
    JwtVerifier plain = strict(ES256).build();
    JwtVerifier once = strict(ES256).withSingleUse(near).build();
    JwtVerifier far =
        strict(ES256).withSingleUse((scope, id, until) -> near.use(scope, id, until)).build();
    JwtVerifier lasting = strict(ES256).neverExpires().build();
    assertThat(plain.tokens().isSingleUse()).isFalse();
    assertThat(once.tokens().isSingleUse()).isTrue();
    assertThat(plain.tokens().mayBlock()).isFalse();
    assertThat(once.tokens().mayBlock()).isFalse();
    assertThat(far.tokens().mayBlock()).isTrue();
    assertThat(plain.tokens().requiresExpiry()).isTrue();
    assertThat(lasting.tokens().requiresExpiry()).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SingleUseJwts.of(lasting, near, Duration.ofMinutes(1)));
    String token = token(ES256, GOOD);
    assertThat(said(once.check(token))).isEqualTo("accepted");
    assertThat(said(once.check(token))).startsWith("replayed: ");
  }
}
