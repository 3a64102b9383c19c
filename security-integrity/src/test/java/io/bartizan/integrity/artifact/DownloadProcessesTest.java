package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes that fetch one target at the same time. */
@Tag("deep")
class DownloadProcessesTest {

  private static final int SIZE = 3_000_000;
  private static final int ROUNDS = Integer.getInteger("artifact.races", 15);
  private static final byte[] GOOD = bytes(SIZE);
  private static final byte[] OLD = bytes(10);
  private static final Expected EXPECTED = Expected.of(Digest.sha256Of(GOOD)).withSize(SIZE);

  @TempDir Path directory;

  /** Fetches each target that it is told of, when it is told of it. */
  public static final class Child {
    private Child() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException {
      URI mirror = URI.create(arguments[0]);
      Downloads downloads = Downloads.of(HttpClient.newHttpClient());
      var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String target = in.readLine(); target != null; target = in.readLine()) {
        try (VerifiedFile file =
            downloads.fetch(List.of(mirror, mirror), EXPECTED, Path.of(target))) {
          System.out.println(Arrays.equals(file.readAllBytes(), GOOD) ? "right" : "wrong");
        } catch (IOException | RuntimeException e) {
          System.out.println(e);
        }
      }
    }
  }

  @Test
  void processesAtOnce_allSucceedAndNothingUnverifiedIsEverAtTheName() throws Exception {
    byte[] evil = GOOD.clone();
    evil[SIZE - 1] ^= 1;
    AtomicInteger requests = new AtomicInteger();
    List<Process> children = new ArrayList<>();
    try (LyingServer server = LyingServer.startPlain()) {
      server.then(
          (request, out) -> {
            byte[] body = requests.getAndIncrement() % 5 == 0 ? evil : GOOD;
            String head = "HTTP/1.1 200 OK\netag: \"v\"\ncontent-length: ";
            LyingServer.say(head + SIZE, body, 0, SIZE).answer(request, out);
          });
      List<BufferedWriter> ins = new ArrayList<>();
      List<BufferedReader> outs = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Process child = ChildJvm.of(Child.class, List.of(), server.uri("/").toString()).start();
        children.add(child);
        ins.add(child.outputWriter());
        outs.add(child.inputReader());
      }
      for (int round = 0; round < ROUNDS; round++) {
        Path target = Files.write(directory.resolve("target" + round), OLD);
        for (BufferedWriter in : ins) {
          in.write(target + "\n");
        }
        for (BufferedWriter in : ins) {
          in.flush();
        }
        while (!outs.get(0).ready() || !outs.get(1).ready()) {
          byte[] now = Files.readAllBytes(target);
          assertThat(Arrays.equals(now, OLD) || Arrays.equals(now, GOOD)).isTrue();
        }
        for (BufferedReader out : outs) {
          assertThat(out.readLine()).isEqualTo("right");
        }
        assertThat(target).hasBinaryContent(GOOD);
      }
    } finally {
      children.forEach(Process::destroyForcibly);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .hasSize(ROUNDS)
          .allMatch(name -> name.matches("target\\d+"));
    }
  }

  /** Tells which part file it got. */
  public static final class PartChild {
    private PartChild() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException {
      try (PartFile part = PartFile.open(Path.of(arguments[0]), EXPECTED)) {
        System.out.print(part.path());
      }
    }
  }

  /** POSIX drops a process's locks on a file when it closes any descriptor of it. */
  @Test
  void secondThread_doesNotLoseTheLockOfTheFirst() throws Exception {
    Path target = directory.resolve("target");
    try (PartFile first = PartFile.open(target, EXPECTED)) {
      try (PartFile second = PartFile.open(target, EXPECTED)) {
        assertThat(second.path()).isNotEqualTo(first.path());
      }
      Process child = ChildJvm.of(PartChild.class, List.of(), target.toString()).start();
      assertThat(ChildJvm.output(child))
          .startsWith(directory.toRealPath().toString())
          .isNotEqualTo(first.path().toString());
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }
}
