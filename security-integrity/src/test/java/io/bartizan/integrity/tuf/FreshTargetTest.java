package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Health;
import io.bartizan.core.RotationListener;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.tests.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreshTargetTest {

  @TempDir Path folder;
  private final ManualInstantSource clock = new ManualInstantSource(TestRepository.NOW);

  /** Runs nothing by itself within a test: its one thread is taken. */
  private final ScheduledExecutorService idle = Executors.newSingleThreadScheduledExecutor();

  private final CountDownLatch end = new CountDownLatch(1);
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final RotationListener listener =
      new RotationListener() {
        @Override
        public void rotated(Health health) {
          heard.add("rotated " + health.status());
        }

        @Override
        public void failed(Health health, Exception cause) {
          heard.add("failed " + health.status());
        }

        @Override
        public void recovered(Health health) {
          heard.add("recovered " + health.status());
        }
      };
  private TestRepository repository;

  @BeforeEach
  void publish() throws Exception {
    repository = new TestRepository(folder.resolve("repository"));
    repository.timestampExpires = TestRepository.NOW.plus(Duration.ofDays(30));
    repository.publish();
    Future<?> unused = idle.submit(() -> end.await(5, TimeUnit.MINUTES));
  }

  @AfterEach
  void stop() {
    end.countDown();
    idle.shutdownNow();
  }

  private FreshTarget.Builder<String> builder(Function<VerifiedTarget, String> maker)
      throws Exception {
    TufClient client =
        TufClient.builder(repository.rootBytes(), repository.source(), folder.resolve("trust"))
            .withClock(clock)
            .build();
    return FreshTarget.<String>builder(client, "file.txt", maker, Duration.ofDays(7))
        .withClock(clock)
        .withListener(listener);
  }

  private void publish(String content) throws Exception {
    repository.targets.targets.put("file.txt", content.getBytes(UTF_8));
    repository.targets.version++;
    repository.snapshotVersion++;
    repository.timestampVersion++;
    repository.publishContent();
  }

  @Test
  void value_follows_the_target_and_its_age_counts_from_the_last_refresh() throws Exception {
    try (FreshTarget<String> fresh = builder(VerifiedTarget::text).withExecutor(idle).build()) {
      assertThat(fresh.get()).isEqualTo("hello");
      clock.advance(Duration.ofDays(7));
      assertThat(fresh.get()).isEqualTo("hello");
      assertThat(fresh.refresh()).as("nothing new").isFalse();
      publish("hello again");
      assertThat(fresh.refresh()).isTrue();
      assertThat(fresh.get()).isEqualTo("hello again");
      assertThat(heard).containsExactly("rotated UP");
      clock.advance(Duration.ofDays(7));
      assertThat(fresh.get()).isEqualTo("hello again");
      clock.advance(Duration.ofSeconds(1));
      refused(TufReason.STALE, fresh::get);
      assertThat(fresh.health().status()).isEqualTo(Health.Status.DOWN);
      assertThat(fresh.refresh()).isFalse();
      assertThat(fresh.get()).isEqualTo("hello again");
      assertThat(fresh.health().status()).isEqualTo(Health.Status.UP);
    }
  }

  /** As Kotlin and other languages do, which know no checked exceptions. */
  @SuppressWarnings("unchecked")
  private static <X extends Throwable> RuntimeException undeclared(Exception thrown) throws X {
    throw (X) thrown;
  }

  @Test
  void checked_exception_of_a_maker_is_a_failure_like_any_other() throws Exception {
    try (FreshTarget<String> fresh =
        builder(
                target -> {
                  if (target.text().startsWith("bad")) {
                    throw FreshTargetTest.<RuntimeException>undeclared(
                        new GeneralSecurityException("no key"));
                  }
                  return target.text();
                })
            .withExecutor(idle)
            .build()) {
      publish("bad");
      assertThat(fresh.refresh()).isFalse();
      assertThat(fresh.health().detail()).contains("no key");
      publish("good");
      assertThat(fresh.refresh()).isTrue();
    }
  }

  @Test
  void failures_keep_the_last_good_value_and_are_told() throws Exception {
    try (FreshTarget<String> fresh =
        builder(
                target -> {
                  if (target.text().startsWith("bad")) {
                    throw new IllegalArgumentException("no value: " + target.text());
                  }
                  return target.text();
                })
            .withExecutor(idle)
            .build()) {
      publish("bad");
      assertThat(fresh.refresh()).isFalse();
      assertThat(fresh.get()).isEqualTo("hello");
      assertThat(fresh.health().status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(fresh.health().detail()).contains("no value: bad");
      publish("hello");
      assertThat(fresh.refresh()).isFalse();
      Files.delete(repository.metadata.resolve("timestamp.json"));
      assertThat(fresh.refresh()).isFalse();
      assertThat(heard).containsExactly("failed DEGRADED", "recovered UP", "failed DEGRADED");
    }
  }

  @Test
  void without_a_first_value_there_is_no_fresh_target() throws Exception {
    TufClient client =
        TufClient.of(repository.rootBytes(), repository.source(), folder.resolve("trust"));
    Files.delete(repository.metadata.resolve("timestamp.json"));
    refused(TufReason.FILE_MISSING, () -> builder(VerifiedTarget::text).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FreshTarget.of(client, "x", t -> t, Duration.ZERO))
        .withMessageContaining("interval");
  }

  @Test
  void own_thread_asks_soon_after_a_start_from_the_folder() throws Exception {
    try (FreshTarget<String> first = builder(VerifiedTarget::text).withExecutor(idle).build()) {
      assertThat(first.get()).isEqualTo("hello");
    }
    publish("hello again");
    try (FreshTarget<String> fresh = builder(VerifiedTarget::text).build()) {
      Eventually.within(
          Duration.ofSeconds(60), "the newer value", () -> fresh.get().equals("hello again"));
      Eventually.within(
          Duration.ofSeconds(60), "the listener's word", () -> heard.contains("rotated UP"));
    }
  }
}
