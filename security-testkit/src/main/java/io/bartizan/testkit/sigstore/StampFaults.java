package io.bartizan.testkit.sigstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.Instance;
import io.bartizan.testkit.sigstore.draft.Tree;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Date;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/** Faults of RFC 3161 timestamps and of the certificates that sign them. */
final class StampFaults {

  private StampFaults() {}

  static void beforeTheAuthority(BundleDraft draft) {
    Spoilers.stamp(draft, stamp -> stamp.at(draft.instance.start.minusSeconds(Spoilers.DAY)));
  }

  static void overTheArtifact(BundleDraft draft) {
    Spoilers.stamp(draft, stamp -> stamp.over = draft.signed());
  }

  static void withoutContentType(BundleDraft draft) {
    Spoilers.stamp(draft, stamp -> stamp.contentType = false);
  }

  static void ofAnotherContentType(BundleDraft draft) {
    Spoilers.stamp(
        draft,
        stamp -> {
          stamp.infoType = "1.2.840.113549.1.7.1";
          stamp.attributeType = stamp.infoType;
        });
  }

  static void ofAnotherDigest(BundleDraft draft) {
    Spoilers.stamp(draft, stamp -> stamp.digested = "another".getBytes(UTF_8));
  }

  static void notSorted(BundleDraft draft) {
    Spoilers.stamp(draft, stamp -> stamp.sorted = false);
  }

  static void withoutZone(BundleDraft draft) {
    Spoilers.stamp(draft, stamp -> stamp.time = stamp.time.replace("Z", ""));
  }

  static void namesAnotherCertificate(BundleDraft draft) {
    Spoilers.stamp(draft, stamp -> stamp.certificate = draft.instance.tsaRoot);
  }

  /** The trusted authority's name and serial number in a certificate of another key. */
  static void foreignCertificate(BundleDraft draft) {
    KeyPair key = Spoilers.stranger();
    X509Certificate trusted = draft.instance.tsa;
    X509Certificate foreign =
        Instance.build(
            new X509v3CertificateBuilder(
                new X500Name(trusted.getIssuerX500Principal().getName()),
                trusted.getSerialNumber(),
                Date.from(draft.instance.start),
                Date.from(draft.signedAt.plusSeconds(Spoilers.DAY)),
                new X500Name("CN=tsa"),
                SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded())),
            Instance.signer(key.getPrivate()));
    Spoilers.stamp(
        draft,
        stamp -> {
          stamp.key = key.getPrivate();
          stamp.certificate = foreign;
          stamp.embedded.add(foreign);
          stamp.embedded.add(trusted);
        });
  }

  /** The only time of an entry of Rekor v2, by a certificate that comes with it. */
  private static void onlyBy(BundleDraft draft, KeyPair key, X509Certificate certificate) {
    Spoilers.rekor2(draft);
    Spoilers.stamp(
        draft,
        stamp -> {
          stamp.key = key.getPrivate();
          stamp.certificate = certificate;
          stamp.named = certificate;
          stamp.embedded.add(certificate);
        });
  }

  static void byCodeSigner(BundleDraft draft) {
    KeyPair key = Spoilers.stranger();
    onlyBy(draft, key, draft.instance.tsa(key, true, KeyPurposeId.id_kp_codeSigning));
  }

  static void byNonCriticalPurpose(BundleDraft draft) {
    KeyPair key = Spoilers.stranger();
    onlyBy(draft, key, draft.instance.tsa(key, false, KeyPurposeId.id_kp_timeStamping));
  }

  static void byExpired(BundleDraft draft) {
    KeyPair key = Spoilers.stranger();
    onlyBy(
        draft,
        key,
        draft.instance.tsa(
            key,
            true,
            draft.signedAt.minusSeconds(2 * Spoilers.DAY),
            Spoilers.dayBefore(draft),
            KeyPurposeId.id_kp_timeStamping));
  }

  static void bySelfSigned(BundleDraft draft) {
    KeyPair key = Spoilers.stranger();
    X509Certificate own =
        Instance.build(
            Instance.certificate(
                "CN=tsa",
                "CN=tsa",
                key.getPublic(),
                draft.instance.start,
                draft.signedAt.plusSeconds(Spoilers.DAY)),
            Instance.signer(key.getPrivate()));
    onlyBy(draft, key, own);
  }

  private static void response(BundleDraft draft, UnaryOperator<byte[]> change) {
    Spoilers.stamp(draft, stamp -> stamp.response = change);
  }

  static void cut(BundleDraft draft) {
    response(draft, all -> Arrays.copyOf(all, all.length - 1));
  }

  static void bytesAfter(BundleDraft draft) {
    response(draft, all -> Tree.join(all, new byte[1]));
  }

  static void hugeLength(BundleDraft draft) {
    response(draft, all -> new byte[] {0x30, (byte) 0x84, 0x40, 0, 0, 0});
  }

  static void nestedDeeply(BundleDraft draft) {
    byte[] nested = new byte[20_000];
    for (int i = 0; i < nested.length; i += 2) {
      nested[i] = 0x30;
      nested[i + 1] = (byte) 0x80;
    }
    response(draft, all -> nested);
  }

  static void secondByAnotherKey(BundleDraft draft) {
    draft.stamps.add(stamp -> stamp.key = Spoilers.stranger().getPrivate());
  }

  static void secondOfOther(BundleDraft draft) {
    draft.stamps.add(stamp -> stamp.over = "another".getBytes(UTF_8));
  }

  static void tooMany(BundleDraft draft) {
    while (draft.stamps.size() <= FormFaults.MOST) {
      draft.stamps.add(stamp -> {});
    }
  }
}
