package io.bartizan.testkit;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;

/** The bad kinds that take more than a line. */
final class BadDrafts {

  private BadDrafts() {}

  static DevCertificate weakRsa(BadCertificates bad) {
    return bad.leaf(bad.root().intermediate("Issuing"), ForgedCertificates.rsa(1024), draft -> {});
  }

  static DevCertificate weakRsaIntermediate(BadCertificates bad) {
    return bad.leaf(bad.below(bad.root(), ForgedCertificates.rsa(1024), draft -> {}), draft -> {});
  }

  static DevCertificate selfSigned(BadCertificates bad) {
    return selfSigned(bad, DevCa.distinguishedName("peer"));
  }

  static DevCertificate selfSignedTwin(BadCertificates bad) {
    return selfSigned(bad, bad.root().name());
  }

  private static DevCertificate selfSigned(BadCertificates bad, X500Name name) {
    KeyPair keys = DevKeyType.EC_P256.generate();
    CertificateDraft draft = bad.draft(bad.root(), keys).keyIds(keys.getPublic());
    draft.subject = name;
    draft.issuer = name;
    draft.signer = keys.getPrivate();
    draft.signatureAlgorithm = DevKeyType.EC_P256.signatureAlgorithm();
    return new DevCertificate(List.of(draft.issue()), bad.root().certificate(), keys.getPrivate());
  }

  private static DevCa twinOf(BadCertificates bad) {
    return bad.otherRoot("Twin", draft -> draft.subject = draft.issuer = bad.root().name());
  }

  static DevCertificate sameNamedRoot(BadCertificates bad) {
    return bad.shownToRoot(bad.leaf(twinOf(bad), draft -> {}));
  }

  static DevCertificate sameNamedRootSent(BadCertificates bad) {
    DevCa twin = twinOf(bad);
    return bad.withChain(bad.leaf(twin, draft -> {}), twin.certificate());
  }

  static DevCertificate pathLengthExceeded(BadCertificates bad) {
    DevCa none =
        bad.below(
            bad.root(),
            DevKeyType.EC_P256.generate(),
            draft -> draft.authority(new BasicConstraints(0)));
    return bad.leaf(none.intermediate("One Too Many"), draft -> {});
  }

  static DevCertificate chainTooLong(BadCertificates bad) {
    DevCa last = bad.root();
    for (int i = 1; i <= 12; i++) {
      last = last.intermediate("Intermediate " + i);
    }
    return bad.leaf(last, draft -> {});
  }

  static DevCertificate anchoredLeaf(BadCertificates bad) {
    DevCertificate expired = bad.of(BadCertificate.EXPIRED);
    X509Certificate leaf = expired.certificate();
    return new DevCertificate(List.of(leaf), leaf, expired.privateKey());
  }

  static DevCertificate commonNameOnly(BadCertificates bad) {
    return bad.leaf(
        draft -> {
          draft.subject = DevCa.distinguishedName(bad.dnsName());
          draft.without(Extension.subjectAlternativeName);
        });
  }

  static DevCertificate nameInOrganization(BadCertificates bad) {
    return bad.leaf(
        draft -> {
          draft.subject =
              new X500NameBuilder(BCStyle.INSTANCE)
                  .addRDN(BCStyle.O, "Evil, CN=" + bad.dnsName())
                  .build();
          draft.without(Extension.subjectAlternativeName);
        });
  }

  static DevCertificate namesOnIntermediate(BadCertificates bad) {
    GeneralNames right =
        new GeneralNames(
            new GeneralName[] {
              new GeneralName(GeneralName.dNSName, bad.dnsName()),
              new GeneralName(GeneralName.uniformResourceIdentifier, bad.spiffeId())
            });
    DevCa issuer =
        bad.below(bad.root(), DevKeyType.EC_P256.generate(), draft -> draft.names(right));
    return bad.leaf(
        issuer,
        draft ->
            draft.names(new GeneralNames(new GeneralName(GeneralName.dNSName, "evil.example"))));
  }

  static DevCertificate spiffeWithUsage(BadCertificates bad, int bit) {
    return bad.leaf(
        draft ->
            draft
                .usage(KeyUsage.digitalSignature | bit)
                .names(
                    new GeneralNames(
                        new GeneralName(GeneralName.uniformResourceIdentifier, bad.spiffeId()))));
  }
}
