package io.bartizan.integrity.attest;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.attest.HostileRegistry.answer;
import static io.bartizan.integrity.attest.HostileRegistry.redirect;
import static io.bartizan.integrity.attest.HostileRegistry.send;
import static io.bartizan.integrity.attest.LayoutFolder.described;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.attest.oci.Descriptor;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.oci.OciReason;
import io.bartizan.integrity.attest.oci.OciRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A registry that lies, floods, stalls and fishes for passwords. */
@Timeout(120)
class HostileRegistryIT {

  private static final Signer ALICE = Signer.ecdsa();
  private static final String PASSWORD = "s3cret";

  @TempDir private Path folder;
  @TempDir private Path elsewhere;
  private final CosignVerifier cosign = CosignVerifier.of(SignerKeys.anyOf(ALICE.key));
  private HostileRegistry registry;
  private HostileRegistry other;
  private Digest digest;
  private ImageReference image;
  private Digest layer;
  private final byte[] content = bytes(5_000);

  @BeforeEach
  void start() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    LayoutFolder unused = new LayoutFolder(elsewhere);
    registry = new HostileRegistry(folder);
    other = new HostileRegistry(elsewhere);
    layer = layout.blob(content);
    digest =
        layout.listed(
            Descriptor.MANIFEST,
            LayoutFolder.manifest(List.of(described("layer", layer, content.length)), null),
            Map.of("org.opencontainers.image.ref.name", "1"));
    image = registry.image(digest);
    layout.referrer(digest, ALICE.imageBundle(digest));
  }

  @AfterEach
  void stop() {
    registry.close();
    other.close();
  }

  @Test
  void HR01_wrongBytes_areRefusedWhateverTheHeadersSay() throws Exception {
    verified(registry.source());
    byte[] wrong = content.clone();
    wrong[17] ^= 1;
    registry.answers(
        "blobs/" + layer,
        exchange -> {
          exchange.getResponseHeaders().set("Docker-Content-Digest", layer.oci());
          send(exchange, 200, "x", wrong);
        });
    refused(OciReason.BLOB_MISMATCH, () -> verified(registry.source()));
    registry.answers("manifests/" + digest, answer(200, Descriptor.MANIFEST, new byte[] {'{'}));
    refused(OciReason.BLOB_MISMATCH, () -> verified(registry.source()));
  }

  @Test
  void HR02_endlessAndHugeBodies_areGivenUp() throws Exception {
    AtomicInteger chunks = new AtomicInteger();
    HttpHandler endless =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", Descriptor.INDEX);
          exchange.sendResponseHeaders(200, 0);
          while (true) {
            exchange.getResponseBody().write(new byte[64 * 1024]);
            chunks.incrementAndGet();
          }
        };
    registry.answers("blobs/" + layer, endless);
    refused(OciReason.BLOB_MISMATCH, () -> verified(registry.source()));
    registry.answers("manifests/1", endless);
    refused(OciReason.TOO_LARGE, () -> registry.source().build().resolve("1"));
    registry.answers("manifests/" + digest, endless);
    refused(OciReason.BLOB_MISMATCH, () -> verified(registry.source()));
    registry.answers("referrers/" + digest, endless);
    refused(AttestReason.SIGNATURE_INVALID, () -> verified(registry.source()));
    assertThat(chunks.get()).as("pieces of 64 KiB that were taken").isLessThan(2_000);
  }

  @Test
  void HR03_aDigestThatTheHeaderLiesAbout_isRefused() throws Exception {
    Digest lie = Digest.sha256Of(new byte[3]);
    for (String said : List.of(lie.oci(), "sha256:xyz", "md5:" + "0".repeat(32), "x")) {
      registry.answers(
          "manifests/2",
          exchange -> {
            exchange.getResponseHeaders().set("Docker-Content-Digest", said);
            send(exchange, 200, Descriptor.MANIFEST, "{}".getBytes(UTF_8));
          });
      refused(
          said.equals(lie.oci()) ? OciReason.BLOB_MISMATCH : OciReason.ANSWER_UNEXPECTED,
          () -> registry.source().build().resolve("2"));
    }
  }

  @Test
  void HR04_encodedBodies_areNeverDecoded() throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(content);
    }
    registry.answers("blobs/" + layer, encoded(zipped.toByteArray()));
    assertThat(refused(OciReason.BLOB_MISMATCH, () -> verified(registry.source())))
        .contains("content encoding \"gzip\"");
    registry.answers("blobs/" + layer, encoded(content)); // the bytes count, not the field
    verified(registry.source());
    registry.answers("manifests/1", encoded(zipped.toByteArray()));
    refused(OciReason.ANSWER_UNEXPECTED, () -> registry.source().build().resolve("1"));
  }

  private static HttpHandler encoded(byte[] body) {
    return exchange -> {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      send(exchange, 200, "x", body);
    };
  }

  @Test
  void HR05_redirects_areFollowedButTakeNoToken() throws Exception {
    wantToken(registry, "http://" + registry.host() + "/token");
    other.answersAt("/blob", answer(200, "x", content));
    other.answersAt("/back", redirect("http://" + registry.host() + "/again"));
    registry.answersAt("/again", answer(200, "x", content));
    for (String target : List.of("/blob", "/back")) {
      registry.asked.clear();
      registry.answers(
          "blobs/" + layer,
          exchange -> {
            if (exchange.getRequestHeaders().getFirst("Authorization") == null) {
              challenge(exchange, "http://" + registry.host() + "/token");
            } else {
              redirect("http://" + other.host() + target).handle(exchange);
            }
          });
      verified(withPassword());
    }
    assertThat(other.asked).hasSize(2).allMatch(asked -> asked.authorization().isEmpty());
    assertThat(registry.asked)
        .filteredOn(asked -> asked.path().equals("/again"))
        .hasSize(1)
        .allMatch(asked -> asked.authorization().isEmpty());
    assertThat(registry.asked)
        .filteredOn(asked -> asked.path().contains("/blobs/" + layer))
        .anyMatch(asked -> asked.authorization().equals("Bearer good"));
  }

  @Test
  void HR06_redirectsThatGoOnOrNowhere_areRefused() throws Exception {
    for (String location :
        List.of(
            "http://" + registry.host() + "/v2/team/app/blobs/" + layer,
            "ftp://x/y",
            "",
            "http://user:pw@" + other.host() + "/blob",
            "http://registry.example/plain")) {
      registry.answers("blobs/" + layer, redirect(location));
      refused(OciReason.REDIRECT_REFUSED, () -> verified(registry.source()));
    }
    other.answersAt("/login", exchange -> challenge(exchange, "http://" + other.host() + "/t"));
    registry.answers("blobs/" + layer, redirect("http://" + other.host() + "/login"));
    refused(OciReason.AUTHENTICATION_REFUSED, () -> verified(withPassword()));
    assertThat(other.paths()).containsOnly("/login"); // nobody but the registry is logged in to
  }

  @Test
  void HR07_bearerTokens_areFetchedOnceAndForPullingAlone() throws Exception {
    wantToken(registry, "http://" + registry.host() + "/token?x=1");
    refused(OciReason.AUTHENTICATION_REFUSED, () -> verified(registry.source()));
    verified(withPassword());
    List<HostileRegistry.Asked> fetched =
        registry.asked.stream()
            .filter(asked -> asked.path().startsWith("/token"))
            .filter(asked -> !asked.authorization().isEmpty())
            .toList();
    assertThat(fetched).hasSize(1);
    assertThat(fetched.get(0).path())
        .isEqualTo("/token?x=1&service=our+service&scope=repository%3Ateam%2Fapp%3Apull");
    assertThat(fetched.get(0).authorization()).startsWith("Basic ");
  }

  @Test
  void HR08_aTokenServerElsewhere_getsNoPasswordFromAPlainRegistry() throws Exception {
    String realm = "http://localhost:" + other.port() + "/token"; // another host than 127.0.0.1
    other.answersAt("/token", exchange -> token(exchange, "good"));
    wantToken(registry, realm);
    refused(OciReason.AUTHENTICATION_REFUSED, () -> verified(withPassword()));
    assertThat(other.asked).isEmpty();
    for (String bad :
        List.of(
            "http://registry.example/token",
            "ftp://127.0.0.1/token",
            "/token",
            "http://u:p@127.0.0.1/token",
            "http:// /",
            "http://127.0.0.1/token#x")) {
      wantToken(registry, bad);
      refused(OciReason.AUTHENTICATION_REFUSED, () -> verified(withPassword()));
    }
  }

  @Test
  void HR09_tokensThatAreNone_areRefused() throws Exception {
    wantToken(registry, "http://" + registry.host() + "/token");
    for (String json :
        List.of(
            "{}",
            "{\"token\":\"a\\r\\nX-Evil: 1\"}",
            "{\"token\":\"a\",\"token\":\"b\"}",
            "{\"token\":7}",
            "[]",
            "{\"token\":\"a\",\"expires_in\":-1}")) {
      registry.answersAt("/token", answer(200, "application/json", json.getBytes(UTF_8)));
      refused(OciReason.AUTHENTICATION_REFUSED, () -> verified(withPassword()));
    }
    registry.answersAt("/token", answer(200, "application/json", new byte[300_000]));
    refused(OciReason.AUTHENTICATION_REFUSED, () -> verified(withPassword()));
    registry.answersAt("/token", redirect("http://" + other.host() + "/token"));
    refused(OciReason.AUTHENTICATION_REFUSED, () -> verified(withPassword()));
    assertThat(other.asked).isEmpty();
    registry.answersAt("/token", exchange -> token(exchange, "bad"));
    refused(OciReason.AUTHENTICATION_REFUSED, () -> verified(withPassword()));
  }

  /** What token servers that are in use write. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"token\":\"\",\"access_token\":\"T\"",
        "\"token\":null,\"access_token\":\"T\"",
        "\"token\":\"T\",\"expires_in\":null",
        "\"token\":\"T\",\"expires_in\":3600.0"
      })
  void HR09_tokensBesideMembersWithoutAValue_areTaken(String members) throws Exception {
    wantToken(registry, "http://" + registry.host() + "/token");
    registry.answersAt(
        "/token",
        answer(
            200,
            "application/json",
            ("{" + members.replace("\"T\"", "\"good\"") + "}").getBytes(UTF_8)));
    verified(withPassword());
  }

  @Test
  void HR10_basicScheme_isForTheRegistryItself() throws Exception {
    registry.answers(
        "manifests/1",
        exchange -> {
          String sent = exchange.getRequestHeaders().getFirst("Authorization");
          if (sent == null) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
            exchange.sendResponseHeaders(401, -1);
          } else {
            send(exchange, 200, Descriptor.MANIFEST, sent.getBytes(UTF_8));
          }
        });
    assertThat(withPassword().build().resolve("1").requireDigest())
        .isEqualTo(Digest.sha256Of("Basic Ym90OnMzY3JldA==".getBytes(UTF_8)));
    refused(OciReason.AUTHENTICATION_REFUSED, () -> registry.source().build().resolve("1"));
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 504, 408})
  void HR11_laterMeansLater_withinBounds(int status) throws Exception {
    AtomicInteger asked = new AtomicInteger();
    HttpHandler twice =
        exchange -> {
          if (asked.incrementAndGet() <= 2) {
            exchange.getResponseHeaders().set("Retry-After", "0");
            exchange.sendResponseHeaders(status, -1);
          } else {
            send(exchange, 200, "x", content);
          }
        };
    registry.answers("blobs/" + layer, twice);
    verified(registry.source());
    assertThat(asked.get()).isEqualTo(3);
    asked.set(0);
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> verified(registry.source().withAttempts(2)));
    assertThat(asked.get()).isEqualTo(2);
    registry.answers(
        "blobs/" + layer,
        exchange -> {
          asked.incrementAndGet();
          exchange.getResponseHeaders().set("Retry-After", "86400");
          exchange.sendResponseHeaders(status, -1);
        });
    asked.set(0);
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> verified(registry.source()));
    assertThat(asked.get()).as("asked again after a day is asked for").isEqualTo(1);
  }

  @Test
  void HR12_silenceAndBreaks_areTriedAgainAndThenRefused() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    registry.answers(
        "blobs/" + layer,
        exchange -> {
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content, 0, 100);
          exchange.getResponseBody().flush();
          if (asked.incrementAndGet() == 3) {
            exchange.getResponseBody().write(content, 100, content.length - 100);
          } // else the connection breaks
        });
    verified(registry.source());
    registry.answers(
        "manifests/1",
        exchange -> {
          try {
            new java.util.concurrent.CountDownLatch(1)
                .await(20, java.util.concurrent.TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    OciRegistry patient =
        registry.source().withTimeout(Duration.ofMillis(200)).withAttempts(2).build();
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> patient.resolve("1"));
    HostileRegistry gone = new HostileRegistry(elsewhere);
    gone.close();
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> gone.source().build().resolve("1"));
  }

  @Test
  void HR13_aRegistryThatIsDown_isNotTakenForUnsigned() throws Exception {
    registry.answers("referrers/" + digest, answer(503, "x", new byte[0]));
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> verified(registry.source()));
    refused(
        OciReason.REGISTRY_UNAVAILABLE,
        () -> cosign.verifySignatureOnly(registry.source().build(), image));
  }

  @Test
  void HR13_aSignatureUnderItsTag_countsWhereReferrersCantBeRead() throws Exception {
    LayoutFolder layout = new LayoutFolder(folder);
    layout.listed(described(Descriptor.MANIFEST, digest, 400));
    layout.classic(digest, ALICE, Signer.simpleSigning("app", digest));
    registry.answers("referrers/" + digest, answer(503, "x", new byte[0]));
    assertThat(cosign.verifySignatureOnly(registry.source().build(), image).signers())
        .containsExactly(ALICE.key);
    CosignVerifier two =
        CosignVerifier.of(SignerKeys.threshold(2, List.of(ALICE.key, Signer.ed25519().key)));
    refused(
        OciReason.REGISTRY_UNAVAILABLE,
        () -> two.verifySignatureOnly(registry.source().build(), image));
    layout.attestation(digest, ALICE.signed(Signer.statement("x", digest)));
    StatementVerifier both =
        StatementVerifier.of(
            SignerKeys.threshold(2, List.of(ALICE.key, Signer.ed25519().key)), "x");
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> both.verify(registry.source().build(), image));
  }

  @Test
  void HR13_aTagOfSignaturesThatCantBeRead_isNotPassedOver() throws Exception {
    String tag = "manifests/sha256-" + digest.hex() + ".sig";
    registry.answers(tag, answer(404, "x", new byte[0]));
    verified(registry.source());
    registry.answers(tag, answer(503, "x", new byte[0]));
    refused(OciReason.REGISTRY_UNAVAILABLE, () -> verified(registry.source()));
    registry.answers(tag, answer(403, "x", new byte[0]));
    refused(OciReason.AUTHENTICATION_REFUSED, () -> verified(registry.source()));
  }

  @Test
  void HR19_tagsThatNoRegistryCanHave_areNotAskedFor() throws Exception {
    Digest large = Digest.compute(DigestAlgorithm.SHA_512, content);
    assertThat(registry.source().build().listed(large, passedOver -> {})).isEmpty();
    assertThat(registry.paths())
        .isNotEmpty()
        .noneMatch(path -> path.contains("/manifests/sha512-") && path.contains(".s"));
  }

  @Test
  void HR14_pagesOfReferrers_areReadToABound() throws Exception {
    String path = "/v2/team/app/referrers/" + digest.oci();
    byte[] none = HostileRegistry.index(List.of());
    AtomicInteger pages = new AtomicInteger();
    registry.answers(
        "referrers/" + digest, page(none, () -> path + "?n=" + pages.incrementAndGet()));
    refused(AttestReason.SIGNATURE_INVALID, () -> verified(registry.source()));
    assertThat(pages.get()).isEqualTo(OciRegistry.MAX_PAGES);
    pages.set(0);
    registry.answers("referrers/" + digest, page(none, () -> path)); // a loop
    refused(AttestReason.SIGNATURE_INVALID, () -> verified(registry.source()));
    for (String away :
        List.of(
            "http://" + other.host() + path,
            "http://u:p@" + registry.host() + path,
            "/v2/other/secret/manifests/1",
            "file:///etc/passwd")) {
      registry.answers("referrers/" + digest, page(none, () -> away));
      refused(AttestReason.SIGNATURE_INVALID, () -> verified(registry.source()));
    }
    assertThat(other.asked).isEmpty();
    assertThat(registry.paths()).noneMatch(each -> each.contains("secret"));
  }

  @Test
  void HR15_theGoodOneOnTheNextPage_isFound() throws Exception {
    registry.answers(
        "referrers/" + digest,
        exchange -> {
          if (exchange.getRequestURI().getQuery() != null) {
            registry.honest(exchange);
            return;
          }
          String next = exchange.getRequestURI() + "?last=x";
          page(HostileRegistry.index(List.of()), () -> next).handle(exchange);
        });
    assertThat(verified(registry.source()).signers()).containsExactly(ALICE.key);
  }

  @Test
  void HR16_aFloodOfReferrers_isBounded() throws Exception {
    List<Object> flood = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      flood.add(described(Descriptor.MANIFEST, Digest.sha256Of(new byte[i]), 400));
    }
    AtomicInteger pages = new AtomicInteger();
    String path = "/v2/team/app/referrers/" + digest.oci();
    registry.answers(
        "referrers/" + digest,
        page(HostileRegistry.index(flood), () -> path + "?n=" + pages.incrementAndGet()));
    refused(AttestReason.SIGNATURE_INVALID, () -> verified(registry.source()));
    assertThat(pages.get()).isEqualTo(2);
    assertThat(registry.asked.size()).isLessThan(1_100);
  }

  @Test
  void HR17_anIndexThatListsItself_isRefused() throws Exception {
    // No bytes can have their own digest: the loop is a registry that answers alike for both.
    byte[] index = HostileRegistry.index(List.of(described(Descriptor.INDEX, digest, 400)));
    Digest outer = Digest.sha256Of(index);
    registry.answers("manifests/" + outer, answer(200, Descriptor.INDEX, index));
    registry.answers("manifests/" + digest, answer(200, Descriptor.INDEX, index));
    refused(OciReason.BLOB_MISMATCH, () -> registry.source().build().verifyContent(outer));
  }

  @Test
  void HR18_statusesThatAreNoSuccess_areToldAsWhatTheyAre() throws Exception {
    registry.answers("manifests/1", answer(403, "x", new byte[0]));
    refused(OciReason.AUTHENTICATION_REFUSED, () -> registry.source().build().resolve("1"));
    for (int status : new int[] {204, 206, 300, 304, 400, 405, 418, 501}) {
      registry.answers("manifests/1", answer(status, "x", new byte[0]));
      refused(OciReason.ANSWER_UNEXPECTED, () -> registry.source().build().resolve("1"));
    }
    for (int status : new int[] {400, 404, 405, 501, 200}) { // 200 with a page for people
      registry.answers("referrers/" + digest, answer(status, "text/html", new byte[0]));
      refused(AttestReason.UNSIGNED, () -> verified(registry.source()));
    }
  }

  private static HttpHandler page(byte[] json, java.util.function.Supplier<String> next) {
    return exchange -> {
      exchange.getResponseHeaders().set("Link", "<" + next.get() + ">; rel=\"next\"");
      send(exchange, 200, Descriptor.INDEX, json);
    };
  }

  @CanIgnoreReturnValue
  private VerifiedImage verified(OciRegistry.Builder source) throws IOException {
    return cosign.verify(source.build(), image);
  }

  private OciRegistry.Builder withPassword() {
    return registry.source().withCredentials("bot", () -> PASSWORD);
  }

  /** Every path of the repository wants the token "good" from now on. */
  private void wantToken(HostileRegistry where, String realm) {
    where.gate =
        exchange -> {
          if ("Bearer good".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return true;
          }
          challenge(exchange, realm);
          return false;
        };
    where.answersAt("/token", exchange -> token(exchange, "good"));
  }

  private static void challenge(HttpExchange exchange, String realm) throws IOException {
    exchange
        .getResponseHeaders()
        .set(
            "WWW-Authenticate",
            "Bearer realm=\""
                + realm
                + "\",service=\"our service\",scope=\"repository:other:pull,push\"");
    exchange.sendResponseHeaders(401, -1);
  }

  private static void token(HttpExchange exchange, String token) throws IOException {
    boolean known =
        ("Basic " + Signer.base64(("bot:" + PASSWORD).getBytes(UTF_8)))
            .equals(exchange.getRequestHeaders().getFirst("Authorization"));
    byte[] json = ("{\"access_token\":\"" + token + "\",\"expires_in\":300}").getBytes(UTF_8);
    send(exchange, known ? 200 : 401, "application/json", known ? json : new byte[0]);
  }
}
