package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.accepted;
import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualInstantSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** U05 and U08: stored metadata serve while they are listed and have not ended, and no longer. */
class StoredMetadataTest {

  @TempDir Path folder;
  private final ManualInstantSource clock = new ManualInstantSource(TestRepository.NOW);
  private TestRepository repository;

  @BeforeEach
  void publish() throws Exception {
    repository = new TestRepository(folder.resolve("repository"));
    repository.publish();
  }

  /** Another process, which knows what the folder tells. */
  private TufClient client() throws Exception {
    return TufClient.builder(
            repository.rootBytesOf(1), repository.source(), folder.resolve("trust"))
        .withClock(clock)
        .build();
  }

  private void publishTimestamp(long version) throws Exception {
    repository.timestampVersion = version;
    repository.publishContent();
  }

  @Test
  void U08_storedSnapshotThatEnded_isRefusedUnderAFreshTimestamp() throws Exception {
    repository.snapshotExpires = TestRepository.NOW.plusSeconds(10);
    repository.publishContent();
    TufClient client = client();
    accepted(client);
    publishTimestamp(2);
    clock.set(TestRepository.NOW.plusSeconds(9));
    accepted(client);
    publishTimestamp(3);
    clock.set(TestRepository.NOW.plusSeconds(10));
    refused(TufReason.EXPIRED, client::refresh);
    refused(TufReason.EXPIRED, client()::refresh);
    refused(TufReason.EXPIRED, () -> client().verifyTarget("file.txt"));
  }

  @Test
  void U08_storedTargetsThatEnded_areRefusedUnderAFreshSnapshot() throws Exception {
    repository.targets.expires = TestRepository.NOW.plusSeconds(10);
    repository.publishContent();
    TufClient client = client();
    accepted(client);
    repository.snapshotVersion = 2;
    publishTimestamp(2);
    clock.set(TestRepository.NOW.plusSeconds(9));
    accepted(client);
    clock.set(TestRepository.NOW.plusSeconds(10));
    refused(TufReason.EXPIRED, client::refresh);
    refused(TufReason.EXPIRED, client()::refresh);
  }

  @Test
  void U08_delegatedRoleThatEnded_isRefused_knownOrStored() throws Exception {
    TestRepository.Role child = new TestRepository.Role("child", RoleSigner.ed25519());
    child.targets.put("child/file", "of the child".getBytes(UTF_8));
    child.expires = TestRepository.NOW.plusSeconds(10);
    repository.targets.delegate(child, "paths", List.of("child/*"), "terminating", true);
    repository.delegated.add(child);
    repository.publishContent();
    TufClient client = client();
    assertThat(client.verifyTarget("child/file").expiresAt()).isEqualTo(child.expires);
    clock.set(TestRepository.NOW.plusSeconds(9));
    assertThat(client.verifyTarget("child/file").role()).isEqualTo("child");
    assertThat(client().verifyTarget("child/file").role()).isEqualTo("child");
    clock.set(TestRepository.NOW.plusSeconds(10));
    refused(TufReason.EXPIRED, () -> client.verifyTarget("child/file"));
    refused(TufReason.EXPIRED, () -> client().verifyTarget("child/file"));
    accepted(client);
  }

  @Test
  void U08_targetEnds_withTheFirstOfAllMetadataOnTheWay() throws Exception {
    TestRepository.Role child = new TestRepository.Role("child", RoleSigner.ed25519());
    TestRepository.Role below = new TestRepository.Role("below", RoleSigner.ed25519());
    below.targets.put("a/x", "of the last".getBytes(UTF_8));
    repository.targets.delegate(child, "paths", List.of("a/*"), "terminating", false);
    child.delegate(below, "paths", List.of("a/*"), "terminating", false);
    repository.delegated.addAll(List.of(child, below));
    Instant first = TestRepository.NOW.plusSeconds(10);
    Instant later = TestRepository.NOW.plusSeconds(20);
    for (int which = 0; which < 6; which++) {
      repository.rootExpires = which == 0 ? first : later;
      repository.timestampExpires = which == 1 ? first : later;
      repository.snapshotExpires = which == 2 ? first : later;
      repository.targets.expires = which == 3 ? first : later;
      child.expires = which == 4 ? first : later;
      below.expires = which == 5 ? first : later;
      repository.publish();
      TufClient client =
          TufClient.builder(
                  repository.rootBytes(), repository.source(), folder.resolve("trust" + which))
              .withClock(clock)
              .build();
      assertThat(client.verifyTarget("a/x").expiresAt()).as("%d", which).isEqualTo(first);
    }
  }

  @Test
  void U11_storedRootThatNobodyTrustedSigned_countsForNothing() throws Exception {
    TestRepository foreign = new TestRepository(folder.resolve("foreign"));
    foreign.rootVersion = 2;
    byte[] forged = foreign.publishRoot(foreign.rootSigners);
    TufClient client = client();
    accepted(client);
    Files.write(folder.resolve("trust/root.2.json"), forged);
    accepted(client);
    TufClient another = client();
    accepted(another);
    assertThat(another.toString()).contains("root 1");
    repository.rootVersion = 2;
    repository.publishRoot(repository.rootSigners);
    accepted(another);
    assertThat(another.toString()).contains("root 2");
  }

  @Test
  void U08_metadataThatServed_serveNoLongerThanTheFirstOfThem() throws Exception {
    Instant first = TestRepository.NOW.plusSeconds(10);
    Instant later = TestRepository.NOW.plusSeconds(20);
    for (int which = 0; which < 4; which++) {
      clock.set(TestRepository.NOW);
      repository.rootExpires = which == 0 ? first : later;
      repository.timestampExpires = which == 1 ? first : later;
      repository.snapshotExpires = which == 2 ? first : later;
      repository.targets.expires = which == 3 ? first : later;
      repository.publish();
      TufClient client =
          TufClient.builder(
                  repository.rootBytes(), repository.source(), folder.resolve("trust" + which))
              .withClock(clock)
              .build();
      accepted(client);
      clock.set(first.minusMillis(1));
      assertThat(client.verifyTarget("file.txt").text()).isEqualTo("hello");
      clock.set(first);
      refused(TufReason.EXPIRED, () -> client.verifyTarget("file.txt"));
    }
  }

  @Test
  void U01_newRoot_endsWhatTheOldOnesKeysSigned_alsoWhenTheRefreshFails() throws Exception {
    TufClient client = client();
    accepted(client);
    List<RoleSigner> withdrawn = repository.timestampSigners;
    repository.timestampSigners = List.of(RoleSigner.ed25519());
    repository.rootVersion = 2;
    repository.publishRoot(repository.rootSigners);
    List<RoleSigner> right = repository.timestampSigners;
    repository.timestampSigners = withdrawn;
    publishTimestamp(2);
    refused(TufReason.THRESHOLD_NOT_REACHED, client::refresh);
    refused(TufReason.THRESHOLD_NOT_REACHED, () -> client.verifyTarget("file.txt"));
    repository.timestampSigners = right;
    publishTimestamp(2);
    assertThat(client.verifyTarget("file.txt").text()).isEqualTo("hello");
  }

  private void changeState(String from, String to) throws Exception {
    Path state = folder.resolve("trust/state.json");
    String text = Files.readString(state);
    assertThat(text).contains(from);
    Files.writeString(state, text.replace(from, to));
  }

  @Test
  void U11_storedTimestampOrSnapshotThatNobodySigned_countsForNothing() throws Exception {
    repository.hashes = false; // so that signatures alone hold them
    repository.publishContent();
    TufSource nothing = TufSource.of(folder.resolve("nowhere"), folder.resolve("nowhere"));
    for (Instant end : List.of(repository.timestampExpires, repository.snapshotExpires)) {
      accepted(client());
      TufClient.Builder offline =
          TufClient.builder(repository.rootBytesOf(1), nothing, folder.resolve("trust"))
              .withClock(clock);
      assertThat(offline.build().verifyTarget("file.txt").text()).isEqualTo("hello");
      changeState(end.toString(), end.plusSeconds(1).toString());
      refused(TufReason.FILE_MISSING, () -> offline.build().verifyTarget("file.txt"));
      accepted(client());
      assertThat(offline.build().verifyTarget("file.txt").text()).isEqualTo("hello");
    }
  }

  @Test
  void U05_snapshotThatWasRefusedAsExpired_isNotWhatTheNextIsComparedWith() throws Exception {
    TufClient client = client();
    accepted(client);
    repository.snapshotExpires = TestRepository.NOW;
    repository.snapshotVersion = 9;
    repository.targets.version = 9;
    publishTimestamp(2);
    refused(TufReason.EXPIRED, client::refresh);
    repository.snapshotExpires = TestRepository.NOW.plusSeconds(60);
    repository.snapshotVersion = 10;
    repository.targets.version = 6;
    publishTimestamp(3);
    accepted(client);
  }

  @Test
  void U07_newSnapshotWithoutHashes_takesTheStoredOnesPlace() throws Exception {
    repository.hashes = false;
    repository.publishContent();
    TufClient client = client();
    accepted(client);
    repository.targets.targets.put("new.txt", "new".getBytes(UTF_8));
    repository.targets.version = 2;
    repository.snapshotVersion = 2;
    publishTimestamp(2);
    accepted(client);
    assertThat(client.verifyTarget("new.txt").text()).isEqualTo("new");
  }

  @Test
  void U05_paddedFile_doesNotMakeTheClientForgetWhatItTrusted() throws Exception {
    repository.hashes = false; // as repositories do whose timestamp names versions alone
    repository.publish();
    byte[] oldTimestamp = Files.readAllBytes(repository.metadata.resolve("timestamp.json"));
    repository.snapshotVersion = 2;
    publishTimestamp(2);
    Path snapshot = repository.metadata.resolve("2.snapshot.json");
    byte[] signed = Files.readAllBytes(snapshot);
    byte[] padded = Arrays.copyOf(signed, ListedFiles.MAX_SNAPSHOT_BYTES);
    Arrays.fill(padded, signed.length, padded.length, (byte) '\n'); // nobody signs blanks
    Files.write(snapshot, padded);
    accepted(client());
    Files.write(repository.metadata.resolve("timestamp.json"), oldTimestamp);
    refused(TufReason.ROLLBACK, client()::refresh);
    assertThat(client().verifyTarget("file.txt").text()).isEqualTo("hello");
  }
}
