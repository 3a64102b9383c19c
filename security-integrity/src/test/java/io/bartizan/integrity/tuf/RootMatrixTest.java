package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.accepted;
import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualInstantSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The attack matrix of roots and keys, U01 to U04, U06, U13 and U14. */
class RootMatrixTest {

  @TempDir Path folder;
  private final ManualInstantSource clock = new ManualInstantSource(TestRepository.NOW);
  private TestRepository repository;
  private byte[] first;

  @BeforeEach
  void publish() throws Exception {
    repository = new TestRepository(folder.resolve("repository"));
    repository.publish();
    first = repository.rootBytes();
  }

  private TufClient client() {
    return TufClient.builder(first, repository.source(), folder.resolve("trust"))
        .withClock(clock)
        .build();
  }

  private static List<RoleSigner> both(List<RoleSigner> a, List<RoleSigner> b) {
    List<RoleSigner> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  /** Root 2 with wholly new keys, signed by whom the test says. */
  private List<RoleSigner> rotate() {
    List<RoleSigner> old = repository.rootSigners;
    repository.rootSigners = List.of(RoleSigner.ed25519(), RoleSigner.p256());
    repository.rootVersion = 2;
    return old;
  }

  @Test
  void U01_nextRoot_signedByBothThresholds_isAccepted() throws Exception {
    List<RoleSigner> old = rotate();
    repository.publishRoot(both(old, repository.rootSigners));
    TufClient client = client();
    accepted(client);
    assertThat(client.toString()).contains("root 2");
  }

  private void refusedRoot(TufReason reason, Consumer<Map<String, Object>> change)
      throws Exception {
    repository.edits.put("root", change);
    repository.publish();
    byte[] bytes = repository.rootBytes();
    refused(
        reason,
        () ->
            TufClient.builder(bytes, repository.source(), folder.resolve("trust"))
                .withClock(clock)
                .build()
                .refresh());
  }

  @Test
  void U01_thresholdBelowOne_isRefused() throws Exception {
    for (String role : List.of("root", "timestamp", "snapshot", "targets")) {
      for (int threshold : new int[] {0, -1}) {
        refusedRoot(
            TufReason.METADATA_MALFORMED,
            root -> TestRepository.at(root, "roles", role).put("threshold", threshold));
      }
    }
    repository.edits.clear();
    repository.publish();
    first = repository.rootBytes();
    accepted(client());
  }

  @Test
  void U01_roleWithoutKeyIdsOrWithTooMany_isRefused() throws Exception {
    refusedRoot(
        TufReason.METADATA_MALFORMED,
        root -> TestRepository.at(root, "roles", "timestamp").remove("keyids"));
    List<Object> many = new ArrayList<>();
    Map<String, Object> keys = new LinkedHashMap<>();
    for (int i = 0; i < 1_025; i++) {
      many.add("key" + i);
      keys.put("key" + i, Map.of());
    }
    refusedRoot(
        TufReason.TOO_LARGE,
        root -> TestRepository.at(root, "roles", "timestamp").put("keyids", many));
    refusedRoot(TufReason.TOO_LARGE, root -> TestRepository.at(root, "keys").putAll(keys));
  }

  @Test
  void U01_nextRoot_signedByTooFewOfEither_isRefused() throws Exception {
    List<RoleSigner> old = rotate();
    List<RoleSigner> fresh = repository.rootSigners;
    for (List<RoleSigner> signers :
        List.of(
            fresh,
            old,
            both(old.subList(0, 1), fresh),
            both(old, fresh.subList(1, 2)),
            List.<RoleSigner>of())) {
      repository.publishRoot(signers);
      TufClient client = client();
      refused(TufReason.THRESHOLD_NOT_REACHED, client::refresh);
      assertThat(client.toString()).contains("root 1");
    }
  }

  @Test
  void U01_rootsInTurn_areEachVerifiedByTheOneBefore() throws Exception {
    List<RoleSigner> one = rotate();
    repository.publishRoot(both(one, repository.rootSigners));
    List<RoleSigner> two = repository.rootSigners;
    repository.rootSigners = List.of(RoleSigner.ed25519(), RoleSigner.ed25519());
    repository.rootVersion = 3;
    repository.publishRoot(both(one, repository.rootSigners)); // the last but one, not the last
    refused(TufReason.THRESHOLD_NOT_REACHED, client()::refresh);
    repository.publishRoot(both(two, repository.rootSigners));
    accepted(client());
  }

  @Test
  void U02_oneKeyTwice_countsOnce() throws Exception {
    RoleSigner one = repository.rootSigners.get(0);
    RoleSigner two = repository.rootSigners.get(1);
    repository.rootVersion = 2;
    repository.publishRoot(List.of(one, one, one));
    refused(TufReason.THRESHOLD_NOT_REACHED, client()::refresh);
    repository.publishRoot(List.of(one, one, two));
    accepted(client());
  }

  @Test
  void U02_oneKeyUnderTwoIds_countsOnce() throws Exception {
    RoleSigner one = repository.rootSigners.get(0);
    RoleSigner alias = one.withId("another-name");
    List<RoleSigner> old = repository.rootSigners;
    repository.rootSigners = List.of(one, alias);
    repository.rootVersion = 2;
    repository.publishRoot(both(old, List.of(alias)));
    refused(TufReason.THRESHOLD_NOT_REACHED, client()::refresh);
    repository.rootSigners = List.of(one, alias, RoleSigner.ed25519());
    repository.publishRoot(both(old, repository.rootSigners));
    accepted(client());
  }

  @Test
  void U02_oneKeyInTwoSpellings_countsOnce() throws Exception {
    RoleSigner hex = RoleSigner.p256InHex();
    byte[] spki = io.bartizan.integrity.keys.KeyGate.ec("P-256", point(hex.publicText())).spki();
    RoleSigner pem =
        new RoleSigner(
            "pem",
            "ecdsa",
            hex.scheme(),
            io.bartizan.core.Pem.encode("PUBLIC KEY", spki),
            hex.key(),
            hex.jca());
    List<RoleSigner> old = repository.rootSigners;
    repository.rootSigners = List.of(hex, pem);
    repository.rootVersion = 2;
    repository.publishRoot(both(old, repository.rootSigners));
    refused(TufReason.THRESHOLD_NOT_REACHED, client()::refresh);
    repository.rootThreshold = 1;
    repository.publishRoot(both(old, List.of(pem)));
    accepted(client());
  }

  private static java.security.spec.ECPoint point(String hex) {
    return new java.security.spec.ECPoint(
        new java.math.BigInteger(hex.substring(2, 66), 16),
        new java.math.BigInteger(hex.substring(66), 16));
  }

  @Test
  void U03_rootThatSkipsAVersion_isRefused() throws Exception {
    repository.rootVersion = 3;
    byte[] three = repository.publishRoot(repository.rootSigners);
    Files.write(repository.metadata.resolve("2.root.json"), three);
    refused(TufReason.VERSION_MISMATCH, client()::refresh);
    repository.rootVersion = 2;
    repository.publishRoot(repository.rootSigners);
    TufClient client = client();
    accepted(client);
    assertThat(client.toString()).contains("root 3");
  }

  @Test
  void U03_rootOfTheSameVersionAgain_isRefusedAndTheLoopEnds() throws Exception {
    Files.write(repository.metadata.resolve("2.root.json"), first);
    refused(TufReason.VERSION_MISMATCH, client()::refresh);
    Files.delete(repository.metadata.resolve("2.root.json"));
    accepted(client());
  }

  @Test
  @Tag("deep")
  void U03_endlessRoots_endInSteps() throws Exception {
    for (int version = 2; version <= 300; version++) {
      repository.rootVersion = version;
      repository.publishRoot(repository.rootSigners);
      if (version == 257) {
        accepted(
            TufClient.builder(first, repository.source(), folder.resolve("256 follow"))
                .withClock(clock)
                .build());
      }
    }
    TufClient client = client();
    refused(TufReason.TOO_MANY_ROOTS, client::refresh);
    accepted(client); // goes on where it stopped
    assertThat(client.toString()).contains("root 300");
  }

  @Test
  void U04_intermediateRootExpired_isAccepted() throws Exception {
    repository.rootVersion = 2;
    repository.rootExpires = TestRepository.NOW.minus(Duration.ofDays(1));
    repository.publishRoot(repository.rootSigners);
    refused(TufReason.EXPIRED, client()::refresh);
    repository.rootVersion = 3;
    repository.rootExpires = TestRepository.NOW.plus(Duration.ofDays(1));
    repository.publishRoot(repository.rootSigners);
    accepted(client());
  }

  @Test
  void U04_rootThatEndsThisSecond_isExpired() throws Exception {
    repository.rootVersion = 2;
    repository.rootExpires = TestRepository.NOW;
    repository.publishRoot(repository.rootSigners);
    refused(TufReason.EXPIRED, client()::refresh);
    clock.set(TestRepository.NOW.minusSeconds(1));
    accepted(client());
  }

  @Test
  void U06_fastForward_isForgottenWhenTheTimestampKeyChanges() throws Exception {
    repository.timestampVersion = 999_999_999_999L;
    repository.publishContent();
    accepted(client());
    repository.timestampVersion = 2;
    repository.publishContent();
    refused(TufReason.ROLLBACK, client()::refresh);

    repository.timestampSigners = List.of(RoleSigner.ed25519());
    repository.rootVersion = 2;
    repository.publish();
    accepted(client());
    repository.timestampVersion = 1;
    repository.publishContent();
    refused(TufReason.ROLLBACK, client()::refresh);
  }

  @Test
  void U06_fastForwardOfSnapshot_isForgottenWhenItsKeyAloneChanges() throws Exception {
    repository.snapshotVersion = 999_999_999_999L;
    repository.targets.version = 999_999_999_999L;
    repository.timestampVersion = 2;
    repository.publishContent();
    accepted(client());
    repository.snapshotVersion = 2;
    repository.targets.version = 2;
    repository.timestampVersion = 3;
    repository.publishContent();
    refused(TufReason.ROLLBACK, client()::refresh);

    repository.snapshotSigners = List.of(RoleSigner.ed25519());
    repository.rootVersion = 2;
    repository.publish();
    accepted(client());
  }

  @Test
  void U06_aNewRootWithTheSameOnlineKeys_forgetsNothing() throws Exception {
    repository.timestampVersion = 5;
    repository.publishContent();
    accepted(client());
    repository.timestampVersion = 4;
    repository.rootVersion = 2;
    repository.publish();
    refused(TufReason.ROLLBACK, client()::refresh);
  }

  @Test
  void U13_keyIdThatIsNotTheHashOfItsKey_isAName() throws Exception {
    repository.timestampSigners = List.of(RoleSigner.ed25519().withId("the online key"));
    repository.rootVersion = 2;
    repository.publish();
    accepted(client());
    repository.writer =
        (signed, signers) ->
            TestRepository.signed(
                signed, signers.stream().map(each -> each.withId("another")).toList());
    repository.timestampVersion = 2;
    repository.publishContent();
    refused(TufReason.THRESHOLD_NOT_REACHED, client()::refresh);
  }

  @Test
  void U14_unknownKindsOfKeysBesideEnoughKnownOnes_areAccepted() throws Exception {
    Map<String, Object> strange = new LinkedHashMap<>();
    strange.put("keytype", "sigstore-oidc");
    strange.put("scheme", "Fulcio");
    strange.put("keyval", Map.of("identity", "a@example.com"));
    repository.edits.put(
        "root",
        root -> {
          TestRepository.at(root, "keys").put("strange", strange);
          TestRepository.at(root, "keys").put("weak", RoleSigner.ed25519().withId("weak").json());
          TestRepository.at(root, "keys", "weak").put("scheme", "ed25519-of-tomorrow");
          for (String role : List.of("root", "timestamp")) {
            Map<String, Object> holder = TestRepository.at(root, "roles", role);
            List<Object> ids = new ArrayList<>((List<?>) holder.get("keyids"));
            ids.add(0, "strange");
            ids.add(0, "weak");
            ids.add("nobody");
            holder.put("keyids", ids);
          }
        });
    repository.rootVersion = 2;
    repository.publishRoot(repository.rootSigners);
    accepted(client());

    repository.rootThreshold = 3; // two known and what is not known
    repository.rootVersion = 3;
    RoleSigner unknown = RoleSigner.ed25519().withId("weak");
    repository.publishRoot(both(repository.rootSigners, List.of(unknown)));
    refused(TufReason.THRESHOLD_NOT_REACHED, client()::refresh);
  }

  @Test
  void U14_eachKindOfKeyThatIsRead_signs() throws Exception {
    for (RoleSigner each :
        List.of(
            RoleSigner.p256(),
            RoleSigner.p256InHex(),
            RoleSigner.ed25519(),
            RoleSigner.ec(
                "secp256r1", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", "SHA256withECDSA"),
            RoleSigner.ec("secp384r1", "ecdsa", "ecdsa-sha2-nistp384", "SHA384withECDSA"),
            RoleSigner.ec("secp521r1", "ecdsa", "ecdsa-sha2-nistp521", "SHA512withECDSA"),
            RoleSigner.rsa("rsassa-pss-sha256", "RSASSA-PSS"),
            RoleSigner.pssOfLongestSalt("rsassa-pss-sha256"),
            RoleSigner.pssOfLongestSalt("rsassa-pss-sha512"),
            RoleSigner.rsa("rsa-pkcs1v15-sha256", "SHA256withRSA"))) {
      repository.rootVersion++;
      repository.timestampVersion++;
      repository.timestampSigners = List.of(each);
      repository.publish();
      accepted(client());
    }
    for (RoleSigner mixed :
        List.of(
            RoleSigner.ec("secp384r1", "ecdsa", "ecdsa-sha2-nistp256", "SHA256withECDSA"),
            RoleSigner.rsa("rsassa-pss-sha256", "SHA256withRSA"))) {
      repository.rootVersion++;
      repository.timestampSigners = List.of(mixed);
      repository.publish();
      refused(TufReason.THRESHOLD_NOT_REACHED, client()::refresh);
    }
  }

  @Test
  void given_root_must_be_signed_by_its_own_keys() throws Exception {
    byte[] forged =
        TestRepository.signed(repository.root(), List.of(RoleSigner.ed25519(), RoleSigner.p256()));
    refused(
        TufReason.THRESHOLD_NOT_REACHED,
        () -> TufClient.of(forged, repository.source(), folder.resolve("trust")));
    refused(
        TufReason.METADATA_MALFORMED,
        () -> TufClient.of(new byte[0], repository.source(), folder.resolve("trust")));
  }
}
