package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.artifact.LyingServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Entries 65 to 69 of the attack matrix: what a download finds and leaves on the disk. */
class DownloadDiskTest extends DownloadCase {

  @Test
  void N65_diskThatFails_leavesTheOldFile() throws Exception {
    Files.write(target, OLD);
    server.then(say(OK, GOOD, 0, SIZE));
    Path gone = directory.resolve("gone");
    assertThatIllegalArgumentException().isThrownBy(() -> fetch(gone.resolve("x"), EXPECTED));
    Path occupied = Files.createDirectory(directory.resolve("occupied"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fetch(occupied, EXPECTED))
        .withMessageContaining("a directory; the name of a file in it is accepted");
    assertThat(server.requests()).as("told before the transfer").isEmpty();
    assertThat(names()).containsExactly("occupied", "target");
    assertThat(target).hasBinaryContent(OLD);
  }

  @Test
  void N65_linkToADirectory_isReplacedAsAnyLink() throws Exception {
    server.then(say(OK, GOOD, 0, SIZE));
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Files.createSymbolicLink(target, folder);
    fetchAndCompare();
    assertThat(target).isRegularFile();
    assertThat(folder).isEmptyDirectory();
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
      Downloads raced = Downloads.builder(LyingServer.client()).withListener(rival).build();
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
  void nameAsLongAsThereIs_isFetchedAndResumedAndLeavesNothing() throws Exception {
    for (String longest : List.of("n".repeat(255), "\u00fc".repeat(127), "n".repeat(101))) {
      target = directory.resolve(longest);
      breakAt(100_000, TAG);
      assertThat(names()).as("%s", target).hasSize(2).doesNotContain(longest);
      String rest = "HTTP/1.1 206 Partial Content\ncontent-range: bytes 100000-%d/%d%s";
      server.then(say(rest.formatted(SIZE - 1, SIZE, TAG), GOOD, 100_000, SIZE - 100_000));
      fetchAndCompare();
      assertThat(server.requests().get(server.requests().size() - 1).toString())
          .containsIgnoringCase("range: bytes=100000-");
      assertThat(names()).containsExactly(longest);
      server.skipScript();
      Files.delete(target);
    }
  }

  /** On file systems with encrypted names 143 bytes are the most. */
  @Test
  void nameBesideTheTarget_hasAtMost143Bytes() throws Exception {
    for (int length : new int[] {99, 100, 101, 255}) {
      Path longest = directory.resolve("n".repeat(length));
      try (PartFile held = PartFile.open(longest, EXPECTED);
          PartFile besides = PartFile.open(longest, EXPECTED)) {
        for (PartFile each : List.of(held, besides)) {
          assertThat(each.path().getFileName().toString()).hasSizeLessThanOrEqualTo(143);
        }
      }
    }
  }

  @Test
  void AR20_whatCannotBeResumed_isNotKept() throws Exception {
    for (String tag : List.of("", "\netag: W/\"v1\"", "\netag: v1", "\netag: \"a\"b\"")) {
      breakAt(100_000, tag);
      assertThat(names()).as(tag).isEmpty();
    }
    breakAt(100_000, TAG);
    assertThat(names()).hasSize(2);
  }

  @Test
  void AR20_success_leavesNothingOfItsTargetButWhatOthersHold() throws Exception {
    Path other = directory.resolve("target2");
    for (int release = 1; release <= 5; release++) { // each is broken once, with a tag
      byte[] content = bytes(1_000 + release);
      String head = "HTTP/1.1 200 OK\ncontent-length: " + content.length + TAG;
      Expected expected = Expected.of(Digest.sha256Of(content)).withSize(content.length);
      try (LyingServer breaking = LyingServer.start()) {
        breaking.then(say(head, content, 0, 600));
        for (Path at : List.of(target, other)) {
          assertThatThrownBy(() -> downloads(1).fetch(breaking.uri("/"), expected, at))
              .isInstanceOf(DownloadException.class);
        }
      }
    }
    server.then(say(OK, GOOD, 0, SIZE));
    assertThat(names()).hasSize(20);
    Path foreign = Files.write(directory.resolve(".target.0123456789abcdef.part"), OLD);
    Path similar = Files.write(directory.resolve(".target.x.0123456789abcdef.part"), OLD);
    Files.setPosixFilePermissions(
        similar, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    Expected held = Expected.of(Digest.sha256Of(bytes(77))).withSize(77);
    try (PartFile unfinished = PartFile.open(target, held);
        PartFile second = PartFile.open(target, held)) {
      assertThat(names()).hasSize(24);
      fetch(target, EXPECTED).close();
      assertThat(target).hasBinaryContent(GOOD);
      assertThat(names())
          .contains("target", foreign.getFileName().toString(), similar.getFileName().toString())
          .hasSize(5 + 10);
      unfinished.discard();
      second.discard();
    }
    Files.delete(foreign);
    Files.delete(similar);
    fetch(other, EXPECTED).close();
    assertThat(names()).containsExactly("target", "target2");
  }
}
