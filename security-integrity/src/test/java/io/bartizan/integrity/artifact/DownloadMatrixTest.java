package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.artifact.LyingServer.say;
import static io.bartizan.integrity.artifact.Refusals.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries 58 to 70 of the attack matrix: downloads from a server that lies. */
class DownloadMatrixTest {

  private static final int SIZE = 200_000;
  private static final byte[] GOOD = bytes(SIZE);
  private static final byte[] OLD = bytes(10);
  private static final Expected EXPECTED = Expected.of(Digest.sha256Of(GOOD)).withSize(SIZE);
  private static final String TAG = "\netag: \"v1\"";
  private static final String OK = "HTTP/1.1 200 OK\ncontent-length: " + SIZE;

  @TempDir Path directory;
  private LyingServer server;
  private Path target;

  @BeforeEach
  void start() throws Exception {
    server = LyingServer.start();
    target = directory.resolve("target");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

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
    assertThat(DownloadAttempt.redirected(from, "//b/y")).isEqualTo(URI.create("https://b/y"));
    for (String to : new String[] {"http://a/x", "HTTP://b/", "http:/x", "javascript:x"}) {
      Refusals.refused(ArtifactReason.REDIRECT_REFUSED, () -> DownloadAttempt.redirected(from, to));
    }
  }

  @Test
  void N62_encodedBody_isRefused() throws Exception {
    server.then(say(OK + "\ncontent-encoding: gzip", GOOD, 0, SIZE));
    refused(ArtifactReason.CONTENT_ENCODED);
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
  void N65_diskThatFails_leavesTheOldFile() throws Exception {
    Files.write(target, OLD);
    server.then(say(OK, GOOD, 0, SIZE));
    Path gone = directory.resolve("gone");
    assertThatIllegalArgumentException().isThrownBy(() -> fetch(gone.resolve("x"), EXPECTED));
    Path occupied = Files.createDirectory(directory.resolve("occupied"));
    Files.write(occupied.resolve("x"), OLD);
    assertThatThrownBy(() -> fetch(occupied, EXPECTED)).isInstanceOf(IOException.class);
    assertThat(names()).containsExactly("occupied", "target");
    assertThat(target).hasBinaryContent(OLD);
  }

  @Test
  void N65_renamingThatFails_isForgivenWhereTheRightFileIsThere() throws Exception {
    server.then(say(OK, GOOD, 0, SIZE));
    for (byte[] winner : new byte[][] {GOOD, OLD}) {
      Files.deleteIfExists(target);
      ProgressListener rival =
          new ProgressListener() {
            @Override
            public void advanced(String name, long bytes) {
              try {
                Files.write(target, winner);
                for (String part : names()) {
                  if (part.endsWith(".part")) {
                    Files.deleteIfExists(directory.resolve(part));
                  }
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            }
          };
      Downloads raced = Downloads.of(LyingServer.client()).withListener(rival).build();
      if (winner == GOOD) {
        try (VerifiedFile file = raced.fetch(List.of(server.uri("/")), EXPECTED, target)) {
          assertThat(file.readAllBytes()).isEqualTo(GOOD);
        }
      } else {
        assertThatThrownBy(() -> raced.fetch(List.of(server.uri("/")), EXPECTED, target))
            .isInstanceOf(java.nio.file.FileSystemException.class);
      }
      assertThat(target).hasBinaryContent(winner);
      assertThat(names()).containsExactly("target");
    }
  }

  @Test
  void N65_otherFileSystem_isNoPlaceToMoveTo() throws Exception {
    Path elsewhere = Path.of("/dev/shm");
    org.junit.jupiter.api.Assumptions.assumeTrue(
        Files.isWritable(elsewhere)
            && !Files.getFileStore(elsewhere).equals(Files.getFileStore(directory)));
    Path there = Files.createTempFile(elsewhere, "bartizan", ".tmp");
    try {
      Files.write(there, OLD);
      Path file = Files.write(directory.resolve("f"), GOOD);
      try (VerifiedFile copy = Artifacts.verifyCopy(file, Digest.sha256Of(GOOD), directory)) {
        assertThatThrownBy(() -> copy.moveTo(there))
            .isInstanceOf(java.nio.file.AtomicMoveNotSupportedException.class);
        assertThat(copy.readAllBytes()).isEqualTo(GOOD);
      }
      assertThat(there).hasBinaryContent(OLD);
      assertThat(names()).containsExactly("f");
    } finally {
      Files.delete(there);
    }
  }

  @Test
  void N66_crashBeforeTheRename_isResumedWithoutTheNetwork() throws Exception {
    breakAt(100_000, TAG);
    String part = names().stream().filter(name -> name.endsWith(".part")).findFirst().orElseThrow();
    Files.write(directory.resolve(part), GOOD);
    int before = server.requests().size();
    fetchAndCompare();
    assertThat(server.requests()).hasSize(before);
  }

  @Test
  void N67_target_isReplacedOnlyWhereItIsWrong() throws Exception {
    server.then(say(OK, GOOD, 0, SIZE));
    Files.write(target, GOOD);
    fetchAndCompare();
    assertThat(server.requests()).isEmpty();
    Files.write(target, OLD);
    fetchAndCompare();
    assertThat(server.requests()).hasSize(1);
    Path victim = Files.write(directory.resolve("victim"), OLD);
    Files.delete(target);
    Files.createSymbolicLink(target, victim);
    fetchAndCompare();
    assertThat(victim).hasBinaryContent(OLD);
    assertThat(target).isRegularFile();
  }

  @RepeatedTest(10)
  void N68_manyAtOnce_allSucceed() throws Exception {
    server.then(say(OK + TAG, GOOD, 0, SIZE));
    var threads = Executors.newFixedThreadPool(6);
    try {
      Callable<byte[]> one =
          () -> {
            try (VerifiedFile file = fetch(target, EXPECTED)) {
              return file.readAllBytes();
            }
          };
      for (var result : threads.invokeAll(java.util.Collections.nCopies(12, one))) {
        assertThat(result.get()).isEqualTo(GOOD);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(names()).containsExactly("target");
  }

  @Test
  void N69_plantedPartFile_isNotUsed() throws Exception {
    Path victim = Files.write(directory.resolve("victim"), OLD);
    String stem = ".target." + Digest.sha256Of(GOOD).hex().substring(0, 16);
    Path part = directory.resolve(stem + ".part");
    server.then(say(OK + TAG, GOOD, 0, SIZE));
    Files.createSymbolicLink(part, victim);
    fetchAndCompare();
    assertThat(victim).hasBinaryContent(OLD);
    Files.delete(part);
    Files.delete(target);
    Files.write(part, OLD);
    Files.setPosixFilePermissions(
        part, java.nio.file.attribute.PosixFilePermissions.fromString("rw-rw-rw-"));
    fetchAndCompare();
    assertThat(part).hasBinaryContent(OLD);
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
          downloads().fetch(List.of(bad.uri("/"), closed, server.uri("/")), EXPECTED, target)) {
        assertThat(file.readAllBytes()).isEqualTo(GOOD);
      }
      Files.delete(target);
      assertThatThrownBy(() -> downloads().fetch(List.of(closed, bad.uri("/")), EXPECTED, target))
          .isInstanceOfSatisfying(
              DownloadException.class,
              e -> {
                assertThat(e.reason()).isEqualTo(ArtifactReason.DIGEST_MISMATCH);
                assertThat(e.attempts()).hasSize(3);
                assertThat(e.attempts().get(2)).contains(Digest.sha256Of(GOOD).oci());
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
        Downloads.of(LyingServer.client())
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
        .isThrownBy(() -> downloads().fetch(file, EXPECTED, target));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> downloads().fetch(List.of(), EXPECTED, target));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fetch(target, Expected.of(Digest.sha256Of(GOOD))));
    HttpClient follows =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();
    assertThatIllegalArgumentException().isThrownBy(() -> Downloads.of(follows));
  }

  /** Leaves a part file of this length behind, as a crash or a lost connection does. */
  private void breakAt(int length, String tag) throws Exception {
    server.then(say(OK + tag, GOOD, 0, length));
    Downloads once = Downloads.of(LyingServer.client()).withAttempts(1).build();
    assertThatThrownBy(() -> once.fetch(List.of(server.uri("/")), EXPECTED, target))
        .hasMessageContaining("connection closed at " + length + " of " + SIZE);
    assertThat(target).doesNotExist();
    server.skipScript();
  }

  private void skipFirst() {
    server.skipScript();
  }

  @com.google.errorprone.annotations.CanIgnoreReturnValue
  private String refused(ArtifactReason reason) throws Exception {
    byte[] before = Files.exists(target) ? Files.readAllBytes(target) : null;
    String[] message = {""};
    assertThatThrownBy(() -> fetch(target, EXPECTED))
        .isInstanceOfSatisfying(
            DownloadException.class,
            e -> {
              assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
              message[0] = e.getMessage();
            });
    assertThat(Files.exists(target) ? Files.readAllBytes(target) : null).isEqualTo(before);
    return message[0];
  }

  private void fetchAndCompare() throws Exception {
    try (VerifiedFile file = fetch(target, EXPECTED)) {
      assertThat(file.readAllBytes()).isEqualTo(GOOD);
    }
    assertThat(target).hasBinaryContent(GOOD);
    assertThat(names()).noneMatch(name -> name.endsWith(".etag"));
  }

  private VerifiedFile fetch(Path file, Expected expected) throws IOException {
    return downloads().fetch(List.of(server.uri("/")), expected, file);
  }

  private static Downloads downloads() {
    return Downloads.of(LyingServer.client()).withAttempts(2).build();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
