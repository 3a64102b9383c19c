package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.accepted;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.ChildJvm;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** U15 and U16 with real processes: some are killed, some run side by side. */
@Tag("deep")
class TufProcessTest {

  @TempDir Path folder;

  /** Refreshes again and again in a folder; 0 if each time succeeded. */
  public static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      Path folder = Path.of(arguments[0]);
      int rounds = Integer.parseInt(arguments[1]);
      byte[] root = Files.readAllBytes(folder.resolve("repository/metadata/1.root.json"));
      Path repository = folder.resolve("repository");
      for (int i = 0; i < rounds; i++) {
        TufClient client =
            TufClient.builder(
                    root,
                    TufSource.of(repository.resolve("metadata"), repository.resolve("targets")),
                    folder.resolve("trust"))
                .withClock(new ManualInstantSource(TestRepository.NOW))
                .build();
        client.refresh();
        VerifiedTarget unused = client.verifyTarget("file.txt");
        Files.writeString(folder.resolve("alive." + ProcessHandle.current().pid()), "yes");
      }
    }
  }

  private Process start(int rounds) throws Exception {
    return ChildJvm.of(
            Child.class,
            List.of("-XX:TieredStopAtLevel=1"),
            folder.toString(),
            String.valueOf(rounds))
        .redirectOutput(folder.resolve("output." + System.nanoTime()).toFile())
        .start();
  }

  /** New versions of everything. */
  private static void publishNext(TestRepository repository) throws Exception {
    repository.targets.version++;
    repository.snapshotVersion++;
    repository.timestampVersion++;
    repository.publishContent();
  }

  @Test
  void U15_killedAtAnyMoment_theNextRunRecovers() throws Exception {
    TestRepository repository = new TestRepository(folder.resolve("repository")).publish();
    SplittableRandom random = new SplittableRandom(20261128);
    for (int i = 0; i < 8; i++) {
      Process child = start(1_000_000);
      try {
        Path alive = folder.resolve("alive." + child.pid());
        Eventually.within(
            Duration.ofSeconds(60), "the child's first target", () -> Files.exists(alive));
        assertThat(child.waitFor(random.nextInt(200), TimeUnit.MILLISECONDS)).isFalse();
      } finally {
        child.destroyForcibly();
      }
      assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
      publishNext(repository);
      TufClient client =
          TufClient.builder(repository.rootBytes(), repository.source(), folder.resolve("trust"))
              .withClock(new ManualInstantSource(TestRepository.NOW))
              .withLockTimeout(Duration.ofSeconds(30))
              .build();
      accepted(client);
    }
  }

  @Test
  void U16_processesSideBySide_eachSeeOneVerifiedStore() throws Exception {
    TestRepository repository = new TestRepository(folder.resolve("repository")).publish();
    List<Process> children = List.of(start(60), start(60), start(60));
    for (Process each : children) {
      assertThat(each.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(each.exitValue()).as("%s", output()).isZero();
    }
    publishNext(repository);
    TufClient client =
        TufClient.builder(repository.rootBytes(), repository.source(), folder.resolve("trust"))
            .withClock(new ManualInstantSource(TestRepository.NOW))
            .build();
    accepted(client);
  }

  private String output() throws Exception {
    StringBuilder all = new StringBuilder();
    try (var files = Files.list(folder)) {
      for (Path each : (Iterable<Path>) files::iterator) {
        if (each.getFileName().toString().startsWith("output.")) {
          all.append(Files.readString(each));
        }
      }
    }
    return all.toString();
  }
}
