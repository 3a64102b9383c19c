package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.accepted;
import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.core.VerificationException;
import io.bartizan.testkit.ManualInstantSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is stored: U11, U15, U16, restarts without a source, and health. */
class TrustFolderTest {

  @TempDir Path folder;
  private final ManualInstantSource clock = new ManualInstantSource(TestRepository.NOW);
  private TestRepository repository;
  private Path trust;

  @BeforeEach
  void publish() throws Exception {
    repository = new TestRepository(folder.resolve("repository"));
    repository.publish();
    trust = folder.resolve("trust");
  }

  private TufClient client() throws Exception {
    return client(repository.source());
  }

  private TufClient client(TufSource source) throws Exception {
    return TufClient.builder(repository.rootBytes(), source, trust)
        .withClock(clock)
        .withLockTimeout(Duration.ofSeconds(30))
        .build();
  }

  /** A source that has nothing. */
  private TufClient offline() throws Exception {
    return client(TufSource.of(folder.resolve("nowhere"), folder.resolve("nowhere")));
  }

  private Path stored(String prefix) throws IOException {
    try (Stream<Path> files = Files.list(trust)) {
      return files
          .filter(each -> each.getFileName().toString().startsWith(prefix))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void U11_cachedTarget_servesOfflineAndIsVerifiedAtEachRead() throws Exception {
    accepted(client());
    TufClient offline = offline();
    assertThat(offline.verifyTarget("file.txt").text()).isEqualTo("hello");
    Files.writeString(stored("target."), "hullo");
    refused(TufReason.FILE_MISSING, () -> offline.verifyTarget("file.txt"));
    Files.writeString(stored("target."), "hello and more");
    refused(TufReason.FILE_MISSING, () -> offline.verifyTarget("file.txt"));
    assertThat(client().verifyTarget("file.txt").text()).as("fetched anew").isEqualTo("hello");
    assertThat(offline.verifyTarget("file.txt").text()).isEqualTo("hello");
  }

  @Test
  void U11_storedMetadataChangedOnDisk_countForNothing() throws Exception {
    TestRepository.Role child = new TestRepository.Role("child", RoleSigner.ed25519());
    child.targets.put("child/file", "of the child".getBytes(UTF_8));
    repository.targets.delegate(child, "paths", List.of("child/*"), "terminating", true);
    repository.delegated.add(child);
    repository.publishContent();
    assertThat(client().verifyTarget("child/file").role()).isEqualTo("child");
    for (String name :
        List.of(
            "state.json",
            "role." + RoleSigner.hex256("targets"),
            "role." + RoleSigner.hex256("child"))) {
      Path file = stored(name);
      byte[] good = Files.readAllBytes(file);
      assertThat(offline().verifyTarget("child/file").text()).isEqualTo("of the child");
      byte[] bad = good.clone();
      bad[bad.length / 2] ^= 1;
      Files.write(file, bad);
      refused(TufReason.FILE_MISSING, () -> offline().verifyTarget("child/file"));
      Files.write(file, good);
    }
  }

  @Test
  void U15_crashBetweenTimestampAndSnapshot_isRecoveredFrom() throws Exception {
    accepted(client());
    repository.timestampVersion = 2;
    repository.snapshotVersion = 2;
    repository.publishContent();
    Path snapshot = repository.metadata.resolve("2.snapshot.json");
    byte[] bytes = Files.readAllBytes(snapshot);
    Files.delete(snapshot);
    refused(TufReason.FILE_MISSING, client()::refresh); // the new timestamp is stored by now
    refused(TufReason.FILE_MISSING, () -> client().verifyTarget("file.txt"));
    Files.write(snapshot, bytes);
    accepted(client());
  }

  @Test
  void U15_tornOrForeignFiles_areReplaced() throws Exception {
    repository.rootVersion = 2;
    byte[] first = repository.rootBytesOf(1);
    repository.publishRoot(repository.rootSigners);
    for (String name : List.of("state.json", "root.2.json", "role.", "target.")) {
      TufClient client =
          TufClient.builder(first, repository.source(), trust).withClock(clock).build();
      accepted(client);
      for (String content : List.of("", "{", "{\"keys\":1}", "{\"keys\":\"\"}", "\0")) {
        Files.writeString(stored(name), content);
        accepted(TufClient.builder(first, repository.source(), trust).withClock(clock).build());
      }
    }
  }

  @Test
  void U15_whatACrashLeft_isSweptWhenItIsOld() throws Exception {
    accepted(client());
    Path old = Files.writeString(trust.resolve(".tuf-1.tmp"), "half");
    Files.setLastModifiedTime(old, FileTime.fromMillis(System.currentTimeMillis() - 7_200_000));
    Path young = Files.writeString(trust.resolve(".tuf-2.tmp"), "half");
    accepted(client());
    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void U16_manyAtOnce_leaveOneVerifiedStore() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        running.add(
            pool.submit(
                (Callable<Void>)
                    () -> {
                      TufClient client = client();
                      for (int j = 0; j < 5; j++) {
                        accepted(client);
                      }
                      return null;
                    }));
      }
      for (Future<?> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(offline().verifyTarget("file.txt").text()).isEqualTo("hello");
    try (Stream<Path> left = Files.list(trust)) {
      assertThat(left.map(each -> each.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".tmp"));
    }
  }

  @Test
  void U16_folderInUse_isRefusedAfterTheWait() throws Exception {
    TrustFolder busy = new TrustFolder(trust);
    TufClient impatient =
        TufClient.builder(repository.rootBytes(), repository.source(), trust)
            .withClock(clock)
            .withLockTimeout(Duration.ZERO)
            .build();
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (TrustFolder.Held held = busy.lock(Duration.ofSeconds(30))) {
      assertThat(held).isNotNull();
      Future<?> refused = other.submit(() -> refused(TufReason.FOLDER_BUSY, impatient::refresh));
      refused.get(60, TimeUnit.SECONDS);
    } finally {
      other.shutdownNow();
    }
    accepted(impatient);
  }

  @Test
  void restart_without_a_source_serves_until_the_metadata_end() throws Exception {
    accepted(client());
    clock.advance(Duration.ofDays(6));
    VerifiedTarget target = offline().verifyTarget("file.txt");
    assertThat(target.confirmedAt()).isEqualTo(TestRepository.NOW);
    assertThat(target.expiresAt()).isEqualTo(repository.timestampExpires);
    clock.advance(Duration.ofDays(1));
    refused(TufReason.FILE_MISSING, () -> offline().verifyTarget("file.txt"));
    clock.set(TestRepository.NOW.minusSeconds(1)); // a refresh from the future is none
    refused(TufReason.FILE_MISSING, () -> offline().verifyTarget("file.txt"));
  }

  @Test
  void failed_refresh_keeps_what_was_trusted_but_not_under_a_new_root() throws Exception {
    TufClient client = client();
    accepted(client);
    Files.delete(repository.metadata.resolve("timestamp.json"));
    refused(TufReason.FILE_MISSING, client::refresh);
    assertThat(client.verifyTarget("file.txt").text()).isEqualTo("hello");

    repository.targets.signers = List.of(RoleSigner.ed25519()); // the old key is withdrawn
    repository.rootVersion = 2;
    repository.publishRoot(repository.rootSigners);
    refused(TufReason.FILE_MISSING, client::refresh);
    refused(TufReason.FILE_MISSING, () -> client.verifyTarget("file.txt"));
  }

  @Test
  void health_tells_age_end_and_failure() throws Exception {
    TufClient client = client();
    assertThat(client.health().status()).isEqualTo(Health.Status.DOWN);
    client.refresh();
    clock.advance(Duration.ofHours(3));
    assertThat(client.health()).isEqualTo(Health.up("refreshed 3 h ago, expires in 6 d"));
    Files.delete(repository.metadata.resolve("timestamp.json"));
    refused(TufReason.FILE_MISSING, client::refresh);
    assertThat(client.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(client.health().detail()).contains("3 h ago", "timestamp.json");
    clock.advance(Duration.ofDays(7));
    assertThat(client.health().status()).isEqualTo(Health.Status.DOWN);
    assertThat(client.health().detail()).contains("expired at " + repository.timestampExpires);
  }

  @Test
  void interrupted_thread_gives_up_and_stays_interrupted() throws Exception {
    Thread.currentThread().interrupt();
    try {
      assertThat(org.assertj.core.api.Assertions.catchThrowable(client()::refresh))
          .isInstanceOfAny(IOException.class, VerificationException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    accepted(client());
  }
}
