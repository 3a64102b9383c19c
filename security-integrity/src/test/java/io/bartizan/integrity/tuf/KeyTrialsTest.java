package io.bartizan.integrity.tuf;

import static io.bartizan.integrity.tuf.TufRefusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import io.bartizan.integrity.keys.KeyGate;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.RSAPrivateKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which RSA keys of metadata are tried for factors that anybody finds, and how many. */
class KeyTrialsTest {

  private static final BigInteger F4 = BigInteger.valueOf(65537);
  private static final Random RANDOM = new Random(32);
  private static final BigInteger PRIME = BigInteger.probablePrime(2048, RANDOM);
  private static final RoleSigner WEAK = signer("weak", PRIME, PRIME.subtract(BigInteger.ONE));

  @TempDir Path folder;
  private TestRepository repository;
  private byte[] first;

  @BeforeEach
  void publish() throws Exception {
    repository = new TestRepository(folder.resolve("repository"));
    repository.rootSigners =
        List.of(
            RoleSigner.rsa("rsa-pkcs1v15-sha256", "SHA256withRSA"),
            RoleSigner.rsa("rsassa-pss-sha256", "RSASSA-PSS"));
    repository.publish();
    first = repository.rootBytes();
  }

  private Refresh pass() {
    RootMetadata root =
        RootMetadata.parse("the given root", first).requireAfter(null, new KeyTrials());
    return new Refresh(
        root,
        repository.source(),
        new TrustFolder(folder.resolve("trust")),
        Duration.ofSeconds(30),
        TestRepository.NOW);
  }

  private static RoleSigner signer(String id, BigInteger modulus, BigInteger order) {
    try {
      PrivateKey key =
          KeyFactory.getInstance("RSA")
              .generatePrivate(new RSAPrivateKeySpec(modulus, F4.modInverse(order)));
      String pem = Pem.encode("PUBLIC KEY", KeyGate.rsa(modulus, F4).spki());
      return new RoleSigner(id, "rsa", "rsa-pkcs1v15-sha256", pem, key, "SHA256withRSA");
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** A number that the cheap checks pass; nobody can sign with it. */
  private static TufKey.Pin unknownFactors() {
    TufKey.Pin pin = null;
    while (pin == null) {
      pin = withRandomModulus();
    }
    return pin;
  }

  private static TufKey.@Nullable Pin withRandomModulus() {
    try {
      BigInteger modulus = new BigInteger(2048, RANDOM).setBit(2047).setBit(0);
      String pem = Pem.encode("PUBLIC KEY", KeyGate.rsa(modulus, F4).spki());
      return new TufKey("rsa rsa-pkcs1v15-sha256", pem).pinned();
    } catch (IllegalArgumentException smallFactor) {
      return null;
    }
  }

  private static TufKey.Pin pin(RoleSigner signer) {
    return java.util.Objects.requireNonNull(
        new TufKey(signer.keytype() + " " + signer.scheme(), signer.publicText()).pinned());
  }

  @Test
  void key_isPinnedUntried() {
    assertThat(pin(WEAK).key().fingerprint()).isNotNull();
    assertThat(new KeyTrials().isSound(pin(WEAK))).isFalse();
  }

  @Test
  void rootWithManyKeys_thatNobodyTrustedSigned_causesNoTrial() throws Exception {
    repository.edits.put(
        "root",
        root -> {
          Map<String, Object> role = TestRepository.at(root, "roles", "root");
          List<Object> ids = new ArrayList<>((List<?>) role.get("keyids"));
          for (int i = 0; i < 200; i++) {
            TufKey.Pin pin = unknownFactors();
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("keytype", "rsa");
            json.put("scheme", "rsa-pkcs1v15-sha256");
            json.put(
                "keyval", Map.of("public", Pem.encode("PUBLIC KEY", pin.passed().getEncoded())));
            TestRepository.at(root, "keys").put("many" + i, json);
            ids.add("many" + i);
          }
          role.put("keyids", ids);
        });
    repository.writer = KeyTrialsTest::signedByNobody;
    repository.rootVersion = 2;
    repository.publishRoot(repository.rootSigners);
    Refresh pass = pass();
    refused(TufReason.THRESHOLD_NOT_REACHED, pass::run);
    assertThat(pass.trials.count()).isZero();
  }

  /** 256 signatures in the names of trusted keys and of new ones, each of the right length. */
  private static byte[] signedByNobody(Map<String, Object> signed, List<RoleSigner> trusted) {
    List<Object> signatures = new ArrayList<>();
    List<Object> ids = new ArrayList<>(TestRepository.at(signed, "keys").keySet());
    for (int i = 0; i < 256; i++) {
      Object id = i % 2 == 0 ? trusted.get(i / 2 % trusted.size()).id() : ids.get(i % ids.size());
      signatures.add(Map.of("keyid", id, "sig", "5a".repeat(256)));
    }
    return Canonical.served(Map.of("signed", signed, "signatures", signatures))
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void keys_thatSignMostFiles_areTriedOnceInAPass() throws Exception {
    List<RoleSigner> offline = repository.rootSigners;
    repository.timestampSigners = offline.subList(0, 1);
    repository.snapshotSigners = offline.subList(0, 1);
    repository.targets.signers = offline.subList(1, 2);
    repository.rootVersion = 2;
    repository.publish();
    Refresh pass = pass();
    Trusted trusted = pass.run();
    assertThat(trusted.root().version()).isEqualTo(2);
    assertThat(pass.trials.count()).isEqualTo(2);
  }

  @Test
  void keyWhoseFactorsAnybodyFinds_signsNothing() throws Exception {
    repository.timestampSigners = List.of(WEAK);
    repository.rootVersion = 2;
    repository.publish();
    refused(TufReason.THRESHOLD_NOT_REACHED, pass()::run);
    repository.timestampSigners = List.of(RoleSigner.ed25519());
    repository.rootVersion = 3;
    repository.publish();
    assertThat(pass().run().root().version()).isEqualTo(3);
  }

  @Test
  void keysBeyondTheMost_areBelievedUntried_butNoneThatWasFoundWeak() {
    KeyTrials trials = new KeyTrials();
    assertThat(trials.isSound(pin(RoleSigner.ed25519()))).isTrue();
    assertThat(trials.isSound(pin(RoleSigner.p256()))).isTrue();
    assertThat(trials.count()).as("RSA alone costs anything").isZero();
    assertThat(trials.isSound(pin(WEAK))).isFalse();
    for (int i = 1; i <= KeyTrials.MOST + 3; i++) {
      assertThat(trials.isSound(unknownFactors())).isTrue();
      assertThat(trials.count()).isEqualTo(Math.min(i + 1, KeyTrials.MOST));
    }
    assertThat(trials.isSound(pin(WEAK))).isFalse();
    KeyTrials spent = new KeyTrials();
    for (int i = 0; i < 31; i++) {
      assertThat(spent.isSound(unknownFactors())).isTrue();
    }
    assertThat(spent.isSound(pin(WEAK))).as("the 32nd is tried").isFalse();
  }
}
