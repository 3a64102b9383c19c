package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.artifact.LyingServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.integrity.artifact.PoorFileSystem.Lack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A service that a file system lacks costs only what depends on it, and leaves nothing behind. */
class PoorFileSystemTest extends DownloadCase {

  static Stream<Set<Lack>> lacking() {
    return Stream.concat(
        Stream.of(Lack.values()).map(EnumSet::of),
        Stream.of(
            EnumSet.of(Lack.KEYS, Lack.MODES), // as on Windows
            EnumSet.of(Lack.KEYS, Lack.LOCKS),
            EnumSet.allOf(Lack.class)));
  }

  @ParameterizedTest
  @MethodSource("lacking")
  void AR10_brokenDownload_isResumedUnlessThereAreNoLocks(Set<Lack> lacks) throws Exception {
    Path poor = PoorFileSystem.path(target, lacks);
    server.then(say(OK + TAG, GOOD, 0, 100_000));
    assertThatThrownBy(() -> downloads(1).fetch(server.uri("/"), EXPECTED, poor))
        .isInstanceOfSatisfying(
            DownloadException.class,
            e -> assertThat(e.reason()).isEqualTo(ArtifactReason.CONNECTION_CLOSED));
    boolean resumes = !lacks.contains(Lack.LOCKS);
    assertThat(names()).hasSize(resumes ? 2 : 0);
    String range = "\ncontent-range: bytes 100000-199999/200000" + TAG;
    server.then(
        (request, out) -> {
          int from = DownloadCrashTest.rangeOf(request);
          String status = from == 0 ? OK : "HTTP/1.1 206 P\ncontent-length: 100000" + range;
          say(status + TAG, GOOD, from, SIZE - from).answer(request, out);
        });
    skipFirst();
    try (VerifiedFile file = fetch(poor, EXPECTED)) {
      assertThat(file.readAllBytes()).isEqualTo(GOOD);
    }
    assertThat(DownloadCrashTest.rangeOf(server.requests().get(1)))
        .isEqualTo(resumes ? 100_000 : 0);
    assertThat(target).hasBinaryContent(GOOD);
    assertThat(names()).containsExactly("target");
  }

  @ParameterizedTest
  @MethodSource("lacking")
  void AR10_manyAtOnce_allSucceedAndLeaveNothing(Set<Lack> lacks) throws Exception {
    Path poor = PoorFileSystem.path(target, lacks);
    server.then(say(OK + TAG, GOOD, 0, SIZE));
    var threads = Executors.newFixedThreadPool(4);
    try {
      Callable<byte[]> one =
          () -> {
            try (VerifiedFile file = fetch(poor, EXPECTED)) {
              return file.readAllBytes();
            }
          };
      for (var result : threads.invokeAll(java.util.Collections.nCopies(8, one))) {
        assertThat(result.get()).isEqualTo(GOOD);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(names()).containsExactly("target");
  }

  @ParameterizedTest
  @MethodSource("lacking")
  void AR10_files_areVerifiedCopiedAndMoved(Set<Lack> lacks) throws Exception {
    Files.write(target, GOOD);
    Path root = PoorFileSystem.path(directory, lacks);
    Path poor = root.resolve("target");
    try (VerifiedFile file = Artifacts.verify(poor, EXPECTED);
        VerifiedFile copy = Artifacts.verifyCopy(poor, EXPECTED, root)) {
      assertThat(file.readAllBytes()).isEqualTo(GOOD);
      copy.moveTo(root.resolve("moved"));
      assertThat(copy.readAllBytes()).isEqualTo(GOOD);
    }
    assertThat(directory.resolve("moved")).hasBinaryContent(GOOD);
    Manifest manifest = Manifest.of(Map.of("target", DIGEST, "moved", DIGEST));
    assertThat(ManifestVerifier.builder(root).withExactFiles().build().check(manifest).isAccepted())
        .isTrue();
    boolean modes = !lacks.contains(Lack.MODES) && !lacks.contains(Lack.CHANGES_OF_MODES);
    try (VerifiedFile copy = Artifacts.verifyCopy(poor, EXPECTED, root)) {
      var asked = PosixFilePermissions.fromString("rwxr-x---");
      Path there = root.resolve("asked");
      if (modes) {
        copy.moveTo(there, asked);
        assertThat(Files.getPosixFilePermissions(directory.resolve("asked"))).isEqualTo(asked);
      } else { // what was asked for is not silently left out
        assertThatThrownBy(() -> copy.moveTo(there, asked)).isInstanceOf(IOException.class);
      }
    }
    assertThat(names())
        .isEqualTo(modes ? List.of("asked", "moved", "target") : List.of("moved", "target"));
  }
}
