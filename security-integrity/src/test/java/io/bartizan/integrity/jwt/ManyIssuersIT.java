package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static io.bartizan.integrity.jwt.JwsAlgorithm.RS256;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** TK-05 and TK-13: several issuers, some of which hang or fail. */
class ManyIssuersIT {

  private final ManualTicker ticker = new ManualTicker();

  /** Accepts the call and stays silent; counts the calls. */
  private static RemoteJwks silent(String name, AtomicInteger asked) {
    return RemoteJwks.builder(
            name,
            () -> {
              asked.incrementAndGet();
              return new CompletableFuture<>();
            })
        .withTimeout(Duration.ofMinutes(1))
        .build();
  }

  private static JwtKeys fixed(int number) {
    return JwtKeys.publicKey(ES256, Keys.pair(ES256, number).getPublic()).withKeyId("k");
  }

  @Test
  void TK05_hangingIssuers_holdUpNoTokenOfAnother() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (RemoteJwks one = silent("one", asked);
        RemoteJwks two = silent("two", asked)) {
      JwtVerifier verifier =
          JwtVerifier.builder(
                  List.of(
                      TrustedIssuer.of("https://one", one, ES256, RS256),
                      TrustedIssuer.of("https://two", two, ES256),
                      TrustedIssuer.of("https://three", fixed(0), ES256)),
                  "my-api")
              .withClock(Forge.clock())
              .build();
      accepts(verifier, token("https://three", "k", 0));
      refuses(verifier, token("https://three", "invented", 0), JwtReason.KEY_UNKNOWN);
      refuses(verifier, token("https://three", "k", 1), JwtReason.SIGNATURE_INVALID);
      refuses(verifier, token("https://four", "k", 0), JwtReason.ISSUER_MISMATCH);
      assertThat(asked.get()).as("hanging issuers that were asked").isZero();
      // the one that hangs is asked for its own tokens, and for these only
      ExecutorService other = Executors.newSingleThreadExecutor();
      try {
        Future<Boolean> waits =
            other.submit(() -> verifier.check(token("https://one", "k", 0)).isAccepted());
        Eventually.within(Duration.ofSeconds(20), "the issuer is asked", () -> asked.get() == 1);
        accepts(verifier, token("https://three", "k", 0));
        waits.cancel(true);
      } finally {
        other.shutdownNow();
        assertThat(other.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void TK05_forgedToken_costsTheKeysOfTheIssuerItNamesAlone() {
    CountingProvider provider = new CountingProvider();
    List<TrustedIssuer> issuers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      issuers.add(TrustedIssuer.of("https://" + i, Keys.verifying(ES256, i % 5), ES256));
    }
    JwtVerifier verifier =
        JwtVerifier.builder(issuers, "my-api")
            .withClock(Forge.clock())
            .withProvider(provider)
            .build();
    int unused = provider.count();
    assertThat(verifier.check(token("https://7", "k", 4)).isAccepted()).isFalse();
    assertThat(provider.count()).isEqualTo(1);
    refuses(verifier, token("https://none", "k", 4), JwtReason.ISSUER_MISMATCH);
    assertThat(provider.count()).isZero();
    accepts(verifier, token("https://9", "k", 4));
  }

  /** The unverified name chooses, and what was signed is compared again. */
  @Test
  void TK05_nameThatTheKeyDoesNotOwn_isNeverBelieved() {
    JwtVerifier verifier =
        JwtVerifier.builder(
                List.of(
                    TrustedIssuer.of("https://a", fixed(0), ES256),
                    TrustedIssuer.of("https://b", fixed(1), ES256)),
                "my-api")
            .withClock(Forge.clock())
            .build();
    refuses(verifier, token("https://b", "k", 0), JwtReason.SIGNATURE_INVALID);
    refuses(verifier, token("https://a", "k", 1), JwtReason.SIGNATURE_INVALID);
    for (String claims : List.of("{}", "{\"iss\":7}", "{\"iss\":[\"https://a\"]}")) {
      refuses(verifier, signed("k", claims, 0), JwtReason.ISSUER_MISMATCH);
    }
    refuses(verifier, signed("k", "no JSON", 0), JwtReason.MALFORMED);
    assertThat(verifier.verify(token("https://a", "k", 0)).issuer()).isEqualTo("https://a");
    assertThat(verifier.verify(token("https://b", "k", 1)).issuer()).isEqualTo("https://b");
  }

  @Test
  void TK13_newKeyWhileTheIssuerFails_isUndecidedAndAcceptedOnceItAnswers() {
    AtomicReference<String> set = new AtomicReference<>(set(0, "a"));
    try (RemoteJwks keys = source(set)) {
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, token(Forge.ISSUER, "a", 0));
      refuses(verifier, token(Forge.ISSUER, "b", 1), JwtReason.KEY_UNKNOWN); // heard just now
      set.set("");
      ticker.advance(Duration.ofSeconds(31));
      refuses(verifier, token(Forge.ISSUER, "b", 1), JwtReason.KEYS_UNAVAILABLE);
      accepts(verifier, token(Forge.ISSUER, "a", 0));
      refuses(verifier, token(Forge.ISSUER, "a", 1), JwtReason.SIGNATURE_INVALID);
      set.set(set(1, "b"));
      ticker.advance(Duration.ofSeconds(31));
      accepts(verifier, token(Forge.ISSUER, "b", 1));
      refuses(verifier, token(Forge.ISSUER, "a", 0), JwtReason.KEY_UNKNOWN);
    }
  }

  /** Keys without ids: only asking the issuer tells whether there is another one now. */
  @Test
  void TK13_rotatedKeyWithoutId_isHeardWithinTheRefreshBudget() {
    AtomicReference<String> set = new AtomicReference<>("{\"keys\":[" + jwk(0) + "]}");
    try (RemoteJwks keys = source(set)) {
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, token(Forge.ISSUER, "x", 0));
      set.set("{\"keys\":[" + jwk(1) + "]}");
      ticker.advance(Duration.ofSeconds(31));
      accepts(verifier, token(Forge.ISSUER, "y", 1));
      refuses(verifier, token(Forge.ISSUER, "x", 0), JwtReason.SIGNATURE_INVALID);
    }
  }

  @Test
  void TK13_moreWaitersThanMayWait_areToldThatNobodyKnows() throws Exception {
    AtomicReference<String> set = new AtomicReference<>(set(0, "a"));
    AtomicReference<CompletableFuture<String>> next = new AtomicReference<>();
    try (RemoteJwks keys =
        RemoteJwks.builder(
                "slow",
                () -> {
                  CompletableFuture<String> hanging = next.get();
                  return hanging != null ? hanging : CompletableFuture.completedFuture(set.get());
                })
            .withTicker(ticker)
            .withTimeout(Duration.ofSeconds(30))
            .build()) {
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, token(Forge.ISSUER, "a", 0));
      CompletableFuture<String> hanging = new CompletableFuture<>();
      next.set(hanging);
      ticker.advance(Duration.ofSeconds(31));
      ExecutorService threads = Executors.newFixedThreadPool(40);
      try {
        List<Future<Object>> reasons = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
          reasons.add(
              threads.submit(
                  () ->
                      verifier
                          .check(token(Forge.ISSUER, "b", 1))
                          .<Object>fold(jwt -> "accepted", refusal -> refusal.reason())));
        }
        Eventually.within(
            Duration.ofSeconds(20),
            "24 are refused",
            () -> reasons.stream().filter(Future::isDone).count() >= 24);
        hanging.complete(set(1, "b"));
        int accepted = 0;
        for (Future<Object> reason : reasons) {
          Object outcome = reason.get(20, TimeUnit.SECONDS);
          accepted += outcome.equals("accepted") ? 1 : 0;
          assertThat(outcome).isIn("accepted", JwtReason.KEYS_UNAVAILABLE);
        }
        assertThat(accepted).isEqualTo(16);
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private RemoteJwks source(AtomicReference<String> set) {
    return RemoteJwks.builder("test", () -> CompletableFuture.completedFuture(set.get()))
        .withTicker(ticker)
        .build();
  }

  private static String set(int number, String keyId) {
    return "{\"keys\":[" + EcJwk.of(Keys.pair(ES256, number).getPublic(), keyId) + "]}";
  }

  private static String jwk(int number) {
    return EcJwk.of(Keys.pair(ES256, number).getPublic());
  }

  private static JwtVerifier verifier(JwtKeys keys) {
    return Forge.verifier(TrustedIssuer.of(Forge.ISSUER, keys, ES256)).build();
  }

  private static String token(String issuer, String keyId, int number) {
    return signed(keyId, GOOD.replace("https://issuer", issuer), number);
  }

  private static String signed(String keyId, String claims, int number) {
    String header = "{\"alg\":\"ES256\",\"kid\":\"" + keyId + "\"}";
    String input = Forge.base64(header) + "." + Forge.base64(claims);
    return input
        + "."
        + Forge.base64(Forge.sign(ES256, Keys.pair(ES256, number), input.getBytes(ISO_8859_1)));
  }
}
