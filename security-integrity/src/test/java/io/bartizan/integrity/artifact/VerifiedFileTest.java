package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.artifact.LyingServer.say;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a held file can be used for, which mode it lands with, and what can't be put in its place.
 */
class VerifiedFileTest {

  private static final byte[] PROGRAM = "#!/bin/sh\nexit 7\n".getBytes(UTF_8);
  private static final Expected EXPECTED =
      Expected.of(Digest.sha256Of(PROGRAM)).withSize(PROGRAM.length);

  @TempDir Path directory;
  private Path source;
  private Path target;

  @BeforeEach
  void posix() throws Exception {
    assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));
    source = Files.write(directory.resolve("source"), PROGRAM);
    target = directory.resolve("target");
  }

  @Test
  void AR05_programs_canBeStartedWhileTheyAreHeld() throws Exception {
    try (VerifiedFile copy = Artifacts.verifyCopy(source, EXPECTED, directory)) {
      Files.setPosixFilePermissions(copy.path(), PosixFilePermissions.fromString("rwx------"));
      assertThat(run(copy.path())).isEqualTo(7);
      copy.moveTo(target, PosixFilePermissions.fromString("rwxr-x---"));
      assertThat(run(target)).isEqualTo(7);
      assertThat(copy.readAllBytes()).isEqualTo(PROGRAM);
    }
    try (VerifiedFile special = Artifacts.verifyCopyOfSpecialFile(source, EXPECTED, directory)) {
      Files.setPosixFilePermissions(special.path(), PosixFilePermissions.fromString("rwx------"));
      assertThat(run(special.path())).isEqualTo(7);
    }
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwx------"));
    try (VerifiedFile file = Artifacts.verify(source, EXPECTED)) {
      assertThat(run(source)).isEqualTo(7);
      assertThat(file.readAllBytes()).isEqualTo(PROGRAM);
    }
    for (String tag : List.of("", "\netag: \"v\"")) {
      Files.deleteIfExists(target);
      try (VerifiedFile file = download(tag, "rwx------")) {
        assertThat(run(target)).isEqualTo(7);
        assertThat(file.readAllBytes()).isEqualTo(PROGRAM);
      }
    }
  }

  @Test
  void AR05_heldFiles_areNotLocked() throws Exception {
    try (VerifiedFile copy = Artifacts.verifyCopy(source, EXPECTED, directory);
        VerifiedFile file = download("\netag: \"v\"", "rw-------")) {
      for (Path held : List.of(copy.path(), file.path())) {
        try (FileChannel other = FileChannel.open(held, StandardOpenOption.WRITE);
            FileLock lock = other.tryLock()) {
          assertThat(lock).isNotNull(); // and no OverlappingFileLockException
        }
      }
    }
  }

  @Test
  void AR06_newNames_getTheModeOfNewFiles() throws Exception {
    String usual = mode(Files.writeString(directory.resolve("usual"), ""));
    download("", null).close();
    assertThat(mode(target)).isEqualTo(usual);
    Path copied = directory.resolve("copied");
    try (VerifiedFile copy = Artifacts.verifyCopy(source, EXPECTED, directory)) {
      assertThat(mode(copy.path())).isEqualTo("rw-------");
      copy.moveTo(copied);
    }
    assertThat(mode(copied)).isEqualTo(usual);
    assertThat(names()).containsExactly("copied", "source", "target", "usual");
  }

  @Test
  void AR06_replacedFiles_keepTheirMode() throws Exception {
    for (String old : List.of("rwxr-xr-x", "r--r--r--", "rw-rw----", "rw-------")) {
      give(target, old);
      download("", null).close();
      assertThat(target).hasBinaryContent(PROGRAM);
      assertThat(mode(target)).isEqualTo(old);
      give(target, old);
      try (VerifiedFile copy = Artifacts.verifyCopy(source, EXPECTED, directory)) {
        copy.moveTo(target);
      }
      assertThat(mode(target)).isEqualTo(old);
      try (VerifiedFile copy = Artifacts.verifyCopy(source, EXPECTED, directory)) {
        copy.moveTo(target, PosixFilePermissions.fromString("rwxrwxr-x"));
      }
      assertThat(mode(target)).isEqualTo("rwxrwxr-x");
      give(target, old);
      download("", "r-xr-xr-x").close();
      assertThat(mode(target)).isEqualTo("r-xr-xr-x");
    }
    // the mode of a link's target is not that of the file which replaces the link
    Path program = directory.resolve("program");
    give(program, "rwxrwxrwx");
    Files.delete(target);
    Files.createSymbolicLink(target, program);
    download("", null).close();
    assertThat(mode(target)).isEqualTo(mode(Files.writeString(directory.resolve("usual"), "")));
  }

  @Test
  void AR06_beforeItIsVerified_nobodyElseMayReadIt() throws Exception {
    give(target, "rwxrwxrwx");
    AtomicReference<String> meanwhile = new AtomicReference<>("");
    ProgressListener look =
        new ProgressListener() {
          @Override
          public void advanced(String name, long bytes) {
            try {
              for (String each : names()) {
                if (each.endsWith(".part")) {
                  meanwhile.set(mode(directory.resolve(each)));
                }
              }
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          }
        };
    try (LyingServer server = LyingServer.start()) {
      server.then(
          say("HTTP/1.1 200 OK\ncontent-length: " + PROGRAM.length, PROGRAM, 0, PROGRAM.length));
      Downloads.builder(LyingServer.client())
          .withListener(look)
          .build()
          .fetch(server.uri("/"), EXPECTED, target)
          .close();
    }
    assertThat(meanwhile).hasValue("rw-------");
    assertThat(mode(target)).isEqualTo("rwxrwxrwx");
    // one that can't be moved stays private
    Path full = Files.createDirectory(directory.resolve("full"));
    Files.write(full.resolve("x"), PROGRAM);
    try (VerifiedFile copy = Artifacts.verifyCopy(source, EXPECTED, directory)) {
      assertThatThrownBy(() -> copy.moveTo(full)).isInstanceOf(IOException.class);
      assertThat(mode(copy.path())).isEqualTo("rw-------");
    }
  }

  @Test
  void AR15_interruptedReader_harmsItsOwnStreamOnly() throws Exception {
    byte[] content = bytes(3_000_000);
    Path file = Files.write(directory.resolve("large"), content);
    Digest digest = Digest.sha256Of(content);
    try (VerifiedFile verified = Artifacts.verify(file, digest);
        VerifiedFile copy = Artifacts.verifyCopy(file, digest, directory)) {
      for (VerifiedFile held : List.of(verified, copy)) {
        for (int round = 0; round < 20; round++) {
          CountDownLatch reading = new CountDownLatch(1);
          AtomicReference<Throwable> ended = new AtomicReference<>();
          Thread cancelled =
              new Thread(
                  () -> {
                    try {
                      while (true) {
                        try (InputStream in = held.newInputStream()) {
                          reading.countDown();
                          byte[] unused = in.readAllBytes();
                        }
                      }
                    } catch (Throwable e) {
                      ended.set(e);
                    }
                  });
          cancelled.start();
          try (InputStream in = held.newInputStream()) {
            byte[] first = in.readNBytes(1_000_000);
            reading.await();
            cancelled.interrupt();
            cancelled.join();
            byte[] rest = in.readAllBytes();
            assertThat(first.length + rest.length).isEqualTo(content.length);
          }
          assertThat(ended.get()).isInstanceOf(InterruptedIOException.class);
          assertThat(held.readAllBytes()).isEqualTo(content);
        }
      }
    }
  }

  @Test
  void AR15_whatWasSwappedForTheCopy_isNotInstalled() throws Exception {
    Path open = Files.createDirectory(directory.resolve("open"));
    Path inner = Files.createDirectory(open.resolve("private"));
    Files.write(target, bytes(5));
    try (VerifiedFile copy = Artifacts.verifyCopy(source, EXPECTED, inner)) {
      Files.move(inner, open.resolve("aside"));
      Files.createDirectory(inner);
      Files.write(copy.path(), "evil".getBytes(UTF_8));
      refused(ArtifactReason.FILE_CHANGED, () -> copy.moveTo(target));
      assertThat(copy.readAllBytes()).isEqualTo(PROGRAM);
      assertThat(target).hasBinaryContent(bytes(5));
      assertThat(copy.path()).hasBinaryContent("evil".getBytes(UTF_8));
      // the same content is another file too, which somebody else may write to
      Files.write(copy.path(), PROGRAM);
      refused(ArtifactReason.FILE_CHANGED, () -> copy.moveTo(target));
      Files.delete(copy.path());
      Files.createSymbolicLink(copy.path(), source);
      refused(ArtifactReason.FILE_CHANGED, () -> copy.moveTo(target));
      Files.delete(copy.path());
      refused(ArtifactReason.FILE_CHANGED, () -> copy.moveTo(target));
      assertThat(target).hasBinaryContent(bytes(5));
    }
  }

  private VerifiedFile download(String tag, @org.jspecify.annotations.Nullable String mode)
      throws IOException {
    try (LyingServer server = LyingServer.start()) {
      server.then(
          say(
              "HTTP/1.1 200 OK\ncontent-length: " + PROGRAM.length + tag,
              PROGRAM,
              0,
              PROGRAM.length));
      Downloads.Builder downloads = Downloads.builder(LyingServer.client());
      if (mode != null) {
        downloads = downloads.withPermissions(PosixFilePermissions.fromString(mode));
      }
      return downloads.build().fetch(server.uri("/"), EXPECTED, target);
    }
  }

  private static void give(Path file, String mode) throws IOException {
    Files.deleteIfExists(file);
    Files.write(file, bytes(9));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static int run(Path program) throws Exception {
    return new ProcessBuilder(program.toString()).start().waitFor();
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
