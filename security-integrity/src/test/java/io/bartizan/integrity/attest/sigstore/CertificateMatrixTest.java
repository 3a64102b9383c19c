package io.bartizan.integrity.attest.sigstore;

import static io.bartizan.integrity.attest.sigstore.Outcomes.accepted;
import static io.bartizan.integrity.attest.sigstore.Outcomes.byRoot;
import static io.bartizan.integrity.attest.sigstore.Outcomes.refused;
import static io.bartizan.testkit.json.JsonTree.array;
import static io.bartizan.testkit.json.JsonTree.at;
import static io.bartizan.testkit.json.JsonTree.object;

import io.bartizan.core.Checked;
import io.bartizan.core.house.Sha256;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.testkit.json.JsonTree;
import io.bartizan.testkit.sigstore.draft.Leaf;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519phSigner;
import org.junit.jupiter.api.Test;

/** Entries F01 to F15 of the attack matrix. */
class CertificateMatrixTest {

  private static final World WORLD = new World();

  private static Draft leaf(Consumer<Leaf> change) {
    Draft draft = Draft.v1(WORLD);
    change.accept(draft.leaf);
    return draft;
  }

  @Test
  void F01_leafOfAnotherAuthorityOfTheSameName_isRefused() {
    KeyPair other = World.ec("secp256r1");
    refused(
        leaf(l -> {
              l.issuerKey = other.getPrivate();
              l.issuerPublic = other.getPublic();
            })
            .check(),
        SigstoreReason.CERTIFICATE_UNTRUSTED);
  }

  @Test
  void F02_intermediateOfTheBundle_doesNotCount() {
    KeyPair other = World.ec("secp256r1");
    X509Certificate second =
        World.authority("CN=second", "CN=root", other, WORLD.rootKey, 0); // genuine, not listed
    Draft draft =
        leaf(
            l -> {
              l.issuerName = "CN=second";
              l.issuerKey = other.getPrivate();
              l.issuerPublic = other.getPublic();
            });
    draft.chain = true;
    draft.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2";
    refused(
        Outcomes.changed(
            draft,
            b ->
                JsonTree.list(at(b, "verificationMaterial", "x509CertificateChain"), "certificates")
                    .add(object("rawBytes", World.base64(World.der(second))))),
        SigstoreReason.CERTIFICATE_UNTRUSTED);
    accepted(
        byRoot(
            draft,
            r -> r.put("certificateAuthorities", array(World.chain("x", second, WORLD.root)))));
  }

  private static Consumer<java.util.Map<String, Object>> authority(Instant from, Instant to) {
    return r ->
        at(r, "certificateAuthorities", 0)
            .put("validFor", object("start", from.toString(), "end", to.toString()));
  }

  @Test
  void F03_leafIssuedOutsideTheAuthoritysSpan_isRefused() {
    Instant issued = World.SIGNED.minusSeconds(300);
    accepted(byRoot(Draft.v1(WORLD), authority(issued, World.SIGNED)));
    refused(
        byRoot(Draft.v1(WORLD), authority(issued.plusSeconds(1), World.SIGNED)),
        SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    refused(
        byRoot(Draft.v1(WORLD), authority(issued, World.SIGNED.minusSeconds(1))),
        SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
  }

  @Test
  void F04_purpose_isCodeSigningAlone() {
    KeyPurposeId[][] others = {
      {KeyPurposeId.id_kp_serverAuth},
      {KeyPurposeId.anyExtendedKeyUsage},
      {KeyPurposeId.id_kp_codeSigning, KeyPurposeId.id_kp_serverAuth},
      {KeyPurposeId.id_kp_timeStamping},
    };
    for (KeyPurposeId[] purposes : others) {
      refused(leaf(l -> l.purposes = purposes).check(), SigstoreReason.CERTIFICATE_INVALID);
    }
  }

  @Test
  void F05_leaf_isNoAuthorityAndMaySign() {
    refused(leaf(l -> l.authority = true).check(), SigstoreReason.CERTIFICATE_INVALID);
    refused(leaf(l -> l.usage = KeyUsage.keyAgreement).check(), SigstoreReason.CERTIFICATE_INVALID);
    accepted(leaf(l -> l.usage = KeyUsage.digitalSignature | KeyUsage.keyAgreement).check());
  }

  @Test
  void F05_leafWithoutUsageOrName_isRefused() {
    refused(leaf(l -> l.usage = Leaf.NONE).check(), SigstoreReason.CERTIFICATE_INVALID);
    refused(leaf(l -> l.names = null).check(), SigstoreReason.CERTIFICATE_INVALID);
  }

  @Test
  void F09_leafOfTooManyExtensions_isRefused() {
    for (int count : new int[] {40, 65}) {
      Draft draft =
          leaf(
              l -> {
                for (int i = 0; i < count; i++) {
                  l.extensions.put("1.2.3." + i, new byte[] {5, 0});
                }
              });
      if (count == 40) {
        accepted(draft.check());
      } else {
        refused(draft.check(), SigstoreReason.MALFORMED);
      }
    }
  }

  @Test
  void F06_time_isTheSigningsAndNotTodays() {
    accepted(leaf(l -> l.to = World.SIGNED).check());
    refused(
        leaf(l -> l.to = World.SIGNED.minusSeconds(1)).check(),
        SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    refused(
        leaf(l -> {
              l.from = World.SIGNED.plusSeconds(1);
              l.to = Instant.now().plusSeconds(86_400);
            })
            .check(),
        SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    KeyPair key = World.ec("secp256r1");
    X509Certificate late =
        World.authority(
            "CN=intermediate",
            "CN=root",
            key,
            WORLD.rootKey,
            0,
            World.SIGNED.plusSeconds(1),
            Instant.now().plusSeconds(86_400));
    refused(
        byRoot(
            leaf(
                l -> {
                  l.issuerKey = key.getPrivate();
                  l.issuerPublic = key.getPublic();
                }),
            r -> r.put("certificateAuthorities", array(World.chain("x", late, WORLD.root)))),
        SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
  }

  @Test
  void F07_everyVerifiedTime_mustFit() {
    Draft draft = Draft.v1(WORLD);
    draft.stamps.add(stamp -> stamp.at(World.SIGNED.plusSeconds(299)));
    accepted(draft.check());
    draft = Draft.v1(WORLD);
    draft.stamps.add(stamp -> stamp.at(World.SIGNED.plusSeconds(301)));
    refused(draft.check(), SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    draft = Draft.v1(WORLD);
    draft.first().time = World.SIGNED.plusSeconds(301);
    draft.stamps.add(stamp -> {});
    refused(draft.check(), SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
  }

  private static X509Certificate intermediate(KeyPair key, Extension extension) {
    try {
      X509v3CertificateBuilder builder =
          World.certificate(
                  "CN=intermediate",
                  "CN=root",
                  key.getPublic(),
                  World.START,
                  World.START.plusSeconds(1 << 28))
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))
              .addExtension(extension);
      return World.build(builder, World.signer(WORLD.rootKey.getPrivate()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Checked<?> issuedBy(KeyPair key, X509Certificate... chain) {
    return byRoot(
        leaf(
            l -> {
              l.issuerKey = key.getPrivate();
              l.issuerPublic = key.getPublic();
            }),
        r -> r.put("certificateAuthorities", array(World.chain("x", chain))));
  }

  @Test
  void F08_intermediatesConstraints_areKept() throws IOException {
    KeyPair key = World.ec("secp256r1");
    GeneralSubtree only =
        new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, "other.example"));
    GeneralSubtree github =
        new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, "github.com"));
    Extension wrong =
        new Extension(
            Extension.nameConstraints,
            true,
            new NameConstraints(new GeneralSubtree[] {only}, null).getEncoded());
    Extension right =
        new Extension(
            Extension.nameConstraints,
            true,
            new NameConstraints(new GeneralSubtree[] {github}, null).getEncoded());
    Extension unknown = new Extension(new ASN1ObjectIdentifier("1.2.3.4"), true, new byte[] {5, 0});
    accepted(issuedBy(key, intermediate(key, right), WORLD.root));
    refused(
        issuedBy(key, intermediate(key, wrong), WORLD.root),
        SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    refused(
        issuedBy(key, intermediate(key, unknown), WORLD.root),
        SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    KeyPair rootKey = World.ec("secp256r1");
    X509Certificate narrow = World.authority("CN=root", "CN=root", rootKey, rootKey, 0);
    X509Certificate below = World.authority("CN=intermediate", "CN=root", key, rootKey, 0);
    refused(issuedBy(key, below, narrow), SigstoreReason.ROOT_MALFORMED);
  }

  @Test
  void F09_criticalExtensionOfTheLeaf_mustBeKnown() {
    refused(
        leaf(l -> {
              l.extensions.put("1.2.3.4", new byte[] {5, 0});
              l.criticalExtension = "1.2.3.4";
            })
            .check(),
        SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    accepted(leaf(l -> l.extensions.put("1.2.3.4", new byte[] {5, 0})).check());
    accepted(leaf(l -> l.namesCritical = true).check());
  }

  private static GeneralName username(String oid, String name) {
    return new GeneralName(
        GeneralName.otherName,
        new DERSequence(
            new org.bouncycastle.asn1.ASN1Encodable[] {
              new ASN1ObjectIdentifier(oid), new DERTaggedObject(true, 0, new DERUTF8String(name))
            }));
  }

  private static Checked<?> asked(Draft draft, SignerSubject subject) {
    return draft.check(
        SigstoreVerifier.of(WORLD.trusted(), IdentityPolicy.of(Draft.ISSUER, subject)));
  }

  @Test
  void F10_usernameOfFulcio_isAcceptedIfAskedFor() {
    Draft draft = leaf(l -> l.names(username("1.3.6.1.4.1.57264.1.7", "alice!example.com")));
    accepted(asked(draft, SignerSubject.username("alice!example.com")));
    refused(
        asked(draft, SignerSubject.username("bob!example.com")), SigstoreReason.IDENTITY_MISMATCH);
    refused(
        asked(draft, SignerSubject.email("alice!example.com")), SigstoreReason.IDENTITY_MISMATCH);
    Draft other = leaf(l -> l.names(username("1.2.3.4", "alice!example.com")));
    refused(
        asked(other, SignerSubject.username("alice!example.com")),
        SigstoreReason.IDENTITY_MISMATCH);
    Draft dns = leaf(l -> l.names(new GeneralName(GeneralName.dNSName, "github.com")));
    refused(asked(dns, SignerSubject.uri("github.com")), SigstoreReason.IDENTITY_MISMATCH);
  }

  @Test
  void F11_severalNames_areRefused() {
    GeneralName right = new GeneralName(GeneralName.uniformResourceIdentifier, Draft.SUBJECT);
    GeneralName other = new GeneralName(GeneralName.rfc822Name, "eve@example.com");
    refused(leaf(l -> l.names(right, other)).check(), SigstoreReason.CERTIFICATE_INVALID);
    refused(leaf(l -> l.names(other, right)).check(), SigstoreReason.CERTIFICATE_INVALID);
    refused(leaf(l -> l.names(right, right)).check(), SigstoreReason.CERTIFICATE_INVALID);
    refused(leaf(l -> l.names()).check(), SigstoreReason.CERTIFICATE_INVALID);
  }

  @Test
  void F12_signatureMadeWithTheExpiredKey_isRefusedByTheLogsTime() {
    Draft draft = Draft.v1(WORLD);
    draft.first().time = World.SIGNED.plusSeconds(86_400);
    refused(draft.check(), SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
    Draft stamped = Draft.v2(WORLD);
    stamped.stamps.set(0, stamp -> stamp.at(World.SIGNED.plusSeconds(86_400)));
    refused(stamped.check(), SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME);
  }

  @Test
  void F13_weakSignaturesAndKeys_areRefused() {
    refused(leaf(l -> l.signedWith = "SHA1withECDSA").check(), SigstoreReason.CERTIFICATE_INVALID);
    Draft weak = Draft.v1(WORLD);
    weak.key = World.rsa(1024);
    weak.signedWith = "SHA256withRSA";
    refused(weak.check(), SigstoreReason.CERTIFICATE_INVALID);
    KeyPair rsa = World.rsa(1024);
    X509Certificate weakRoot = World.authority("CN=weak", "CN=weak", rsa, rsa, 1);
    refused(
        byRoot(
            Draft.v1(WORLD),
            r -> r.put("certificateAuthorities", array(World.chain("x", weakRoot)))),
        SigstoreReason.ROOT_MALFORMED);
  }

  @Test
  void F14_otherHashThanTheKeys_isTakenFromAnEntryOfVersion001Alone() {
    KeyPair key = World.ec("secp384r1");
    Draft old =
        Draft.v1(WORLD)
            .key(key, "SHA256withECDSA", DigestAlgorithm.SHA_256, "PKIX_ECDSA_P384_SHA_384");
    accepted(old.check());
    Draft newer =
        Draft.v2(WORLD)
            .key(key, "SHA256withECDSA", DigestAlgorithm.SHA_256, "PKIX_ECDSA_P384_SHA_384");
    refused(newer.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft statement =
        Draft.v1(WORLD)
            .key(key, "SHA256withECDSA", DigestAlgorithm.SHA_256, "PKIX_ECDSA_P384_SHA_384")
            .statement();
    refused(statement.check(), SigstoreReason.SIGNATURE_INVALID);
  }

  static byte[] prehashed(KeyPair key, byte[] content) {
    byte[] pkcs8 = key.getPrivate().getEncoded();
    Ed25519phSigner signer = new Ed25519phSigner(new byte[0]);
    signer.init(true, new Ed25519PrivateKeyParameters(pkcs8, pkcs8.length - 32));
    signer.update(content, 0, content.length);
    return signer.generateSignature();
  }

  @Test
  void F15_ed25519_isPrehashedInArtifactsAndPlainInEnvelopes() {
    KeyPair key = World.ed25519();
    for (boolean v2 : new boolean[] {false, true}) {
      Draft message =
          (v2 ? Draft.v2(WORLD) : Draft.v1(WORLD))
              .key(key, "Ed25519", DigestAlgorithm.SHA_512, "PKIX_ED25519_PH");
      message.signature = prehashed(key, Draft.ARTIFACT);
      accepted(message.check());
      accepted(
          message
              .verifier()
              .check(message.json(), Digest.compute(DigestAlgorithm.SHA_512, Draft.ARTIFACT)));
      message.signature = World.sign("Ed25519", key.getPrivate(), Draft.ARTIFACT);
      refused(message.check(), SigstoreReason.SIGNATURE_INVALID);

      Draft envelope =
          (v2 ? Draft.v2(WORLD) : Draft.v1(WORLD))
              .key(key, "Ed25519", DigestAlgorithm.SHA_512, "PKIX_ED25519")
              .statement();
      accepted(envelope.check());
      envelope.signature = prehashed(key, envelope.signed());
      refused(envelope.check(), SigstoreReason.SIGNATURE_INVALID);
    }
    Draft swapped = Draft.v2(WORLD).key(key, "Ed25519", DigestAlgorithm.SHA_512, "PKIX_ED25519");
    swapped.signature = prehashed(key, Draft.ARTIFACT);
    refused(swapped.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
    Draft envelope =
        Draft.v2(WORLD).key(key, "Ed25519", DigestAlgorithm.SHA_512, "PKIX_ED25519_PH").statement();
    refused(envelope.check(), SigstoreReason.LOG_ENTRY_MISMATCH);
  }

  // Entries S01 to S09

  private static Draft sct(Consumer<Leaf.Sct> change) {
    return leaf(l -> change.accept(l.scts.get(0)));
  }

  @Test
  void S01_noSct_isRefusedUnlessWaived() throws IOException {
    Draft none = leaf(l -> l.scts.clear());
    refused(none.check(), SigstoreReason.SCT_MISSING);
    accepted(
        none.check(
            SigstoreVerifier.builder(WORLD.trusted(), Draft.policy())
                .ignoreCertificateLog()
                .build()));
    byte[] empty = new DEROctetString(new byte[2]).getEncoded();
    refused(leaf(l -> l.sctList = empty).check(), SigstoreReason.MALFORMED);
  }

  @Test
  void S02_sctOfAnUnknownLog_countsForNothing() {
    Leaf.Sct other = new Leaf.Sct(World.ec("secp256r1"), World.SIGNED.minusSeconds(299));
    Draft draft = leaf(l -> l.scts.set(0, other));
    refused(draft.check(), SigstoreReason.SCT_MISSING);
    accepted(leaf(l -> l.scts.add(other)).check());
    accepted(leaf(l -> l.scts.add(0, other)).check());
  }

  @Test
  void S03_sctOverAnotherPrecertificate_isRefused() {
    refused(sct(s -> s.overIssuer = WORLD.rootKey.getPublic()).check(), SigstoreReason.SCT_INVALID);
    refused(sct(s -> s.overCertificateWithScts = true).check(), SigstoreReason.SCT_INVALID);
    KeyPair stranger = World.ec("secp256r1");
    refused(sct(s -> s.key = stranger.getPrivate()).check(), SigstoreReason.SCT_INVALID);
    Draft waived = sct(s -> s.key = stranger.getPrivate());
    refused(
        waived.check(
            SigstoreVerifier.builder(WORLD.trusted(), Draft.policy())
                .ignoreCertificateLog()
                .build()),
        SigstoreReason.SCT_INVALID);
  }

  @Test
  void S04_sctOutsideTheLogsSpan_isRefused() {
    Draft draft = Draft.v1(WORLD);
    long millis = World.SIGNED.minusSeconds(299).toEpochMilli();
    Consumer<java.util.Map<String, Object>> ends =
        r ->
            at(r, "ctlogs", 0, "publicKey")
                .put(
                    "validFor",
                    object(
                        "start",
                        World.START.toString(),
                        "end",
                        Instant.ofEpochMilli(millis).toString()));
    accepted(byRoot(draft, ends));
    refused(byRoot(sct(s -> s.millis = millis + 1), ends), SigstoreReason.SCT_INVALID);
    refused(sct(s -> s.millis = 0).check(), SigstoreReason.SCT_INVALID);
  }

  @Test
  void S05_extensionsOfAnSct_areSigned() {
    accepted(sct(s -> s.extensions = new byte[] {0, 0, 5, 0, 0, 0, 0, 7}).check());
  }

  @Test
  void S06_oneLogTwice_countsOnce() {
    Leaf.Sct second = new Leaf.Sct(WORLD.ctKey, World.SIGNED.minusSeconds(299));
    second.millis++;
    Draft twice = leaf(l -> l.scts.add(second));
    accepted(twice.check());
    KeyPair otherLog = World.ec("secp256r1");
    Draft both = leaf(l -> l.scts.add(new Leaf.Sct(otherLog, World.SIGNED.minusSeconds(299))));
    var root = WORLD.trustedRoot();
    JsonTree.list(root, "ctlogs")
        .add(
            World.log(
                "https://ct2.example",
                otherLog.getPublic(),
                "PKIX_ECDSA_P256_SHA_256",
                Sha256.of(otherLog.getPublic().getEncoded())));
    SigstoreVerifier two =
        SigstoreVerifier.builder(World.read(root), Draft.policy()).withCertificateLogs(2).build();
    refused(twice.check(two), SigstoreReason.SCT_MISSING);
    accepted(both.check(two));
  }

  @Test
  void S07_listThatIsNone_isMalformed() throws IOException {
    byte[][] lists = {
      {},
      {0},
      {0, 5, 0},
      {0, 1, 0},
      {0, 2, 0, 0},
      {0, 3, 0, 1, 1},
      {(byte) 0xff, (byte) 0xff},
      {0, 4, 0, 1, 0, 0, 9},
      Leaf.vector(new byte[60_000]),
    };
    for (byte[] list : lists) {
      byte[] wrapped = new DEROctetString(list).getEncoded();
      refused(leaf(l -> l.sctList = wrapped).check(), SigstoreReason.MALFORMED);
    }
    refused(leaf(l -> l.sctList = new byte[] {4, 9, 0}).check(), SigstoreReason.MALFORMED);
    refused(sct(s -> s.trailing = new byte[1]).check(), SigstoreReason.MALFORMED);
    Draft many =
        leaf(
            l -> {
              for (int i = 0; i < 16; i++) {
                l.scts.add(new Leaf.Sct(WORLD.ctKey, World.SIGNED.minusSeconds(299)));
              }
            });
    refused(many.check(), SigstoreReason.MALFORMED);
  }

  @Test
  void S07_bytesAfterTheList_areMalformed() {
    refused(leaf(l -> l.afterScts = new byte[1]).check(), SigstoreReason.MALFORMED);
    refused(leaf(l -> l.afterScts = new byte[64]).check(), SigstoreReason.MALFORMED);
  }

  @Test
  void S07_sctThatIsCutOrOutOfTime_isMalformed() throws IOException {
    for (int length = 1; length < 47; length++) { // 47 bytes is the shortest that is whole
      byte[] list = new DEROctetString(Leaf.vector(Leaf.vector(new byte[length]))).getEncoded();
      refused(leaf(l -> l.sctList = list).check(), SigstoreReason.MALFORMED);
    }
    byte[] whole = new DEROctetString(Leaf.vector(Leaf.vector(new byte[47]))).getEncoded();
    refused(leaf(l -> l.sctList = whole).check(), SigstoreReason.SCT_MISSING); // of no known log
    refused(sct(s -> s.millis = -1).check(), SigstoreReason.MALFORMED);
    refused(sct(s -> s.millis = Long.MIN_VALUE).check(), SigstoreReason.MALFORMED);
  }

  @Test
  void S08_placeOfTheList_doesNotMatter() {
    for (int place : new int[] {0, 1, 3, 100}) {
      for (boolean critical : new boolean[] {false, true}) {
        accepted(
            leaf(l -> {
                  l.sctPlace = place;
                  l.sctCritical = critical;
                })
                .check());
      }
    }
  }

  @Test
  void S09_versionAndAlgorithm_areTheKeys() {
    refused(sct(s -> s.version = 1).check(), SigstoreReason.MALFORMED);
    refused(sct(s -> s.hash = 2).check(), SigstoreReason.SCT_INVALID);
    refused(sct(s -> s.algorithm = 1).check(), SigstoreReason.SCT_INVALID);
  }
}
