package io.bartizan.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v1CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The bad kinds that no certificate builder makes: they are put together from raw ASN.1. */
final class ForgedCertificates {

  private ForgedCertificates() {}

  /** The certificate with another last byte, which is its signature's. */
  static X509Certificate flipSignature(X509Certificate good) {
    byte[] der = encoded(good);
    der[der.length - 1] ^= 1;
    return CertificateDraft.parse(der);
  }

  static DevCertificate badSignature(BadCertificates bad) {
    DevCertificate good = bad.good();
    return bad.withChain(
        new DevCertificate(
            List.of(flipSignature(good.certificate())), good.root(), good.privateKey()),
        good.chain().get(1));
  }

  static DevCertificate badIntermediateSignature(BadCertificates bad) {
    DevCertificate good = bad.good();
    return bad.withChain(good, flipSignature(good.chain().get(1)));
  }

  /** CVE-2022-21449: an ECDSA signature whose r and s are zero. */
  static DevCertificate psychicSignature(BadCertificates bad) {
    DevCertificate good = bad.good();
    ASN1Sequence whole = ASN1Sequence.getInstance(encoded(good.certificate()));
    ASN1Integer zero = new ASN1Integer(BigInteger.ZERO);
    ASN1Sequence signature = new DERSequence(new ASN1Encodable[] {zero, zero});
    return replaceLeaf(
        bad,
        good,
        encoded(
            new DERSequence(
                new ASN1Encodable[] {
                  whole.getObjectAt(0), whole.getObjectAt(1), new DERBitString(encoded(signature))
                })));
  }

  /** RFC 5280 section 4.1.1.2: the algorithm outside must be the one inside the signed part. */
  static DevCertificate algorithmMismatch(BadCertificates bad) {
    DevCertificate good = bad.good();
    ASN1Sequence whole = ASN1Sequence.getInstance(encoded(good.certificate()));
    AlgorithmIdentifier other =
        new DefaultSignatureAlgorithmIdentifierFinder().find("SHA384withECDSA");
    return replaceLeaf(
        bad,
        good,
        encoded(
            new DERSequence(
                new ASN1Encodable[] {whole.getObjectAt(0), other, whole.getObjectAt(2)})));
  }

  /** A leaf below a version 1 certificate, which cannot say that it is a CA. */
  static DevCertificate versionOneIntermediate(BadCertificates bad) {
    KeyPair keys = DevKeyType.EC_P256.generate();
    CertificateDraft draft =
        bad.root().draftFor("Version 1", keys, bad.now(), bad.now().plus(Duration.ofHours(24)));
    DevCa issuer =
        new DevCa(
            draft.subject,
            keys,
            DevKeyType.EC_P256,
            bad.root().clock(),
            CertificateDraft.parse(versionOne(draft)),
            bad.root());
    return bad.leaf(issuer, unchanged -> {});
  }

  static DevCertificate versionOneLeaf(BadCertificates bad) {
    KeyPair keys = DevKeyType.EC_P256.generate();
    DevCa issuer = bad.root().intermediate("Issuing");
    CertificateDraft draft = bad.draft(issuer, keys);
    draft.subject = DevCa.distinguishedName(bad.dnsName());
    return issuer.complete(CertificateDraft.parse(versionOne(draft)), keys.getPrivate());
  }

  static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  private static byte[] versionOne(CertificateDraft draft) {
    return encoded(
        new X509v1CertificateBuilder(
                draft.issuer,
                draft.serial,
                Date.from(draft.notBefore),
                Date.from(draft.notAfter),
                draft.subject,
                SubjectPublicKeyInfo.getInstance(draft.keys.getPublic().getEncoded()))
            .build(signer(draft))
            .toASN1Structure());
  }

  private static ContentSigner signer(CertificateDraft draft) {
    try {
      return new JcaContentSignerBuilder(draft.signatureAlgorithm).build(draft.signer);
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("cannot sign with " + draft.signatureAlgorithm, e);
    }
  }

  private static DevCertificate replaceLeaf(BadCertificates bad, DevCertificate good, byte[] der) {
    return bad.withChain(
        new DevCertificate(List.of(CertificateDraft.parse(der)), good.root(), good.privateKey()),
        good.chain().get(1));
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has its encoding", e);
    }
  }

  private static byte[] encoded(ASN1Object object) {
    try {
      return object.getEncoded("DER");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
