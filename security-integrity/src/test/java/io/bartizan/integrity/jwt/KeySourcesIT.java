package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.ISSUER;
import static io.bartizan.integrity.jwt.Forge.accepts;
import static io.bartizan.integrity.jwt.Forge.refuses;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import io.bartizan.core.Health;
import io.bartizan.testkit.ManualTicker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TK-06: headers, discovery, plain http, files and sources of one's own. */
class KeySourcesIT {

  private final ManualTicker ticker = new ManualTicker();
  private final HttpClient client = HttpClient.newHttpClient();
  private JwksServer server;

  @TempDir Path folder;

  @BeforeEach
  void start() throws Exception {
    server = new JwksServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void TK06_headers_areSentAndAskedForEachTime() {
    AtomicInteger token = new AtomicInteger();
    server.answer(
        exchange -> {
          var fields = exchange.getRequestHeaders();
          boolean good =
              ("Bearer " + token.get()).equals(fields.getFirst("Authorization"))
                  && List.of("gateway").equals(fields.get("User-Agent"));
          JwksServer.send(exchange, good ? 200 : 401, set(0, "a").getBytes(UTF_8));
        });
    try (RemoteJwks keys =
        server
            .keys(ticker)
            .withHeader("Authorization", () -> "Bearer " + token.incrementAndGet())
            .withHeader("User-Agent", "gateway")
            .build()) {
      assertThat(keys.load()).as(keys.health().detail()).isTrue();
      ticker.advance(Duration.ofSeconds(31));
      refuses(verifier(keys), token("b", 1), JwtReason.KEY_UNKNOWN);
      assertThat(token.get()).isEqualTo(2);
      assertThat(keys.toString() + keys.health()).doesNotContain("Bearer");
    }
  }

  @Test
  void TK06_headersThatHttpDoesNotAllow_areRefusedAndFailingSuppliersAreOutages() {
    for (String field : List.of("", "a b", "a\r\nb", "Host", "Content-Length")) {
      assertThatIllegalArgumentException()
          .as(field)
          .isThrownBy(() -> server.keys(ticker).withHeader(field, "x"));
    }
    for (String value : new String[] {"a\r\nX: y", null}) {
      try (RemoteJwks keys = server.keys(ticker).withHeader("X", () -> value).build()) {
        assertThat(keys.load()).isFalse();
        assertThat(keys.health().status()).isEqualTo(Health.Status.DOWN);
      }
    }
  }

  /** As Kotlin and other languages do, which know no checked exceptions. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> RuntimeException undeclared(Exception thrown) throws X {
    throw (X) thrown;
  }

  @Test
  void TK06_checkedExceptionOfAHeadersSupplier_isAnOutageThatEnds() {
    server.answer(exchange -> JwksServer.send(exchange, 200, set(0, "a").getBytes(UTF_8)));
    AtomicInteger calls = new AtomicInteger();
    try (RemoteJwks keys =
        server
            .keys(ticker)
            .withHeader(
                "Authorization",
                () -> {
                  if (calls.incrementAndGet() == 1) {
                    throw KeySourcesIT.<RuntimeException>undeclared(new IOException("no token"));
                  }
                  return "Bearer x";
                })
            .build()) {
      assertThat(keys.load()).isFalse();
      assertThat(keys.health().status()).isEqualTo(Health.Status.DOWN);
      ticker.advance(Duration.ofSeconds(31));
      assertThat(keys.load()).as(keys.health().detail()).isTrue();
    }
  }

  @Test
  void TK06_fieldThatHttpDoesNotAllow_isToldWithoutItsValue() {
    String value = "Bearer s3cr3t\n"; // as a file of a token often ends
    assertThatIllegalArgumentException()
        .isThrownBy(() -> server.keys(ticker).withHeader("Authorization", value))
        .withMessageContaining("Authorization")
        .withMessageNotContaining("s3cr3t");
    try (RemoteJwks keys = server.keys(ticker).withHeader("Authorization", () -> value).build()) {
      assertThat(keys.load()).isFalse();
      assertThat(keys.health().detail()).contains("Authorization").doesNotContain("s3cr3t");
    }
  }

  /** Such as a file in a bucket that was put there compressed. */
  @Test
  void compressedAnswer_isToldAsSuch() throws Exception {
    byte[] plain = set(0, "a").getBytes(UTF_8);
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(compressed)) {
      out.write(plain);
    }
    AtomicReference<byte[]> body = new AtomicReference<>(compressed.toByteArray());
    server.answer(exchange -> JwksServer.send(exchange, 200, body.get()));
    try (RemoteJwks keys = server.keys(ticker).build()) {
      assertThat(keys.load()).isFalse();
      assertThat(keys.health().detail()).contains("compressed (gzip)");
      body.set(plain);
      ticker.advance(Duration.ofSeconds(31));
      assertThat(keys.load()).as(keys.health().detail()).isTrue();
    }
  }

  @Test
  void TK06_discovery_comparesTheIssuer() {
    String issuer = server.uri().resolve("/realms/x").toString();
    AtomicReference<String> named = new AtomicReference<>(issuer);
    AtomicReference<String> where = new AtomicReference<>(server.uri().toString());
    AtomicReference<String> mark = new AtomicReference<>("");
    server.answer(
        exchange -> {
          boolean document =
              exchange
                  .getRequestURI()
                  .getPath()
                  .equals("/realms/x/.well-known/openid-configuration");
          String body =
              document
                  ? mark
                      + "{\"issuer\":\""
                      + named
                      + "\",\"jwks_uri\":\""
                      + where
                      + "\",\"more\":[]}"
                  : set(0, "a");
          JwksServer.send(exchange, 200, body.getBytes(UTF_8));
        });
    URI base = URI.create(issuer);
    try (RemoteJwks keys = discovered(base)) {
      assertThat(keys.load()).as(keys.health().detail()).isTrue();
      assertThat(TrustedIssuer.of(issuer, keys, ES256)).isNotNull();
      for (String other : List.of(issuer + "/", "https://other")) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> TrustedIssuer.of(other, keys, ES256))
            .withMessageContaining("publishes");
      }
    }
    mark.set("\ufeff"); // as in a set
    try (RemoteJwks keys = discovered(base)) {
      assertThat(keys.load()).as(keys.health().detail()).isTrue();
    }
    for (String other : List.of(issuer + "/", "https://other", "")) {
      named.set(other);
      try (RemoteJwks keys = discovered(base)) {
        assertThat(keys.load()).isFalse();
        assertThat(keys.health().detail()).contains("is of the issuer");
      }
    }
    named.set(issuer);
    for (String other : List.of("http://localhost/jwks", "file:///etc/passwd", "", "https:x")) {
      where.set(other);
      try (RemoteJwks keys = discovered(base)) {
        assertThat(keys.load()).as(other).isFalse();
        assertThat(keys.health().detail()).contains("jwks_uri").contains("; https is accepted");
      }
    }
  }

  /** In the time that a busy machine needs. */
  private RemoteJwks discovered(URI issuer) {
    return RemoteJwks.builder(server.client(), issuer)
        .withDiscovery()
        .withTimeout(Duration.ofSeconds(30))
        .build();
  }

  @Test
  void TK06_plainHttp_takesItsWord() throws Exception {
    HttpServer plain =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    plain.createContext(
        "/",
        exchange -> {
          try (exchange) {
            JwksServer.send(exchange, 200, set(0, "a").getBytes(UTF_8));
          }
        });
    plain.start();
    try {
      URI uri = URI.create("http://127.0.0.1:" + plain.getAddress().getPort() + "/certs");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RemoteJwks.of(client, uri))
          .withMessageContaining("plainHttpOnLoopback()");
      try (RemoteJwks keys =
          RemoteJwks.builder(client, uri)
              .plainHttpOnLoopback()
              .withTimeout(Duration.ofSeconds(30))
              .build()) {
        assertThat(keys.load()).isTrue();
        accepts(verifier(keys), token("a", 0));
      }
      for (String other :
          List.of(
              "http://example.com/",
              "http://127.0.0.1.example.com/",
              "http://localhost.example.com/",
              "ftp://localhost/",
              "http://user@localhost/")) {
        assertThatIllegalArgumentException()
            .as(other)
            .isThrownBy(
                () -> RemoteJwks.builder(client, URI.create(other)).plainHttpOnLoopback().build());
      }
      URI far = URI.create("http://example.com/jwks");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RemoteJwks.builder(client, far).plainHttpOnLoopback().build())
          .withMessage(
              "uri is http://example.com/jwks, an absolute https URI is accepted, and http of"
                  + " localhost, 127.0.0.0/8 and [::1]");
      RemoteJwks.builder(client, far).plainHttp().build().close();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RemoteJwks.of(client, URI.create("https://my_keycloak:8443/certs")))
          .withMessageContaining("underscore");
    } finally {
      plain.stop(0);
    }
  }

  @Test
  void TK06_fileThatChanges_isReadAnew() throws Exception {
    Path file = folder.resolve("jwks.json");
    try (RemoteJwks keys = RemoteJwks.builder(file).withTicker(ticker).build()) {
      JwtVerifier verifier = verifier(keys);
      refuses(verifier, token("a", 0), JwtReason.KEYS_UNAVAILABLE);
      Files.writeString(file, set(0, "a"));
      ticker.advance(Duration.ofSeconds(2));
      accepts(verifier, token("a", 0));
      Files.writeString(file, set(1, "b"));
      ticker.advance(Duration.ofSeconds(2));
      accepts(verifier, token("b", 1));
      refuses(verifier, token("a", 0), JwtReason.KEY_UNKNOWN);
      Files.writeString(file, "half a fi");
      ticker.advance(Duration.ofSeconds(40));
      refuses(verifier, token("a", 0), JwtReason.KEYS_UNAVAILABLE);
      accepts(verifier, token("b", 1));
      assertThat(keys.health().status()).isEqualTo(Health.Status.DEGRADED);
      ticker.advance(Duration.ofHours(1));
      refuses(verifier, token("b", 1), JwtReason.KEYS_UNAVAILABLE);
    }
  }

  @Test
  void TK06_sourceOfOnesOwn_hasTheRulesOfAnEndpoint() {
    AtomicInteger asked = new AtomicInteger();
    AtomicReference<JwkSource> source =
        new AtomicReference<>(() -> CompletableFuture.completedFuture(set(0, "a")));
    try (RemoteJwks keys =
        RemoteJwks.builder(
                "vault",
                () -> {
                  asked.incrementAndGet();
                  return source.get().get();
                })
            .withTicker(ticker)
            .withTimeout(Duration.ofMillis(50))
            .build()) {
      JwtVerifier verifier = verifier(keys);
      accepts(verifier, token("a", 0));
      for (int i = 0; i < 50; i++) {
        refuses(verifier, token("invented" + i, 0), JwtReason.KEY_UNKNOWN);
      }
      assertThat(asked.get()).as("one call in each interval").isEqualTo(1);
      List<JwkSource> failing =
          List.of(
              () -> {
                throw new IllegalStateException("vault is sealed");
              },
              () -> {
                throw new NoClassDefFoundError("half a client");
              },
              () -> CompletableFuture.failedFuture(new IllegalStateException("later")),
              CompletableFuture::new,
              () -> CompletableFuture.completedFuture(null),
              () -> null);
      for (JwkSource each : failing) {
        source.set(each);
        ticker.advance(Duration.ofSeconds(31));
        refuses(verifier, token("b", 1), JwtReason.KEYS_UNAVAILABLE);
        accepts(verifier, token("a", 0));
        assertThat(keys.health().status()).isEqualTo(Health.Status.DEGRADED);
      }
      source.set(() -> CompletableFuture.completedFuture(set(1, "b")));
      ticker.advance(Duration.ofSeconds(31));
      accepts(verifier, token("b", 1));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                RemoteJwks.builder("v", () -> CompletableFuture.completedFuture(""))
                    .withHeader("a", "b"));
  }

  @Test
  void TK13_retryAfter_isHeard() {
    server.answer(
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "120");
          JwksServer.send(exchange, 429, new byte[0]);
        });
    try (RemoteJwks keys = server.keys(ticker).build()) {
      assertThat(keys.load()).isFalse();
      ticker.advance(Duration.ofSeconds(119));
      assertThat(keys.load()).isFalse();
      assertThat(server.requests()).isEqualTo(1);
      server.say(set(0, "a"));
      ticker.advance(Duration.ofSeconds(1));
      assertThat(keys.load()).isTrue();
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  private static String set(int number, String keyId) {
    return "{\"keys\":[" + EcJwk.of(Keys.pair(ES256, number).getPublic(), keyId) + "]}";
  }

  private static JwtVerifier verifier(JwtKeys keys) {
    return Forge.verifier(TrustedIssuer.of(ISSUER, keys, ES256)).build();
  }

  private static String token(String keyId, int number) {
    String header = "{\"alg\":\"ES256\",\"kid\":\"" + keyId + "\"}";
    String input = Forge.base64(header) + "." + Forge.base64(GOOD);
    return input
        + "."
        + Forge.base64(Forge.sign(ES256, Keys.pair(ES256, number), input.getBytes(ISO_8859_1)));
  }
}
