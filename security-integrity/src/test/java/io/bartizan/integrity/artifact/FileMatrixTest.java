package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Refusal;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries 11 and 15 to 18 of the attack matrix, and what verified files promise. */
class FileMatrixTest {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 9 * 1024 * 1024 + 3})
  void verify_rightFile_givesItsContent(int size) throws Exception {
    byte[] content = bytes(size);
    Path file = Files.write(directory.resolve("f"), content);
    Digest expected = Digest.sha256Of(content);
    try (VerifiedFile verified = Artifacts.verify(file, expected)) {
      assertThat(verified.readAllBytes()).isEqualTo(content);
      assertThat(verified.size()).isEqualTo(size);
      assertThat(verified.isPrivateCopy()).isFalse();
    }
    assertThat(Digest.sha256Of(file)).isEqualTo(expected);
    assertThat(Artifacts.digests(file, List.of(DigestAlgorithm.SHA_512, DigestAlgorithm.SHA_256)))
        .containsExactly(Digest.compute(DigestAlgorithm.SHA_512, content), expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100_000, 9 * 1024 * 1024})
  void verify_otherFile_isRefused(int size) throws Exception {
    byte[] content = bytes(size);
    Digest expected = Digest.sha256Of(content);
    content[size - 1] ^= 1;
    Path file = Files.write(directory.resolve("f"), content);
    assertThat(refused(ArtifactReason.DIGEST_MISMATCH, () -> Artifacts.verify(file, expected)))
        .contains(expected.oci(), Digest.sha256Of(content).oci(), file.toString());
    assertThat(
            refused(
                ArtifactReason.SIZE_MISMATCH,
                () -> Artifacts.verify(file, Expected.of(expected).withSize(size + 1L))))
        .contains("found " + size);
    assertThat(Artifacts.check(file, Expected.of(expected)).isAccepted()).isFalse();
    refused(ArtifactReason.DIGEST_MISMATCH, () -> Artifacts.verifyCopy(file, expected, directory));
    assertThat(names()).containsExactly("f");
  }

  @Test
  void fileThatGrowsWhileItIsRead_isGivenUpBeforeMoreIsHandedOut(@TempDir Path folder)
      throws Exception {
    for (int size : new int[] {1_000, 5 << 20}) {
      Path file = Files.write(folder.resolve("grows" + size), new byte[size]);
      AtomicLong handedOut = new AtomicLong();
      try (FileContent content = FileContent.open(file)) {
        Files.write(file, new byte[3 << 20], StandardOpenOption.APPEND);
        refused(
            ArtifactReason.FILE_CHANGED,
            () -> content.read(true, (buffer, length) -> handedOut.addAndGet(length)));
      }
      assertThat(handedOut.get()).isLessThanOrEqualTo(size);
    }
  }

  @Test
  void N11_interrupt_stopsAndRemovesTheCopy() throws Exception {
    for (int size : new int[] {100_000, 10 * 1024 * 1024}) {
      Path file = Files.write(directory.resolve("f"), bytes(size));
      Digest expected = Digest.sha256Of(bytes(size));
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> Artifacts.verifyCopy(file, expected, directory))
          .isInstanceOf(IOException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(names()).containsExactly("f");
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> FileBatch.of().check(Map.of(file, Expected.of(expected))))
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  /** Between the look and the opening; the pipe has a writer that never writes. */
  @Test
  void N15_pipePutInTheFilesPlace_isRefusedWithoutReading() throws Exception {
    Path file = Files.write(directory.resolve("f"), new byte[3]);
    FileContent.Snapshot regular = FileContent.Snapshot.of(file);
    Files.delete(file);
    Path mkfifo = OptionalTool.program("mkfifo");
    assertThat(new ProcessBuilder(mkfifo.toString(), file.toString()).start().waitFor()).isZero();
    // Reading and writing at once, as Linux allows, is a writer that needs no reader.
    try (var writer = new RandomAccessFile(file.toFile(), "rw")) {
      assertThat(writer.getFD().valid()).isTrue();
      refused(ArtifactReason.NOT_REGULAR_FILE, () -> FileContent.open(file, regular));
    }
    refused(
        ArtifactReason.NOT_REGULAR_FILE,
        () -> Artifacts.verify(file, Digest.sha256Of(new byte[3])));
  }

  @Test
  void N15_specialFiles_areRefusedUnlessAsked() throws Exception {
    Digest empty = Digest.sha256Of(new byte[0]);
    refused(ArtifactReason.NOT_REGULAR_FILE, () -> Artifacts.verify(directory, empty));
    Path zero = Path.of("/dev/zero");
    if (Files.exists(zero)) {
      refused(ArtifactReason.NOT_REGULAR_FILE, () -> Artifacts.verify(zero, empty));
      refused(ArtifactReason.NOT_REGULAR_FILE, () -> Digest.sha256Of(zero));
      refused(
          ArtifactReason.TOO_LARGE,
          () ->
              Artifacts.verifyCopyOfSpecialFile(
                  zero, Expected.of(empty).withMaxSize(1_000), directory));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Artifacts.verifyCopyOfSpecialFile(zero, Expected.of(empty), directory));
      assertThat(names()).isEmpty();
      try (VerifiedFile nothing =
          Artifacts.verifyCopyOfSpecialFile(
              Path.of("/dev/null"), Expected.of(empty).withMaxSize(10), directory)) {
        assertThat(nothing.readAllBytes()).isEmpty();
      }
    }
  }

  @Test
  void N16_fileThatChangesMeanwhile_isRefused() throws Exception {
    Path file = Files.write(directory.resolve("f"), bytes(200_000));
    List<FileContent.Sink> changes =
        List.of(
            (b, n) -> Files.write(file, bytes(10)),
            (b, n) -> Files.write(file, bytes(300_000)),
            (b, n) -> {
              Path other = Files.write(directory.resolve("other"), bytes(200_000));
              Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            });
    for (FileContent.Sink change : changes) {
      Files.write(file, bytes(200_000));
      try (FileContent content = FileContent.open(file)) {
        boolean[] done = {false};
        refused(
            ArtifactReason.FILE_CHANGED,
            () ->
                content.read(
                    true,
                    (buffer, length) -> {
                      if (!done[0]) {
                        done[0] = true;
                        change.accept(buffer, length);
                      }
                    }));
      }
    }
  }

  @Test
  void N17_fileSwappedAfterwards_isNotWhatIsRead() throws Exception {
    byte[] good = bytes(50_000);
    Path file = Files.write(directory.resolve("f"), good);
    try (VerifiedFile verified = Artifacts.verify(file, Digest.sha256Of(good));
        VerifiedFile copy = Artifacts.verifyCopy(file, Digest.sha256Of(good), directory)) {
      Path evil = Files.write(directory.resolve("evil"), bytes(49_999));
      Files.move(evil, file, StandardCopyOption.REPLACE_EXISTING);
      assertThat(verified.readAllBytes()).isEqualTo(good);
      assertThat(copy.readAllBytes()).isEqualTo(good);
    }
    Files.write(file, good);
    try (VerifiedFile verified = Artifacts.verify(file, Digest.sha256Of(good));
        VerifiedFile copy = Artifacts.verifyCopy(file, Digest.sha256Of(good), directory)) {
      try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
        writer.write(good[0] ^ 1);
      }
      refused(ArtifactReason.DIGEST_MISMATCH, verified::readAllBytes);
      assertThat(copy.readAllBytes()).isEqualTo(good);
    }
    assertThat(names()).containsExactly("f");
  }

  @Test
  void N18_fileShortenedWhileStreaming_isRefused() throws Exception {
    byte[] good = bytes(200_000);
    Path file = Files.write(directory.resolve("f"), good);
    try (VerifiedFile verified = Artifacts.verify(file, Digest.sha256Of(good));
        var in = verified.newInputStream()) {
      assertThat(in.readNBytes(100)).hasSize(100);
      Files.write(file, new byte[5]);
      refused(ArtifactReason.SIZE_MISMATCH, in::readAllBytes);
    }
  }

  @Test
  void verifyCopy_directoryOthersMayWrite_isRefused() throws Exception {
    Path file = Files.write(directory.resolve("f"), bytes(5));
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    refused(
        ArtifactReason.DIRECTORY_NOT_PRIVATE,
        () -> Artifacts.verifyCopy(file, Digest.sha256Of(bytes(5)), open));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Artifacts.verifyCopy(file, Digest.sha256Of(bytes(5)), file));
  }

  @Test
  void batch_manyFiles_givesEachItsResultAndHearsEveryByte() throws Exception {
    Map<Path, Expected> files = new LinkedHashMap<>();
    for (int i = 0; i < 200; i++) {
      Path file = Files.write(directory.resolve("f" + i), bytes(1_000 + i));
      files.put(file, Expected.of(Digest.sha256Of(bytes(i % 10 == 3 ? 1 : 1_000 + i))));
    }
    files.put(directory.resolve("none"), Expected.of(Digest.sha256Of(bytes(1))));
    AtomicLong heard = new AtomicLong();
    FileBatch batch =
        FileBatch.builder()
            .withThreads(4)
            .withListener(
                new ProgressListener() {
                  @Override
                  public void advanced(String name, long bytes) {
                    heard.addAndGet(bytes);
                  }
                })
            .build();
    List<FileResult> results = batch.check(files).files();
    assertThat(results).hasSize(201);
    for (int i = 0; i < 200; i++) {
      assertThat(results.get(i).name()).endsWith("f" + i);
      assertThat(results.get(i).isAccepted()).isEqualTo(i % 10 != 3);
    }
    assertThat(results.get(200).refusal().map(Refusal::reason))
        .contains(ArtifactReason.FILE_MISSING);
    assertThat(heard).hasValue(200 * 1_000 + 199 * 100);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("bartizan-"));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
