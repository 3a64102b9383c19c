package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.base64;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Checked;
import io.bartizan.core.Health;
import io.bartizan.testkit.ManualTicker;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemoteJwksIT {

  private final ManualTicker ticker = new ManualTicker();
  private JwksServer server;

  @BeforeEach
  void start() throws Exception {
    server = new JwksServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void verify_firstToken_fetchesOnceForAll() throws Exception {
    publish("a", 0);
    server.stall();
    try (RemoteJwks keys = server.keys(ticker).build()) {
      JwtVerifier verifier = verifier(keys);
      ExecutorService threads = Executors.newFixedThreadPool(40);
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        results.add(threads.submit(() -> verifier.check(token("a", 0)).isAccepted()));
      }
      server.awaitRequests(1);
      server.goOn();
      for (Future<Boolean> result : results) {
        assertThat(result.get(20, TimeUnit.SECONDS)).isTrue();
      }
      threads.shutdown();
      assertThat(server.requests()).isEqualTo(1);
    }
  }

  @Test
  void verify_unknownKeyAfterRotation_fetchesAndAccepts() {
    publish("a", 0);
    try (RemoteJwks keys = server.keys(ticker).build()) {
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, token("a", 0));
      publish("b", 1);
      refuses(verifier, token("b", 1), JwtReason.KEY_UNKNOWN);
      assertThat(server.requests()).as("within the interval").isEqualTo(1);
      ticker.advance(Duration.ofSeconds(30));
      accepts(verifier, token("b", 1));
      refuses(verifier, token("a", 0), JwtReason.KEY_UNKNOWN);
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  @Test
  void verify_oldSet_isRefreshedAheadWithoutWaiting() throws Exception {
    publish("a", 0);
    try (RemoteJwks keys = server.keys(ticker).build()) {
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, token("a", 0));
      publish("b", 1);
      server.stall();
      ticker.advance(Duration.ofMinutes(5));
      accepts(verifier, token("a", 0));
      server.awaitRequests(2);
      accepts(verifier, token("a", 0));
      server.goOn();
      JwksServer.awaitIdle(keys);
      accepts(verifier, token("b", 1));
      refuses(verifier, token("a", 0), JwtReason.KEY_UNKNOWN);
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  @Test
  void verify_serverThatLies_keepsTheLastGoodSet() throws Exception {
    publish("a", 0);
    String good = "{\"keys\":[" + EcJwk.of(Keys.pair(ES256, 1).getPublic(), "b") + "]}";
    try (RemoteJwks keys = server.keys(ticker).withMaxBytes(2048).build()) {
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, token("a", 0));
      int expected = 1;
      for (String lie :
          List.of(
              "",
              "<html>",
              "{}",
              "{\"keys\":[]}",
              "{\"keys\":{}}",
              good + good,
              good.replace("]", ",]"),
              good.replace("\"kty\"", "\"kty\":\"EC\",\"kty\""),
              "{\"keys\":[" + "1,".repeat(900) + "1]}",
              good + " ".repeat(2048),
              good.replace("\"x\":\"", "\"x\":\"AA"),
              good.replace("\"kty\"", "\"d\":\"AAAA\",\"kty\""),
              good.replace("\"kty\"", "\"use\":\"enc\",\"kty\""),
              "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"b\",\"k\":\""
                  + base64(new byte[32])
                  + "\"}]}")) {
        server.say(lie);
        ticker.advance(Duration.ofSeconds(31));
        // nobody can tell what the issuer would say of a key that is not known
        refuses(verifier, token("b", 1), JwtReason.KEYS_UNAVAILABLE);
        accepts(verifier, token("a", 0));
        assertThat(server.requests()).isEqualTo(++expected);
        assertThat(keys.health().status()).as(lie).isEqualTo(Health.Status.DEGRADED);
      }
      server.say(good);
      ticker.advance(Duration.ofSeconds(31));
      accepts(verifier, token("b", 1));
    }
  }

  @Test
  void verify_newSetArrivesWhileTheOldIsSearched_accepts() {
    publish("a", 0);
    HttpClient quick = new QuickHttpClient(server.client());
    try (RemoteJwks keys = RemoteJwks.builder(quick, server.uri()).withTicker(ticker).build()) {
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, token("a", 0));
      publish("b", 1);
      ticker.advance(Duration.ofMinutes(5)); // the search itself begins the refresh
      accepts(verifier, token("b", 1));
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  @Test
  void verify_redirect_isNotFollowed() throws Exception {
    AtomicInteger elsewhere = new AtomicInteger();
    try (JwksServer other = new JwksServer();
        RemoteJwks keys = server.keys(ticker).build()) {
      other.answer(
          exchange -> {
            elsewhere.incrementAndGet();
            JwksServer.send(exchange, 200, "{}".getBytes(ISO_8859_1));
          });
      server.answer(
          exchange -> {
            exchange.getResponseHeaders().add("Location", other.uri().toString());
            JwksServer.send(exchange, 302, new byte[0]);
          });
      refuses(verifier(keys), token("a", 0), JwtReason.KEYS_UNAVAILABLE);
      assertThat(elsewhere).hasValue(0);
      assertThat(keys.health().detail()).contains("302");
    }
  }

  @Test
  void verify_serverThatStallsOrTrickles_isGivenUpInTime() {
    server.stall();
    try (RemoteJwks keys = server.keys(ticker).withTimeout(Duration.ofMillis(300)).build()) {
      refuses(verifier(keys), token("a", 0), JwtReason.KEYS_UNAVAILABLE);
      assertThat(keys.health().status()).isEqualTo(Health.Status.DOWN);
    }
    server.answer(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          try {
            boolean unused = new CountDownLatch(1).await(2, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    try (RemoteJwks keys = server.keys(ticker).withTimeout(Duration.ofMillis(300)).build()) {
      refuses(verifier(keys), token("a", 0), JwtReason.KEYS_UNAVAILABLE);
      assertThat(keys.health().detail()).contains("no answer within 300 milliseconds");
    }
  }

  @Test
  void verify_serverThatIsDead_isAskedEverMoreSeldom() {
    URI uri = server.uri();
    HttpClient client = server.client();
    server.close();
    try (RemoteJwks keys = RemoteJwks.builder(client, uri).withTicker(ticker).build()) {
      JwtVerifier verifier = verifier(keys);
      refuses(verifier, token("a", 0), JwtReason.KEYS_UNAVAILABLE);
      assertThat(keys.load()).isFalse();
      assertThat(keys.health().status()).isEqualTo(Health.Status.DOWN);
    }
  }

  @Test
  void fetch_whileThereAreNoKeys_backsOffAndThenRecovers() {
    server.fail(500);
    try (RemoteJwks keys = server.keys(ticker).build()) {
      List<Integer> asked = new ArrayList<>();
      for (int second = 0; second < 64; second++) {
        boolean unused = keys.load();
        asked.add(server.requests());
        ticker.advance(Duration.ofSeconds(1));
      }
      assertThat(asked.get(63)).as("seconds 0, 1, 3, 7, 15, 31 and 61").isEqualTo(7);
      publish("a", 0);
      ticker.advance(Duration.ofSeconds(30));
      assertThat(keys.load()).isTrue();
      accepts(verifier(keys), token("a", 0));
    }
  }

  @Test
  void verify_tokenWithoutKeyId_isAcceptedWhileThereIsOneKey() {
    publish("a", 0);
    try (RemoteJwks keys = server.keys(ticker).build()) {
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, Forge.token(ES256, GOOD));
      server.publish(
          EcJwk.of(Keys.publicKey(ES256), "a"), EcJwk.of(Keys.pair(ES256, 1).getPublic(), "b"));
      ticker.advance(Duration.ofSeconds(31));
      accepts(verifier, token("b", 1));
      refuses(verifier, Forge.token(ES256, GOOD), JwtReason.KEY_UNKNOWN);
    }
  }

  @Test
  void close_refusesEverythingFromThenOn() {
    publish("a", 0);
    RemoteJwks keys = RemoteJwks.of(server.client(), server.uri());
    JwtVerifier verifier = verifier(keys);
    accepts(verifier, token("a", 0));
    keys.close();
    refuses(verifier, token("a", 0), JwtReason.KEYS_UNAVAILABLE);
    assertThat(keys.health().status()).isEqualTo(Health.Status.DOWN);
  }

  @Test
  void of_unsafeAddressOrClient_isRefused() {
    HttpClient following =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RemoteJwks.of(following, server.uri()))
        .withMessageContaining("NEVER");
    for (String uri :
        List.of("http://localhost/jwks", "file:///etc/passwd", "/jwks", "https:jwks")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RemoteJwks.of(server.client(), URI.create(uri)));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> server.keys(ticker).withMaxAge(Duration.ofMinutes(5)).build());
  }

  /** The issuer signs with the newest key as soon as it is published, as issuers should. */
  @Test
  void verify_rotationUnderEightThreads_refusesNothingGoodAndAcceptsNothingStale()
      throws Exception {
    String[] tokens = new String[6];
    String[] sets = new String[6];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = token("k" + i, i);
      sets[i] =
          EcJwk.of(Keys.pair(ES256, i).getPublic(), "k" + i)
              + (i == 0 ? "" : "," + EcJwk.of(Keys.pair(ES256, i - 1).getPublic(), "k" + (i - 1)));
    }
    server.publish(sets[0]);
    try (RemoteJwks keys = server.keys(ticker).build()) {
      JwtVerifier verifier =
          JwtVerifier.builder(TrustedIssuer.of(ISSUER, keys, ES256), "my-api")
              .withClock(Forge.clock())
              .withCache(64)
              .build();
      assertThat(keys.load()).isTrue();
      AtomicInteger announced = new AtomicInteger(); // ahead of what is served
      AtomicInteger current = new AtomicInteger(); // behind it
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger checked = new AtomicInteger();
      ExecutorService threads = Executors.newFixedThreadPool(8);
      List<Future<String>> results = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        results.add(
            threads.submit(
                () -> {
                  while (!stop.get()) {
                    int key = current.get();
                    Checked<VerifiedJwt> result = verifier.check(tokens[key]);
                    if (!result.isAccepted() && key >= announced.get() - 1) {
                      return "false refusal of k" + key + ": " + result;
                    }
                    int gone = current.get() - 2;
                    if (gone >= 0 && verifier.check(tokens[gone]).isAccepted()) {
                      return "stale acceptance of k" + gone;
                    }
                    checked.incrementAndGet();
                  }
                  return "";
                }));
      }
      for (int next = 1; next < tokens.length; next++) {
        announced.set(next);
        server.publish(sets[next]);
        ticker.advance(Duration.ofMinutes(6));
        KeySnapshot before = keys.snapshot();
        for (int spin = 0; spin < 100_000 && keys.snapshot() == before; spin++) {
          JwksServer.awaitIdle(keys);
        }
        assertThat(keys.snapshot()).isNotSameAs(before);
        current.set(next);
        int goal = checked.get() + 400;
        while (checked.get() < goal && results.stream().noneMatch(Future::isDone)) {
          Thread.onSpinWait();
        }
      }
      stop.set(true);
      for (Future<String> result : results) {
        assertThat(result.get(20, TimeUnit.SECONDS)).isEmpty();
      }
      threads.shutdown();
      assertThat(checked.get()).isGreaterThan(2_000);
    }
  }

  @Test
  void verify_keysThatTheIssuersSignersPublish_throughTheirRotation() {
    JwtSigner old = Keys.signer(ES256, ISSUER, 0, "a").withClock(Forge.clock()).build();
    JwtSigner next = Keys.signer(ES256, ISSUER, 1, "b").withClock(Forge.clock()).build();
    server.say(
        SigningKey.publicJwkSet(
            List.of(Keys.signing(ES256, 0).withKeyId("a"), Keys.signing(ES256, 1).withKeyId("b"))));
    try (RemoteJwks keys = server.keys(ticker).build()) {
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, old.sign(JwtClaims.forAudience("my-api")));
      accepts(verifier, next.sign(JwtClaims.forAudience("my-api")));
    }
  }

  private void publish(String keyId, int number) {
    server.publish(EcJwk.of(Keys.pair(ES256, number).getPublic(), keyId));
  }

  private static JwtVerifier verifier(RemoteJwks keys) {
    return JwtVerifier.builder(TrustedIssuer.of(ISSUER, keys, ES256), "my-api")
        .withClock(Forge.clock())
        .build();
  }

  private static String token(String keyId, int number) {
    String input = base64("{\"alg\":\"ES256\",\"kid\":\"" + keyId + "\"}") + "." + base64(GOOD);
    return input
        + "."
        + base64(Forge.sign(ES256, Keys.pair(ES256, number), input.getBytes(ISO_8859_1)));
  }
}
