package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.artifact.LyingServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server that lies, a target, and what the tests of downloads ask of both. */
abstract class DownloadCase {

  static final int SIZE = 200_000;
  static final byte[] GOOD = bytes(SIZE);
  static final byte[] OLD = bytes(10);
  static final Digest DIGEST = Digest.sha256Of(GOOD);
  static final Expected EXPECTED = Expected.of(DIGEST).withSize(SIZE);
  static final String TAG = "\netag: \"v1\"";
  static final String OK = "HTTP/1.1 200 OK\ncontent-length: " + SIZE;

  @TempDir Path directory;
  LyingServer server;
  Path target;

  @BeforeEach
  void start() throws Exception {
    server = LyingServer.start();
    target = directory.resolve("target");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  /** Leaves a part file of this length behind, as a crash or a lost connection does. */
  void breakAt(int length, String tag) throws Exception {
    server.then(say(OK + tag, GOOD, 0, length));
    Downloads once = Downloads.builder(LyingServer.client()).withAttempts(1).build();
    assertThatThrownBy(() -> once.fetch(List.of(server.uri("/")), EXPECTED, target))
        .hasMessageContaining("connection closed at " + length + " of " + SIZE);
    assertThat(target).doesNotExist();
    server.skipScript();
  }

  void skipFirst() {
    server.skipScript();
  }

  @com.google.errorprone.annotations.CanIgnoreReturnValue
  String refused(ArtifactReason reason) throws Exception {
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

  void fetchAndCompare() throws Exception {
    try (VerifiedFile file = fetch(target, EXPECTED)) {
      assertThat(file.readAllBytes()).isEqualTo(GOOD);
    }
    assertThat(target).hasBinaryContent(GOOD);
    assertThat(names()).noneMatch(name -> name.endsWith(".etag"));
  }

  VerifiedFile fetch(Path file, Expected expected) throws IOException {
    return downloads(2).fetch(List.of(server.uri("/")), expected, file);
  }

  static Downloads downloads(int attempts) {
    return Downloads.builder(LyingServer.client())
        .withAttempts(attempts)
        .withRetryPauses(Duration.ofMillis(1), Duration.ofMillis(10))
        .build();
  }

  List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  void refusedThenCompleted(
      LyingServer liar, Downloads downloads, ArtifactReason reason, String said) throws Exception {
    Files.write(target, OLD);
    assertThatThrownBy(() -> downloads.fetch(List.of(liar.uri("/")), EXPECTED, target))
        .isInstanceOfSatisfying(
            DownloadException.class,
            e -> {
              assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
              assertThat(e.getMessage()).contains(said).doesNotContainPattern("\\p{Cntrl}");
            });
    assertThat(target).hasBinaryContent(OLD);
    assertThat(names()).allMatch(name -> name.equals("target") || name.startsWith(".target."));
    try (LyingServer honest = LyingServer.start()) {
      honest.then(say(OK, GOOD, 0, SIZE));
      complete(honest);
    }
    assertThat(names()).containsExactly("target");
  }

  void complete(LyingServer honest) throws IOException {
    try (VerifiedFile file = downloads(1).fetch(List.of(honest.uri("/")), EXPECTED, target)) {
      assertThat(file.readAllBytes()).isEqualTo(GOOD);
    }
    assertThat(target).hasBinaryContent(GOOD);
  }

  static void pour(OutputStream out, int bytes) throws IOException {
    byte[] some = new byte[10_000];
    for (int i = 0; i < bytes; i += some.length) {
      out.write(some);
    }
  }
}
