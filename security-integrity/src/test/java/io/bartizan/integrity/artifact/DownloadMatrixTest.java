package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.artifact.LyingServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.integrity.Refusals;
import io.bartizan.integrity.http.RedirectTarget;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries 10 to 14, 58 to 64 and 70 of the attack matrix: downloads from a server that lies. */
class DownloadMatrixTest extends DownloadCase {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK",
        "HTTP/1.1 206 Partial\ncontent-range: bytes 99999-199999/200000",
        "HTTP/1.1 206 Partial\ncontent-range: bytes 0-199999/200000",
        "HTTP/1.1 206 Partial",
        "HTTP/1.1 206 Partial\ncontent-range: bytes 100000-199999/*",
        "HTTP/1.1 206 Partial\ncontent-range: bytes 100000-199999/200001",
        "HTTP/1.1 206 Partial\netag: \"v2\"\ncontent-range: bytes 100000-199999/200000",
        "HTTP/1.1 416 Range"
      })
  void N58_answerThatIsNotTheRest_startsFromZero(String answer) throws Exception {
    breakAt(100_000, TAG);
    boolean whole = answer.contains("200 OK");
    int from = whole ? 0 : 100_000;
    server.then(say(answer + "\ncontent-length: " + (SIZE - from), GOOD, from, SIZE - from));
    server.then(say(OK + TAG, GOOD, 0, SIZE));
    fetchAndCompare();
    assertThat(server.requests().get(1)).contains("Range: bytes=100000-", "If-Range: \"v1\"");
    assertThat(server.requests()).hasSize(whole ? 2 : 3);
  }

  @Test
  void N58_weakOrMissingTag_isNotResumed() throws Exception {
    breakAt(100_000, "\netag: W/\"v1\"");
    server.then(say(OK, GOOD, 0, SIZE));
    fetchAndCompare();
    assertThat(server.requests().get(1)).noneMatch(line -> line.startsWith("Range"));
  }

  @Test
  void N59_rest_isResumedAndAWrongPrefixRestartsOnce() throws Exception {
    String rest = "HTTP/1.1 206 Partial\ncontent-range: bytes 100000-199999/200000" + TAG;
    breakAt(100_000, TAG);
    server.then(say(rest + "\ncontent-length: 100000", GOOD, 100_000, 100_000));
    fetchAndCompare();
    assertThat(server.requests()).hasSize(2);

    Files.delete(target);
    server.requests().clear();
    byte[] other = GOOD.clone();
    other[5] ^= 1;
    server.then(say(OK + TAG, other, 0, 100_000));
    server.then(say(rest + "\ncontent-length: 100000", GOOD, 100_000, 100_000));
    server.then(say(OK + TAG, GOOD, 0, SIZE));
    skipFirst();
    fetchAndCompare();
  }

  @Test
  void N60_loginPage_isRefusedAndNothingIsAtTheName() throws Exception {
    byte[] page = "<html>Please log in</html>".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    server.then(say("HTTP/1.1 200 OK\ncontent-type: text/html", page, 0, page.length));
    refused(ArtifactReason.CONNECTION_CLOSED);
    server.then(say("HTTP/1.1 200 OK\ncontent-length: 26", page, 0, page.length));
    skipFirst();
    refused(ArtifactReason.SIZE_MISMATCH);
    server.then(say("HTTP/1.1 404 Not Found\ncontent-length: 26", page, 0, page.length));
    skipFirst();
    refused(ArtifactReason.STATUS_UNEXPECTED);
    assertThat(target).doesNotExist();
  }

  @Test
  void N61_redirects_areFollowedButNotToEverything() throws Exception {
    server.then(say("HTTP/1.1 302 Found\nlocation: /there\ncontent-length: 0", GOOD, 0, 0));
    server.then(say(OK, GOOD, 0, SIZE));
    fetchAndCompare();
    assertThat(server.requests().get(1).get(0)).startsWith("GET /there ");
    Files.delete(target);
    for (String to :
        new String[] {
          "file:///etc/passwd", "ftp://x/", "", "http://%", "/loop", "http://localhost/"
        }) {
      server.then(say("HTTP/1.1 301 Moved\nlocation: " + to + "\ncontent-length: 0", GOOD, 0, 0));
      skipFirst();
      refused(ArtifactReason.REDIRECT_REFUSED);
    }
    assertThat(target).doesNotExist();
  }

  @Test
  void N61_redirectFromHttpsToHttp_isRefused() {
    URI from = URI.create("https://a/x");
    assertThat(RedirectTarget.of(from, "//b/y", ArtifactReason.REDIRECT_REFUSED))
        .isEqualTo(URI.create("https://b/y"));
    for (String to : new String[] {"http://a/x", "HTTP://b/", "http:/x", "javascript:x"}) {
      Refusals.refused(
          ArtifactReason.REDIRECT_REFUSED,
          () -> RedirectTarget.of(from, to, ArtifactReason.REDIRECT_REFUSED));
    }
  }

  @Test
  void N62_encodedBody_isNeitherAskedForNorDecoded() throws Exception {
    server.then(say(OK + "\ncontent-encoding: gzip", bytes(SIZE - 1), 0, SIZE - 1));
    server.then(say(OK + "\ncontent-encoding: gzip", new byte[SIZE], 0, SIZE));
    assertThat(refused(ArtifactReason.CONTENT_ENCODED)).contains("gzip", "digest-mismatch");
    assertThat(server.requests().get(0)).contains("Accept-Encoding: identity");
  }

  @ParameterizedTest
  @ValueSource(longs = {SIZE - 1, SIZE + 1, 999_999_999_999_999_999L, 0})
  void N63_announcedSizeIsAnother_isRefusedBeforeTheBody(long size) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    server.then(
        (request, out) -> {
          say("HTTP/1.1 200 OK\ncontent-length: " + size, GOOD, 0, 0).answer(request, out);
          out.flush();
          if (size > 0) {
            never.await();
          }
        });
    refused(ArtifactReason.SIZE_MISMATCH);
    never.countDown();
  }

  @Test
  void N64_brokenBody_saysWhereItBroke() throws Exception {
    server.then(
        (request, out) -> {
          say("HTTP/1.1 200 OK\ntransfer-encoding: chunked", GOOD, 0, 0).answer(request, out);
          out.write("3e8\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
          out.write(GOOD, 0, 500);
        });
    assertThat(refused(ArtifactReason.CONNECTION_CLOSED)).contains("of 200000");
    server.then(say(OK, GOOD, 0, 1_234));
    skipFirst();
    assertThat(refused(ArtifactReason.CONNECTION_CLOSED)).contains("closed at 1234 of 200000");
    server.then(say("HTTP/1.0 200 OK", GOOD, 0, 1_000));
    skipFirst();
    assertThat(refused(ArtifactReason.CONNECTION_CLOSED)).contains("closed at 1000 of 200000");
  }

  @Test
  void N70_mirrors_areTriedInOrderAndEachIsReported() throws Exception {
    byte[] evil = bytes(SIZE - 1);
    try (LyingServer bad = LyingServer.start();
        LyingServer dead = LyingServer.start()) {
      URI closed = dead.uri("/");
      dead.close();
      bad.then(say(OK, Arrays.copyOf(evil, SIZE), 0, SIZE));
      server.then(say(OK, GOOD, 0, SIZE));
      try (VerifiedFile file =
          downloads(2).fetch(List.of(bad.uri("/"), closed, server.uri("/")), EXPECTED, target)) {
        assertThat(file.readAllBytes()).isEqualTo(GOOD);
      }
      Files.delete(target);
      assertThatThrownBy(() -> downloads(2).fetch(List.of(closed, bad.uri("/")), EXPECTED, target))
          .isInstanceOfSatisfying(
              DownloadException.class,
              e -> {
                assertThat(e.reason()).isEqualTo(ArtifactReason.CONNECTION_FAILED);
                assertThat(e.attempts()).hasSize(3);
                assertThat(e.attempts().get(1)).contains(Digest.sha256Of(GOOD).oci());
                assertThat(e.getMessage()).contains("; " + e.attempts().get(1) + "; ");
              });
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void N10_serverThatStalls_isGivenUp() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    server.then(
        (request, out) -> {
          say(OK, GOOD, 0, 1_000).answer(request, out);
          out.flush();
          never.await();
        });
    Downloads hasty =
        Downloads.builder(LyingServer.client())
            .withStallTimeout(Duration.ofMillis(200))
            .withAttempts(1)
            .build();
    assertThatThrownBy(() -> hasty.fetch(List.of(server.uri("/")), EXPECTED, target))
        .hasMessageContaining("stalled");
    never.countDown();
  }

  @Test
  void N11_interrupt_cancels() {
    server.then(say(OK, GOOD, 0, SIZE));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> fetch(target, EXPECTED)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(target).doesNotExist();
  }

  @Test
  void N14_moreThanTheLargestSize_isRefused() throws Exception {
    Expected bounded = Expected.of(Digest.sha256Of(GOOD)).withMaxSize(SIZE - 1);
    server.then(say("HTTP/1.1 200 OK", GOOD, 0, SIZE));
    assertThatThrownBy(() -> fetch(target, bounded)).hasMessageContaining("too-large");
    server.then(say(OK, GOOD, 0, SIZE));
    skipFirst();
    assertThatThrownBy(() -> fetch(target, bounded)).hasMessageContaining("too-large");
    assertThat(names()).isEmpty();
  }

  @Test
  void misuse_isRefused() {
    List<URI> file = List.of(URI.create("file:///etc/passwd"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> downloads(2).fetch(file, EXPECTED, target));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> downloads(2).fetch(List.of(), EXPECTED, target));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fetch(target, Expected.of(Digest.sha256Of(GOOD))));
    HttpClient follows =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();
    assertThatIllegalArgumentException().isThrownBy(() -> Downloads.of(follows));
  }
}
