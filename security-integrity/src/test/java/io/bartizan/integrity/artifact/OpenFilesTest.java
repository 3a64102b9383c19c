package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ML-24: whatever comes of a check, no file stays open and no copy stays behind. */
class OpenFilesTest {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final int TIMES = 100;

  /** Other threads of the JVM open and close files too. */
  private static final int NOISE = 20;

  private static final byte[] CONTENT = bytes(100);
  private static final Digest RIGHT = Digest.sha256Of(CONTENT);
  private static final Digest WRONG = Digest.sha256Of(bytes(99));

  @TempDir Path directory;
  private Path file;
  private Path folder;
  private Path copies;
  private Path sums;
  private Path lock;

  @BeforeEach
  void write() throws IOException {
    assumeTrue(Files.isDirectory(DESCRIPTORS), "the system tells no open files");
    file = Files.write(directory.resolve("file"), CONTENT);
    folder = Files.createDirectory(directory.resolve("folder"));
    copies =
        Files.createDirectory(
            directory.resolve("copies"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    sums = Files.write(directory.resolve("SUMS"), utf8(RIGHT.hex() + "  file\n"));
    lock =
        Files.writeString(
            directory.resolve("lock.json"),
            "{\"packages\":{\"a\":{\"integrity\":\"" + RIGHT.sri() + "\"}}}");
  }

  private static int open() throws IOException {
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return (int) open.count();
    }
  }

  @FunctionalInterface
  private interface Use {
    /** Uses something once and closes what it was given. */
    void once() throws Exception;
  }

  private static void leavesNothingOpen(String what, Use use) throws Exception {
    int before = open();
    for (int i = 0; i < TIMES; i++) {
      use.once();
    }
    assertThat(open() - before).as(what).isLessThan(NOISE);
  }

  /** A check that ends by an exception, or by a refusal that is one. */
  private static Use failing(Use use) {
    return () -> {
      try {
        use.once();
      } catch (IOException | RuntimeException e) {
        return;
      }
      throw new AssertionError("it did not fail");
    };
  }

  private static Use interrupted(Use use) {
    return () -> {
      Thread.currentThread().interrupt();
      try {
        failing(use).once();
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
    };
  }

  private void close(Object result) throws IOException {
    if (result instanceof io.bartizan.core.Checked<?> checked) {
      Object value = checked.<Object>fold(accepted -> accepted, refusal -> refusal);
      if (value instanceof VerifiedFile verified) {
        verified.close();
      }
    }
  }

  /** Everything of this package that opens a file, as it is used with one file and one digest. */
  private Map<String, UseOf> uses() {
    Map<String, UseOf> uses = new LinkedHashMap<>();
    uses.put("check", (path, digest) -> close(Artifacts.check(path, digest)));
    uses.put("verify", (path, digest) -> Artifacts.verify(path, digest).close());
    uses.put(
        "verify and read",
        (path, digest) -> {
          try (VerifiedFile verified = Artifacts.verify(path, digest);
              InputStream in = verified.newInputStream()) {
            assertThat(in.readAllBytes()).isEqualTo(CONTENT);
          }
        });
    uses.put("checkCopy", (path, digest) -> close(Artifacts.checkCopy(path, digest, copies)));
    uses.put(
        "checkCopyOfSpecialFile",
        (path, digest) ->
            close(
                Artifacts.checkCopyOfSpecialFile(
                    path, Expected.of(digest).withMaxSize(1_000), copies)));
    uses.put("Sri.check", (path, digest) -> close(Sri.of(digest).check(path)));
    uses.put(
        "FileBatch",
        (path, digest) -> {
          var unused = FileBatch.of().check(Map.of(path, Expected.of(digest)));
        });
    uses.put(
        "ManifestVerifier",
        (path, digest) -> {
          Manifest manifest = Manifest.of(Map.of(path.getFileName().toString(), digest));
          var unused = ManifestVerifier.of(directory).check(manifest);
        });
    uses.put(
        "stream",
        (path, digest) -> {
          try (InputStream in = VerifyingInputStream.of(Files.newInputStream(path), digest)) {
            assertThat(in.readAllBytes()).isEqualTo(CONTENT);
          }
        });
    uses.put(
        "stream left early",
        (path, digest) -> {
          try (InputStream in = VerifyingInputStream.of(Files.newInputStream(path), digest)) {
            assertThat(in.read()).isEqualTo(CONTENT[0] & 0xff);
          } catch (StreamVerificationException e) {
            return;
          }
          throw new AssertionError("it was not read to its end");
        });
    uses.put(
        "channel left early",
        (path, digest) -> {
          try (VerifyingChannel in =
              VerifyingChannel.of(FileChannel.open(path), Expected.of(digest))) {
            assertThat(in.isOpen()).isTrue();
          } catch (StreamVerificationException e) {
            return;
          }
          throw new AssertionError("it was not read to its end");
        });
    return uses;
  }

  @FunctionalInterface
  private interface UseOf {
    void once(Path path, Digest digest) throws Exception;
  }

  @Test
  void ML24_goodAndRefusedChecks_leaveNothingOpenAndNoCopyBehind() throws Exception {
    for (Map.Entry<String, UseOf> use : uses().entrySet()) {
      UseOf once = use.getValue();
      leavesNothingOpen(use.getKey() + ", good", () -> once.once(file, RIGHT));
      leavesNothingOpen(
          use.getKey() + ", another content",
          () -> {
            try {
              once.once(file, WRONG);
            } catch (IOException | RuntimeException e) {
              assertThat(e).isInstanceOf(io.bartizan.core.Refused.class);
            }
          });
    }
    try (Stream<Path> left = Files.list(copies)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void ML24_checksThatFailOrAreInterrupted_leaveNothingOpenAndNoCopyBehind() throws Exception {
    Path absent = directory.resolve("absent");
    for (Map.Entry<String, UseOf> use : uses().entrySet()) {
      UseOf once = use.getValue();
      for (Path path : List.of(absent, folder)) {
        leavesNothingOpen(
            use.getKey() + " of " + path.getFileName(),
            () -> {
              try {
                once.once(path, RIGHT);
              } catch (IOException | RuntimeException e) {
                assertThat(e).isNotNull();
              }
            });
      }
      leavesNothingOpen(
          use.getKey() + ", interrupted",
          () -> {
            Thread.currentThread().interrupt();
            try {
              once.once(file, RIGHT);
            } catch (IOException | RuntimeException | AssertionError e) {
              assertThat(e).isNotNull();
            } finally {
              boolean unused = Thread.interrupted();
            }
          });
    }
    leavesNothingOpen("check, interrupted", interrupted(() -> close(Artifacts.check(file, RIGHT))));
    try (Stream<Path> left = Files.list(copies)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void ML24_otherReadersOfFiles_leaveNothingOpen() throws Exception {
    Map<String, Use> uses = new LinkedHashMap<>();
    uses.put("digest", () -> assertThat(Digest.sha256Of(file)).isEqualTo(RIGHT));
    uses.put(
        "digests",
        () -> assertThat(Artifacts.digests(file, List.of(DigestAlgorithm.values()))).hasSize(3));
    uses.put("digest of a folder", failing(() -> assertThat(Digest.sha256Of(folder)).isNull()));
    uses.put("manifest", () -> assertThat(Manifest.read(sums).entries()).hasSize(1));
    uses.put("manifest of another file", failing(() -> assertThat(Manifest.read(file)).isNull()));
    uses.put("lock", () -> assertThat(PackageLock.read(lock).integrity()).hasSize(1));
    uses.put("lock of another file", failing(() -> assertThat(PackageLock.read(file)).isNull()));
    Path pipe = directory.resolve("no-such");
    uses.put("manifest that is absent", failing(() -> assertThat(Manifest.read(pipe)).isNull()));
    for (Map.Entry<String, Use> use : uses.entrySet()) {
      leavesNothingOpen(use.getKey(), use.getValue());
    }
  }

  /** The source is closed with the stream whatever the source itself does. */
  @Test
  void ML24_sourcesOfStreams_areClosedOnEveryWayOut() throws Exception {
    for (boolean good : new boolean[] {true, false}) {
      for (int kept : new int[] {0, 50, 100}) {
        List<String> closed = new ArrayList<>();
        InputStream source =
            new FilterInputStream(new ByteArrayInputStream(CONTENT)) {
              @Override
              public void close() {
                closed.add("closed");
              }
            };
        InputStream in = VerifyingInputStream.of(source, good ? RIGHT : WRONG);
        try (in) {
          assertThat(in.readNBytes(kept)).hasSize(kept);
          boolean atEnd = kept == 100 && in.read() < 0;
          assertThat(atEnd).isEqualTo(kept == 100);
        } catch (StreamVerificationException e) {
          assertThat(good && kept == 100).isFalse();
        }
        assertThat(closed).hasSize(1);
      }
    }
  }

  /** The count itself: it sees files that are kept open, of which each check here holds one. */
  @Test
  void ML24_verifiedFiles_areOpenUntilTheyAreClosed() throws Exception {
    List<VerifiedFile> kept = new ArrayList<>();
    int before = open();
    for (int i = 0; i < 100; i++) {
      kept.add(Artifacts.verify(file, RIGHT));
      kept.add(Artifacts.verifyCopy(file, RIGHT, copies));
    }
    assertThat(open() - before).isGreaterThan(200 - NOISE);
    for (VerifiedFile each : kept) {
      each.close();
    }
    assertThat(open() - before).isLessThan(NOISE);
  }
}
