package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.accepted;
import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualInstantSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The attack matrix of timestamp, snapshot and targets: U05, U07, U08, U10 and U12. */
class MetadataMatrixTest {

  @TempDir Path folder;
  private final ManualInstantSource clock = new ManualInstantSource(TestRepository.NOW);
  private TestRepository repository;

  @BeforeEach
  void publish() throws Exception {
    repository = new TestRepository(folder.resolve("repository"));
    repository.timestampVersion = 5;
    repository.snapshotVersion = 5;
    repository.targets.version = 5;
    repository.publish();
  }

  private TufClient client() throws Exception {
    return client("trust");
  }

  private TufClient client(String store) throws Exception {
    return TufClient.builder(repository.rootBytes(), repository.source(), folder.resolve(store))
        .withClock(clock)
        .build();
  }

  @Test
  void U05_olderTimestamp_isRefused() throws Exception {
    accepted(client());
    repository.timestampVersion = 4;
    repository.publishContent();
    refused(TufReason.ROLLBACK, client()::refresh);
    accepted(client("another")); // who never saw the newer one
  }

  @Test
  void U05_timestampOfOneVersionWithOtherContent_isRefused() throws Exception {
    accepted(client());
    repository.publishContent();
    accepted(client()); // the same again, signed again
    repository.timestampExpires = repository.timestampExpires.plusSeconds(1);
    repository.publishContent();
    refused(TufReason.VERSION_REUSED, client()::refresh);
    repository.timestampVersion = 6;
    repository.publishContent();
    accepted(client());
  }

  @Test
  void U05_olderSnapshotUnderANewerTimestamp_isRefused() throws Exception {
    accepted(client());
    repository.timestampVersion = 6;
    repository.snapshotVersion = 4;
    repository.publishContent();
    refused(TufReason.ROLLBACK, client()::refresh);
    accepted(client("another"));
  }

  @Test
  void U05_snapshotOfOneVersionWithOtherContent_isRefused() throws Exception {
    accepted(client());
    repository.timestampVersion = 6;
    repository.snapshotExpires = repository.snapshotExpires.plusSeconds(1);
    repository.publishContent();
    refused(TufReason.VERSION_REUSED, client()::refresh);
    accepted(client("another"));
  }

  @Test
  void U05_olderTargetsUnderANewerSnapshot_areRefused() throws Exception {
    accepted(client());
    repository.timestampVersion = 6;
    repository.snapshotVersion = 6;
    repository.targets.version = 4;
    repository.publishContent();
    refused(TufReason.ROLLBACK, client()::refresh);
    accepted(client("another"));
  }

  @Test
  void U05_snapshotThatLeavesOutARole_isRefused() throws Exception {
    TestRepository.Role gone = new TestRepository.Role("gone", RoleSigner.ed25519());
    repository.delegated.add(gone);
    repository.timestampVersion = 6;
    repository.snapshotVersion = 6;
    repository.publishContent();
    accepted(client());
    repository.delegated.clear();
    repository.timestampVersion = 7;
    repository.snapshotVersion = 7;
    repository.publishContent();
    refused(TufReason.ROLLBACK, client()::refresh);
    accepted(client("another"));
  }

  @Test
  void U05_whatAFailedRefreshSaw_countsTheNextTime() throws Exception {
    accepted(client());
    repository.timestampVersion = 9;
    repository.snapshotVersion = 9;
    repository.publishContent();
    Files.delete(repository.metadata.resolve("9.snapshot.json"));
    refused(TufReason.FILE_MISSING, client()::refresh);
    repository.timestampVersion = 8;
    repository.snapshotVersion = 8;
    repository.publishContent();
    refused(TufReason.ROLLBACK, client()::refresh);
  }

  @Test
  void U07_snapshotOrTargetsThatDiffer_areRefused() throws Exception {
    for (String name : List.of("5.snapshot.json", "5.targets.json")) {
      Path file = repository.metadata.resolve(name);
      byte[] good = Files.readAllBytes(file);
      Files.write(file, (new String(good, UTF_8) + " ").getBytes(UTF_8)); // longer
      refused(TufReason.TOO_LARGE, client(name)::refresh);
      Files.write(file, new String(good, UTF_8).replace('\n', ' ').getBytes(UTF_8)); // other hash
      refused(TufReason.METADATA_MISMATCH, client(name)::refresh);
      Files.write(file, new String(good, UTF_8).replace("\n", "").getBytes(UTF_8)); // shorter
      refused(TufReason.METADATA_MISMATCH, client(name)::refresh);
      Files.write(file, good);
      accepted(client(name));
    }
  }

  @Test
  void U07_versionOtherThanListed_isRefusedWithoutHashesToo() throws Exception {
    repository.hashes = false;
    for (String name : List.of("snapshot", "targets")) {
      repository.edits.put(name, signed -> signed.put("version", 6));
      repository.publishContent();
      refused(TufReason.VERSION_MISMATCH, client(name)::refresh);
      repository.edits.clear();
      repository.publishContent();
      accepted(client(name));
    }
  }

  @Test
  void U07_metadataOfAnotherRole_areRefused() throws Exception {
    repository.hashes = false;
    repository.publishContent();
    Path snapshot = repository.metadata.resolve("5.snapshot.json");
    byte[] good = Files.readAllBytes(snapshot);
    Files.copy(
        repository.metadata.resolve("timestamp.json"),
        snapshot,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    refused(TufReason.METADATA_MALFORMED, client()::refresh);
    Files.write(snapshot, good);
    accepted(client());
  }

  @Test
  void U07_wrongSigner_isRefused() throws Exception {
    repository.hashes = false;
    List<RoleSigner> right = repository.snapshotSigners;
    repository.snapshotSigners = repository.timestampSigners;
    repository.publishContent();
    refused(TufReason.THRESHOLD_NOT_REACHED, client()::refresh);
    repository.snapshotSigners = right;
    List<RoleSigner> signers = repository.targets.signers;
    repository.targets.signers = right;
    repository.publishContent();
    refused(TufReason.THRESHOLD_NOT_REACHED, client()::refresh);
    repository.targets.signers = signers;
    repository.publishContent();
    accepted(client());
  }

  @Test
  void U07_targetsMissingInTheSnapshot_areRefused() throws Exception {
    repository.edits.put("snapshot", s -> TestRepository.at(s, "meta").remove("targets.json"));
    repository.publishContent();
    refused(TufReason.ROLE_UNLISTED, client()::refresh);
    repository.edits.put("timestamp", s -> TestRepository.at(s, "meta").remove("snapshot.json"));
    repository.publishContent();
    refused(TufReason.METADATA_MALFORMED, client("another")::refresh);
  }

  @Test
  void U07_targetOtherThanListed_isRefused() throws Exception {
    Path file =
        repository.targetsFolder.resolve(
            TargetPath.prefixed("file.txt", RoleSigner.hex256("hello")));
    TufClient client = client();
    client.refresh();
    Files.writeString(file, "hullo");
    refused(TufReason.TARGET_MISMATCH, () -> client.verifyTarget("file.txt"));
    Files.writeString(file, "hell");
    refused(TufReason.TARGET_MISMATCH, () -> client.verifyTarget("file.txt"));
    Files.writeString(file, "hello!");
    refused(TufReason.TOO_LARGE, () -> client.verifyTarget("file.txt"));
    Files.delete(file);
    refused(TufReason.FILE_MISSING, () -> client.verifyTarget("file.txt"));
    Files.writeString(file, "hello");
    accepted(client);
  }

  private void target(Consumer<Map<String, Object>> change) throws Exception {
    repository.edits.put(
        "targets", signed -> change.accept(TestRepository.at(signed, "targets", "file.txt")));
    repository.publishContent();
  }

  private void metadata(String name, String member, Object value) throws Exception {
    repository.edits.clear();
    repository.edits.put(name, signed -> signed.put(member, value));
    repository.publishContent();
  }

  @Test
  void U07_lengthOfATarget_countsBesideItsHash() throws Exception {
    for (int length : new int[] {4, 6, 5_000}) {
      target(listed -> listed.put("length", length));
      TufClient client = client("trust" + length);
      client.refresh();
      refused(
          length < 5 ? TufReason.TOO_LARGE : TufReason.TARGET_MISMATCH,
          () -> client.verifyTarget("file.txt"));
    }
    target(listed -> listed.put("length", 5));
    accepted(client());
  }

  @Test
  void U07_targetWithoutLengthOrHash_isRefused() throws Exception {
    List<Consumer<Map<String, Object>>> wrong =
        List.of(
            listed -> listed.remove("length"),
            listed -> listed.put("hashes", Map.of()),
            listed -> listed.put("hashes", Map.of("md5", "5d41402abc4b2a76b9719d911017c592")));
    for (int i = 0; i < wrong.size(); i++) {
      target(wrong.get(i));
      TufClient client = client("trust" + i);
      refused(TufReason.METADATA_MALFORMED, () -> client.verifyTarget("file.txt"));
    }
  }

  @Test
  void U07_metadataListedByUnknownHashesAlone_areRefused() throws Exception {
    for (Object hashes : List.of(Map.of("md5", "00"), Map.of("sha1", "00", "crc", "0"))) {
      repository.edits.put(
          "timestamp", s -> TestRepository.at(s, "meta", "snapshot.json").put("hashes", hashes));
      repository.publishContent();
      refused(TufReason.METADATA_MALFORMED, client()::refresh);
    }
    repository.edits.clear();
    repository.publishContent();
    accepted(client());
  }

  @Test
  void U05_versionsBelowOne_areRefused() throws Exception {
    metadata("timestamp", "version", 0);
    refused(TufReason.METADATA_MALFORMED, client()::refresh);
    repository.hashes = false;
    for (String name : List.of("snapshot", "targets")) {
      metadata(name, "version", 0);
      refused(TufReason.METADATA_MALFORMED, client(name)::refresh);
    }
    repository.edits.clear();
    repository.edits.put(
        "snapshot",
        s -> TestRepository.at(s, "meta").put("other.json", new HashMap<>(Map.of("version", 0))));
    repository.publishContent();
    refused(TufReason.METADATA_MALFORMED, client("other")::refresh);
    repository.edits.clear();
    repository.publishContent();
    accepted(client());
  }

  @Test
  void U07_specificationOfAnotherVersion_isRefused() throws Exception {
    for (String other : List.of("2.0.0", "0.9", "1", "11.0", "1.0.0.0", "1.x", "1.0.0-rc", "")) {
      metadata("timestamp", "spec_version", other);
      refused(TufReason.SPECIFICATION_UNSUPPORTED, client()::refresh);
    }
    for (String right : List.of("1.0", "1.0.33", "1.9999.0")) {
      metadata("timestamp", "spec_version", right);
      accepted(client(right));
    }
  }

  @Test
  void U07_metadataWithoutSignatures_areMalformed() throws Exception {
    repository.writer =
        (signed, signers) -> Canonical.served(Map.of("signed", signed)).getBytes(UTF_8);
    repository.publishContent();
    refused(TufReason.METADATA_MALFORMED, client()::refresh);
  }

  @Test
  void U09_targetAboveTheBound_isRefused() throws Exception {
    for (int bound : new int[] {4, 5}) {
      TufClient client =
          TufClient.builder(
                  repository.rootBytes(), repository.source(), folder.resolve("bound" + bound))
              .withClock(clock)
              .withMaxTargetBytes(bound)
              .build();
      client.refresh();
      if (bound == 5) {
        accepted(client);
      } else {
        refused(TufReason.TOO_LARGE, () -> client.verifyTarget("file.txt"));
      }
    }
  }

  @Test
  void U10_pathThatLeavesTheFolder_isNotRead() throws Exception {
    Path inside = Files.createDirectories(folder.resolve("shop/inside"));
    Files.writeString(inside.resolve("file"), "public");
    Files.writeString(folder.resolve("shop/secret"), "secret");
    Files.createDirectories(folder.resolve("shop/inside-not"));
    Files.writeString(folder.resolve("shop/inside-not/file"), "secret");
    TufSource source = TufSource.of(inside, inside);
    Duration limit = Duration.ofSeconds(5);
    for (String path :
        List.of(
            "../secret",
            "x/../../secret",
            "../inside-not/file",
            folder.resolve("shop/secret").toAbsolutePath().toString(),
            ".",
            "absent")) {
      assertThat(source.target(path, 100, limit)).as(path).isNull();
      assertThat(source.metadata(path, 100, limit)).as(path).isNull();
    }
    assertThat(source.target("file", 100, limit)).asString(UTF_8).isEqualTo("public");
    assertThat(source.metadata("file", 100, limit)).asString(UTF_8).isEqualTo("public");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\u007fb", "a\udc00b", "\udc00", "\ud800x", "\ud800\ud800\udc00"})
  void U10_pathOfControlsOrHalfCharacters_isRefused(String path) {
    refused(TufReason.TARGET_NAME_UNSAFE, () -> TargetPath.requireSafe(path));
    TargetPath.requireSafe("a\ud83d\ude00\ud83d\ude00b");
  }

  @Test
  void U10_longPath_isRefused() {
    TargetPath.requireSafe("a".repeat(512));
    refused(TufReason.TARGET_NAME_UNSAFE, () -> TargetPath.requireSafe("a".repeat(513)));
  }

  @Test
  void U08_expiredMetadata_areRefused() throws Exception {
    Instant past = TestRepository.NOW;
    repository.timestampExpires = past;
    repository.publishContent();
    refused(TufReason.EXPIRED, client()::refresh);
    repository.timestampExpires = past.plusSeconds(1);
    repository.snapshotExpires = past;
    repository.publishContent();
    refused(TufReason.EXPIRED, client()::refresh);
    repository.snapshotExpires = past.plusSeconds(1);
    repository.targets.expires = past;
    repository.snapshotVersion = 6;
    repository.timestampVersion = 6;
    repository.publishContent();
    refused(TufReason.EXPIRED, client()::refresh);
    repository.targets.expires = past.plusSeconds(1);
    repository.targets.version = 6;
    repository.snapshotVersion = 7;
    repository.timestampVersion = 7;
    repository.publishContent();
    accepted(client());
  }

  @Test
  void U08_frozenRepository_endsWithItsTimestamp() throws Exception {
    TufClient client = client();
    accepted(client);
    clock.advance(Duration.ofDays(7).minusSeconds(1));
    accepted(client);
    clock.advance(Duration.ofSeconds(1));
    refused(TufReason.EXPIRED, client::refresh);
    refused(TufReason.EXPIRED, () -> client.verifyTarget("file.txt"));
    refused(TufReason.EXPIRED, () -> client().verifyTarget("file.txt"));
    repository.timestampVersion = 6;
    repository.timestampExpires = clock.instant().plusSeconds(60);
    repository.publishContent();
    assertThat(client.verifyTarget("file.txt").text()).isEqualTo("hello");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../file.txt",
        "/file.txt",
        "a//file.txt",
        "./file.txt",
        "a/..",
        "",
        "a/",
        "a\\file.txt",
        "%2e%2e/file.txt",
        "file%2Etxt",
        "a\nb",
        "c:file.txt",
        "\ud800"
      })
  void U10_unsafeName_isRefused(String path) throws Exception {
    repository.targets.targets.clear();
    repository.edits.put(
        "targets",
        signed -> {
          Map<String, Object> listing = new LinkedHashMap<>();
          listing.put("length", 5);
          listing.put("hashes", Map.of("sha256", RoleSigner.hex256("hello")));
          if (!path.equals("\ud800")) {
            TestRepository.at(signed, "targets").put(path, listing);
          }
        });
    repository.publishContent();
    TufClient client = client();
    client.refresh();
    refused(TufReason.TARGET_NAME_UNSAFE, () -> client.verifyTarget(path));
    assertThat(client.checkTarget(path).isAccepted()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"file.txt", "a/b/file.txt", "..file", "a b+c#?&=.txt", "\u00e9/\ud83d\ude00"})
  void U10_safeName_isReadUnderItsHash(String path) throws Exception {
    repository.targets.targets.put(path, "hello".getBytes(UTF_8));
    repository.publishContent();
    assertThat(client().verifyTarget(path).text()).isEqualTo("hello");
  }

  @Test
  void U10_missingHashPrefix_isRefused() throws Exception {
    Path prefixed =
        repository.targetsFolder.resolve(
            TargetPath.prefixed("file.txt", RoleSigner.hex256("hello")));
    Files.move(prefixed, repository.targetsFolder.resolve("file.txt"));
    refused(TufReason.FILE_MISSING, () -> client().verifyTarget("file.txt"));
    Files.move(
        repository.metadata.resolve("5.snapshot.json"),
        repository.metadata.resolve("snapshot.json"));
    refused(TufReason.FILE_MISSING, client("another")::refresh);
  }

  @Test
  void U10_withoutConsistentSnapshots_namesAreBare() throws Exception {
    repository.consistent = false;
    repository.publish();
    accepted(client());
    assertThat(repository.metadata.resolve("snapshot.json")).exists();
  }

  @Test
  void U12_signatureOverTheServedText_isRefused() throws Exception {
    repository.edits.put("timestamp", s -> s.put("note", "a \"line\"\nand \\ another"));
    repository.publishContent();
    accepted(client());
    repository.writer =
        (signed, signers) ->
            TestRepository.envelope(signed, Canonical.served(signed).getBytes(UTF_8), signers);
    repository.timestampVersion = 6;
    repository.publishContent();
    refused(TufReason.THRESHOLD_NOT_REACHED, client()::refresh);
  }

  @Test
  void U12_membersAreSignedInTheOrderOfCodePoints() throws Exception {
    repository.edits.put(
        "timestamp",
        s -> {
          s.put("\ud83d\ude00", 1); // above every other in code points, not in UTF-16
          s.put("\uff5e", 2);
          s.put("Z", 3);
          s.put("a", List.of(true, false, "\u0001", Map.of(), List.of()));
          s.put("", 4);
        });
    repository.publishContent();
    accepted(client());
  }

  /** A value that is written as it stands. */
  private record Written(String text) {
    @Override
    public String toString() {
      return text;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0", "1e3", "-0", "1234567890123456789"})
  void U12_numberThatIsNoPlainInteger_isRefused(String number) throws Exception {
    repository.edits.put("timestamp", s -> s.put("note", new Written(number)));
    repository.publishContent();
    refused(TufReason.METADATA_MALFORMED, client()::refresh);
    repository.edits.put("timestamp", s -> s.put("note", -123456789012345678L));
    repository.publishContent();
    accepted(client());
  }

  @Test
  void U12_doubledMembers_areRefused() throws Exception {
    repository.writer =
        (signed, signers) -> {
          String text = new String(TestRepository.signed(signed, signers), UTF_8);
          return text.replaceFirst("\"version\"", "\"version\": 99, \"version\"").getBytes(UTF_8);
        };
    repository.publishContent();
    refused(TufReason.METADATA_MALFORMED, client()::refresh);
  }
}
