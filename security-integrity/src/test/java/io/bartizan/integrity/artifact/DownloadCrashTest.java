package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/** Downloads whose process is killed, whose disk is full, and files larger than the heap. */
@Tag("deep")
class DownloadCrashTest {

  private static final int SIZE = 2_000_000;
  private static final int KILLS = Integer.getInteger("artifact.kills", 12);
  private static final long SPARSE_GIB = Long.getLong("artifact.sparse.gib", 3);
  private static final byte[] GOOD = bytes(SIZE);
  private static final byte[] OLD = bytes(10);

  @TempDir Path directory;

  /** The process that is killed: address, target. */
  public static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws IOException {
      Expected expected = Expected.of(Digest.sha256Of(GOOD)).withSize(SIZE);
      Downloads downloads = Downloads.builder(HttpClient.newHttpClient()).withAttempts(1).build();
      downloads.fetch(List.of(URI.create(arguments[0])), expected, Path.of(arguments[1])).close();
    }
  }

  @Test
  void processKilledAtAnyInstant_leavesTheOldFileAndTheNextRunCompletes() throws Exception {
    SplittableRandom random = new SplittableRandom(20261121);
    Path target = Files.write(directory.resolve("target"), OLD);
    AtomicReference<Process> victim = new AtomicReference<>();
    int resumed = 0;
    try (LyingServer server = LyingServer.startPlain()) {
      for (int i = 0; i < KILLS; i++) {
        int killAt = random.nextInt(8) == 0 ? SIZE : random.nextInt(SIZE);
        server.then(
            (request, out) -> {
              int from = rangeOf(request);
              String head =
                  from == 0
                      ? "HTTP/1.1 200 OK\ncontent-length: " + SIZE
                      : "HTTP/1.1 206 Partial\ncontent-length: "
                          + (SIZE - from)
                          + "\ncontent-range: bytes "
                          + from
                          + "-"
                          + (SIZE - 1)
                          + "/"
                          + SIZE;
              LyingServer.say(head + "\netag: \"v1\"", GOOD, 0, 0).answer(request, out);
              for (int at = from; at < SIZE; at += 8_192) {
                if (at >= killAt) {
                  out.flush();
                  awaitPart(from + (at - from) / 2);
                  victim.get().destroyForcibly();
                  return;
                }
                out.write(GOOD, at, Math.min(8_192, SIZE - at));
              }
              out.flush();
              victim.get().destroyForcibly();
            });
        victim.set(child("", server, target));
        assertThat(victim.get().waitFor(60, TimeUnit.SECONDS)).isTrue();
        server.skipScript();
        byte[] now = Files.readAllBytes(target);
        assertThat(now.length == OLD.length ? now : GOOD)
            .isEqualTo(now.length == OLD.length ? OLD : now);
      }
      resumed = (int) server.requests().stream().filter(r -> rangeOf(r) > 0).count();
      server.then(LyingServer.say("HTTP/1.1 200 OK\ncontent-length: " + SIZE, GOOD, 0, SIZE));
      assertThat(child("", server, target).waitFor()).isZero();
    }
    assertThat(target).hasBinaryContent(GOOD);
    assertThat(names()).containsExactly("target");
    assertThat(resumed).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 600, 1_900})
  void diskFullMidway_leavesTheOldFileAndNothingElse(int kibibytes) throws Exception {
    OptionalTool.program("bash");
    Path target = Files.write(directory.resolve("target"), OLD);
    try (LyingServer server = LyingServer.startPlain()) {
      server.then(LyingServer.say("HTTP/1.1 200 OK\ncontent-length: " + SIZE, GOOD, 0, SIZE));
      assertThat(child("ulimit -f " + kibibytes + "; ", server, target).waitFor()).isNotZero();
      assertThat(target).hasBinaryContent(OLD);
      assertThat(names()).containsExactly("target");
      assertThat(child("", server, target).waitFor()).isZero();
      assertThat(target).hasBinaryContent(GOOD);
    }
  }

  /** A file system of one mebibyte, where a process may make one. */
  @Test
  void fileSystemFull_leavesTheOldFileAndNothingElse() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m", "none", disk.toString()) == 0,
        "may not mount; the same is shown with a limit of the process");
    try (LyingServer server = LyingServer.startPlain()) {
      Path target = Files.write(disk.resolve("target"), OLD);
      server.then(LyingServer.say("HTTP/1.1 200 OK\ncontent-length: " + SIZE, GOOD, 0, SIZE));
      Downloads downloads = Downloads.of(LyingServer.client());
      Expected expected = Expected.of(Digest.sha256Of(GOOD)).withSize(SIZE);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> downloads.fetch(List.of(server.uri("/")), expected, target))
            .isInstanceOf(IOException.class)
            .isNotInstanceOf(DownloadException.class);
        assertThat(target).hasBinaryContent(OLD);
        assertThat(disk.toFile().list()).containsExactly("target");
      }
      assertThat(run("mount", "-o", "remount,size=8m", disk.toString())).isZero();
      downloads.fetch(List.of(server.uri("/")), expected, target).close();
      assertThat(target).hasBinaryContent(GOOD);
    } finally {
      assertThat(run("umount", disk.toString())).isZero();
    }
  }

  private static int run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1; // no such program
    }
  }

  /** Hashes a file that is far larger than its heap. */
  public static final class HashChild {
    private HashChild() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException {
      Path file = Path.of(arguments[0]);
      System.out.print(Files.size(file) + " " + Digest.sha256Of(file).oci());
    }
  }

  @Tag("deep")
  @Test
  void fileLargerThanTheHeap_isHashedInConstantMemory() throws Exception {
    Path file = directory.resolve("sparse");
    long size = SPARSE_GIB << 30;
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(size);
      long free = Files.getFileStore(file).getUsableSpace();
      sparse.seek(size - 1);
      sparse.write(0);
      assumeTrue(
          free - Files.getFileStore(file).getUsableSpace() < 1 << 30,
          "a file system without sparse files");
    } catch (IOException e) {
      throw new TestAbortedException("no sparse file of " + SPARSE_GIB + " GiB: " + e.getMessage());
    }
    List<String> smallHeap = List.of("-Xmx16m", "-XX:MaxDirectMemorySize=4m");
    Process child = ChildJvm.of(HashChild.class, smallHeap, file.toString()).start();
    assertThat(ChildJvm.output(child)).startsWith(size + " sha256:");
    assertThat(child.waitFor()).isZero();
  }

  /** Until so much is on the disk; bounded, so that a test that goes wrong ends. */
  private void awaitPart(long length) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < deadline) {
      for (String name : names()) {
        if (name.endsWith(".part") && Files.size(directory.resolve(name)) >= length) {
          return;
        }
      }
      Thread.onSpinWait();
    }
  }

  static int rangeOf(List<String> request) {
    for (String line : request) {
      if (line.startsWith("Range: bytes=")) {
        return Integer.parseInt(line.substring(13, line.length() - 1));
      }
    }
    return 0;
  }

  private static Process child(String limit, LyingServer server, Path target) throws IOException {
    List<String> command = new ArrayList<>();
    if (!limit.isEmpty()) {
      command.addAll(List.of("bash", "-c", limit + "exec \"$@\"", "bash"));
    }
    command.addAll(
        ChildJvm.of(Child.class, List.of(), server.uri("/").toString(), target.toString())
            .command());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
