package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.Outcomes.accepted;
import static io.bartizan.integrity.attest.sigstore.Outcomes.byRoot;
import static io.bartizan.integrity.attest.sigstore.Outcomes.refused;
import static io.bartizan.testkit.json.JsonTree.array;
import static io.bartizan.testkit.json.JsonTree.at;
import static io.bartizan.testkit.json.JsonTree.list;
import static io.bartizan.testkit.json.JsonTree.object;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Sha256;
import io.bartizan.testkit.json.JsonTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entries T01 to T13 of the attack matrix. */
class TrustedRootMatrixTest {

  private static final World WORLD = new World();

  private static Checked<TrustedRoot> root(Consumer<Map<String, Object>> change) {
    Map<String, Object> root = WORLD.trustedRoot();
    change.accept(root);
    return Checked.of(() -> World.read(root));
  }

  private static Checked<TrustedRoot> text(String text) {
    return Checked.of(() -> TrustedRoot.parse(text, Instant.now()));
  }

  private static Consumer<Map<String, Object>> validity(
      String kind, int index, Map<String, Object> span) {
    return root -> {
      Map<String, Object> member = at(root, kind, index);
      (kind.endsWith("logs") ? at(member, "publicKey") : member).put("validFor", span);
    };
  }

  @Test
  void T01_version_unknownOrAbsent_isRefused() {
    refused(root(r -> r.remove("mediaType")), SigstoreReason.ROOT_VERSION_UNSUPPORTED);
    for (String other :
        new String[] {
          "application/vnd.dev.sigstore.trustedroot+json;version=0.9",
          "application/vnd.dev.sigstore.trustedroot+json; version=0.1",
          "application/json",
          ""
        }) {
      refused(root(r -> r.put("mediaType", other)), SigstoreReason.ROOT_VERSION_UNSUPPORTED);
    }
    accepted(root(r -> r.put("mediaType", "application/vnd.dev.sigstore.trustedroot.v0.2+json")));
  }

  @Test
  void T02_textThatReadersCouldReadInTwoWays_isRefused() {
    String good = JsonTree.write(WORLD.trustedRoot());
    accepted(text(good));
    refused(text("{\"mediaType\":\"x\"," + good.substring(1)), SigstoreReason.ROOT_MALFORMED);
    refused(text("{\"media_type\":\"x\"," + good.substring(1)), SigstoreReason.ROOT_MALFORMED);
    refused(
        text(
            good.replace(
                "\"baseUrl\":\"https://rekor.", "\"base_url\":\"x\",\"baseUrl\":\"https://rekor.")),
        SigstoreReason.ROOT_MALFORMED);
    refused(text(good + "{}"), SigstoreReason.ROOT_MALFORMED);
    refused(text(good + " ".repeat(TrustedRoot.MAX_BYTES)), SigstoreReason.ROOT_TOO_LARGE);
    refused(text(good.substring(0, good.length() - 1)), SigstoreReason.ROOT_MALFORMED);
  }

  @Test
  void T03_unknownMembers_arePassedOver() {
    accepted(
        byRoot(
            Draft.v1(WORLD),
            r -> {
              r.put("futureThings", array(object("a", 1)));
              at(r, "tlogs", 0).put("operator", "someone");
            }));
  }

  @Test
  void T04_validityWithoutStart_isRefused() {
    for (String kind :
        new String[] {"tlogs", "ctlogs", "certificateAuthorities", "timestampAuthorities"}) {
      refused(root(validity(kind, 0, object())), SigstoreReason.ROOT_MALFORMED);
      refused(
          root(validity(kind, 0, object("end", World.START.toString()))),
          SigstoreReason.ROOT_MALFORMED);
      refused(root(validity(kind, 0, null)), SigstoreReason.ROOT_MALFORMED);
    }
  }

  @Test
  void T05_validityWithoutEnd_isOpen() {
    accepted(Draft.v1(WORLD).check());
  }

  @Test
  void T06_validity_includesItsEnds() {
    String moment = World.SIGNED.toString();
    Map<String, Object> last = object("start", World.START.toString(), "end", moment);
    Map<String, Object> over =
        object("start", World.START.toString(), "end", World.SIGNED.minusMillis(1).toString());
    Map<String, Object> first = object("start", moment);
    Map<String, Object> later = object("start", World.SIGNED.plusMillis(1).toString());
    for (Map<String, Object> span : java.util.List.of(last, first)) {
      accepted(byRoot(Draft.v1(WORLD), validity("tlogs", 0, span)));
      accepted(byRoot(Draft.v2(WORLD), validity("tlogs", 1, span)));
      accepted(byRoot(Draft.v2(WORLD), validity("timestampAuthorities", 0, span)));
    }
    for (Map<String, Object> span : java.util.List.of(over, later)) {
      refused(
          byRoot(Draft.v1(WORLD), validity("tlogs", 0, span)),
          SigstoreReason.LOG_NOT_VALID_AT_TIME);
      refused(
          byRoot(Draft.v2(WORLD), validity("tlogs", 1, span)),
          SigstoreReason.LOG_NOT_VALID_AT_TIME);
      refused(
          byRoot(Draft.v2(WORLD), validity("timestampAuthorities", 0, span)),
          SigstoreReason.TIMESTAMP_INVALID);
      refused(
          byRoot(Draft.v1(WORLD), validity("certificateAuthorities", 0, span)),
          SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    }
  }

  @Test
  void T07_validityThatEndsBeforeItStarts_isRefused() {
    refused(
        root(
            validity(
                "tlogs",
                0,
                object("start", "2026-01-02T00:00:00Z", "end", "2026-01-01T00:00:00Z"))),
        SigstoreReason.ROOT_MALFORMED);
    refused(
        root(validity("tlogs", 0, object("start", "yesterday"))), SigstoreReason.ROOT_MALFORMED);
    refused(
        root(validity("tlogs", 0, object("start", "2026-01-01T00:00:00+01:00"))),
        SigstoreReason.ROOT_MALFORMED);
  }

  @Test
  void T08_idThatIsNotDerivedFromTheKey_isRefused() {
    byte[] other = Sha256.of(new byte[1]);
    for (String kind : new String[] {"tlogs", "ctlogs"}) {
      refused(
          root(r -> at(r, kind, 0, "logId").put("keyId", World.base64(other))),
          SigstoreReason.ROOT_MALFORMED);
    }
    refused(
        root(r -> at(r, "tlogs", 1).put("baseUrl", "https://other.example")),
        SigstoreReason.ROOT_MALFORMED);
    refused(root(r -> list(r, "tlogs").add(at(r, "tlogs", 0))), SigstoreReason.ROOT_MALFORMED);
    accepted(root(r -> list(r, "ctlogs").add(pkcs1(World.rsa(2048)))));
  }

  private static Map<String, Object> pkcs1(KeyPair rsa) {
    byte[] spki = rsa.getPublic().getEncoded();
    Map<String, Object> log =
        World.log("https://rsa.example", rsa.getPublic(), "PKCS1_RSA_PKCS1V5", Sha256.of(spki));
    at(log, "publicKey").put("rawBytes", World.base64(Arrays.copyOfRange(spki, 24, spki.length)));
    return log;
  }

  @Test
  void T09_keyOfAnUnknownKind_doesNotExist() {
    Consumer<Map<String, Object>> unknown =
        r ->
            list(r, "tlogs")
                .add(
                    World.log(
                        "https://new.example",
                        World.ec("secp256r1").getPublic(),
                        "ML_DSA_65",
                        new byte[32]));
    accepted(byRoot(Draft.v1(WORLD), unknown));
    refused(
        byRoot(Draft.v1(WORLD), r -> at(r, "tlogs", 0, "publicKey").put("keyDetails", "ML_DSA_65")),
        SigstoreReason.LOG_ENTRY_MISSING);
    refused(
        root(r -> at(r, "tlogs", 0, "publicKey").put("keyDetails", "PKIX_ECDSA_P384_SHA_384")),
        SigstoreReason.ROOT_MALFORMED);
  }

  @Test
  void T10_chainThatIsNone_isRefusedWhenItIsLoaded() {
    KeyPair leafKey = World.ec("secp256r1");
    X509Certificate notAuthority = WORLD.tsa(leafKey, true, KeyPurposeId.id_kp_codeSigning);
    X509Certificate stranger =
        World.authority("CN=root", "CN=root", leafKey, leafKey, 1); // same name, other key
    X509Certificate[][] chains = {
      {},
      {WORLD.intermediate},
      {WORLD.root, WORLD.intermediate},
      {WORLD.root, WORLD.root},
      {notAuthority, WORLD.tsaRoot},
      {WORLD.intermediate, stranger},
      {WORLD.intermediate, WORLD.root, WORLD.root},
    };
    for (X509Certificate[] chain : chains) {
      refused(
          root(r -> r.put("certificateAuthorities", array(World.chain("x", chain)))),
          SigstoreReason.ROOT_MALFORMED);
    }
    accepted(root(r -> r.put("certificateAuthorities", array(World.chain("x", WORLD.root)))));
    X509Certificate[][] timestamps = {
      {}, {WORLD.tsa}, {WORLD.tsaRoot}, {WORLD.tsaRoot, WORLD.tsa}, {WORLD.tsa, WORLD.root}
    };
    for (X509Certificate[] chain : timestamps) {
      refused(
          root(r -> r.put("timestampAuthorities", array(World.chain("x", chain)))),
          SigstoreReason.ROOT_MALFORMED);
    }
  }

  private static X509Certificate issuing(KeyPair key, int usage, KeyPurposeId... purposes)
      throws IOException {
    X509v3CertificateBuilder builder =
        World.certificate(
                "CN=middle",
                "CN=root",
                key.getPublic(),
                World.START,
                World.START.plusSeconds(1 << 28))
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
            .addExtension(Extension.keyUsage, true, new KeyUsage(usage));
    if (purposes.length > 0) {
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
    }
    return World.build(builder, World.signer(WORLD.rootKey.getPrivate()));
  }

  private static Checked<TrustedRoot> authority(String kind, X509Certificate... chain) {
    return root(r -> r.put(kind, array(World.chain("x", chain))));
  }

  @Test
  void T10_authorityThatMayNotIssue_isRefused() throws IOException {
    KeyPair key = World.ec("secp256r1");
    String kind = "certificateAuthorities";
    int sign = KeyUsage.keyCertSign;
    KeyPurposeId code = KeyPurposeId.id_kp_codeSigning;
    KeyPurposeId any = KeyPurposeId.anyExtendedKeyUsage;
    KeyPurposeId other = KeyPurposeId.id_kp_serverAuth;
    accepted(authority(kind, issuing(key, sign), WORLD.root));
    accepted(authority(kind, issuing(key, sign, code), WORLD.root));
    accepted(authority(kind, issuing(key, sign, any, other), WORLD.root));
    refused(authority(kind, issuing(key, sign, other), WORLD.root), SigstoreReason.ROOT_MALFORMED);
    for (int usage : new int[] {KeyUsage.digitalSignature, KeyUsage.cRLSign}) {
      refused(authority(kind, issuing(key, usage), WORLD.root), SigstoreReason.ROOT_MALFORMED);
    }
    KeyPair rootKey = World.ec("secp256r1");
    X509Certificate below = World.authority("CN=middle", "CN=root", key, rootKey, 0);
    for (int length : new int[] {0, 1}) {
      X509Certificate top = World.authority("CN=root", "CN=root", rootKey, rootKey, length);
      if (length == 1) {
        accepted(authority(kind, below, top));
      } else {
        refused(authority(kind, below, top), SigstoreReason.ROOT_MALFORMED);
      }
    }
  }

  @Test
  void T10_timestampAuthority_isALeafBelowARoot() {
    String kind = "timestampAuthorities";
    KeyPair key = World.ec("secp256r1");
    X509Certificate alone =
        World.build(
            World.certificate(
                "CN=tsa", "CN=tsa", key.getPublic(), World.START, World.START.plusSeconds(1 << 28)),
            World.signer(key.getPrivate()));
    accepted(authority(kind, WORLD.tsa, WORLD.tsaRoot));
    refused(authority(kind, alone), SigstoreReason.ROOT_MALFORMED);
    refused(authority(kind, WORLD.intermediate, WORLD.root), SigstoreReason.ROOT_MALFORMED);
  }

  @Test
  void T11_oneBrokenAuthorityAmongGoodOnes_refusesTheFile() {
    refused(
        root(
            r ->
                list(r, "certificateAuthorities")
                    .add(World.chain("x", WORLD.root, WORLD.intermediate))),
        SigstoreReason.ROOT_MALFORMED);
    refused(
        root(
            r -> {
              Map<String, Object> spoilt = World.chain("x", WORLD.root);
              at(spoilt, "certChain", "certificates", 0).put("rawBytes", "MAA=");
              list(r, "certificateAuthorities").add(spoilt);
            }),
        SigstoreReason.ROOT_MALFORMED);
  }

  @Test
  void T12_fileOlderThanTheBudget_isStale(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("trusted_root.json");
    Files.writeString(file, JsonTree.write(WORLD.trustedRoot()));
    Draft draft = Draft.v1(WORLD);
    accepted(draft.check(SigstoreVerifier.of(TrustedRoot.read(file), Draft.policy())));
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(91))));
    TrustedRoot old = TrustedRoot.read(file);
    assertThat(old.obtainedAt()).isBefore(Instant.now().minus(Duration.ofDays(90)));
    refused(draft.check(SigstoreVerifier.of(old, Draft.policy())), SigstoreReason.ROOT_STALE);
    accepted(
        draft.check(
            SigstoreVerifier.builder(old, Draft.policy())
                .withMaxRootAge(Duration.ofDays(92))
                .build()));
    accepted(draft.check(SigstoreVerifier.builder(old, Draft.policy()).ignoreRootAge().build()));
  }

  @Test
  void T12_rootThatIsKeptFresh_isAskedForAtEachVerification() {
    Draft draft = Draft.v1(WORLD);
    TrustedRoot good = World.read(WORLD.trustedRoot());
    List<TrustedRoot> newest = new ArrayList<>(List.of(good));
    SigstoreVerifier verifier =
        SigstoreVerifier.of(
            () -> {
              if (newest.isEmpty()) {
                throw new VerificationException(SigstoreReason.ROOT_STALE, "no root any more");
              }
              return newest.get(0);
            },
            Draft.policy());
    accepted(draft.check(verifier));
    newest.set(0, World.read(new World().trustedRoot())); // another instance's keys
    refused(draft.check(verifier), SigstoreReason.LOG_ENTRY_MISSING);
    newest.set(
        0,
        TrustedRoot.parse(
            JsonTree.write(WORLD.trustedRoot()), Instant.now().minus(Duration.ofDays(91))));
    refused(draft.check(verifier), SigstoreReason.ROOT_STALE);
    newest.set(0, good);
    accepted(draft.check(verifier));
    newest.clear();
    refused(draft.check(verifier), SigstoreReason.ROOT_STALE);
    assertThat(verifier.toString()).contains("no root any more");
  }

  @Test
  void T13_bundleOfAnotherInstance_isRefused() {
    SigstoreVerifier other =
        SigstoreVerifier.of(World.read(new World().trustedRoot()), Draft.policy());
    refused(Draft.v1(WORLD).check(other), SigstoreReason.LOG_ENTRY_MISSING);
    refused(Draft.v2(WORLD).check(other), SigstoreReason.LOG_ENTRY_MISSING);
    refused(
        byRoot(
            Draft.v1(WORLD),
            r ->
                r.put(
                    "certificateAuthorities",
                    new World().trustedRoot().get("certificateAuthorities"))),
        SigstoreReason.CERTIFICATE_UNTRUSTED);
  }
}
