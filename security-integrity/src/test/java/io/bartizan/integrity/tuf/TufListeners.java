package io.bartizan.integrity.tuf;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.RotationListener;
import io.bartizan.testkit.ManualInstantSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** What listeners of a {@link FreshTarget} are told of, for the contract of all listeners. */
public final class TufListeners {

  private TufListeners() {}

  /** A rotation, a failure and a recovery. */
  public static List<Object> play(Path place, List<RotationListener> listeners) throws Exception {
    Path folder = Files.createTempDirectory(place, "tuf");
    TestRepository repository = new TestRepository(folder.resolve("repository"));
    repository.publish();
    TufClient client =
        TufClient.builder(repository.rootBytes(), repository.source(), folder.resolve("trust"))
            .withClock(new ManualInstantSource(TestRepository.NOW))
            .build();
    ScheduledThreadPoolExecutor never = new ScheduledThreadPoolExecutor(1);
    FreshTarget.Builder<String> builder =
        FreshTarget.<String>builder(client, "file.txt", VerifiedTarget::text, Duration.ofDays(7))
            .withClock(new ManualInstantSource(TestRepository.NOW))
            .withExecutor(never);
    for (RotationListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    try (FreshTarget<String> fresh = builder.build()) {
      never.shutdownNow();
      repository.targets.targets.put("file.txt", "again".getBytes(UTF_8));
      repository.targets.version++;
      repository.snapshotVersion++;
      repository.timestampVersion++;
      repository.publishContent();
      return List.of(fresh.refresh(), fresh.get(), fresh.health().status());
    } finally {
      never.shutdownNow();
    }
  }
}
