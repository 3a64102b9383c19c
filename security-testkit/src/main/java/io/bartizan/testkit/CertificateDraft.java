package io.bartizan.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate before it is signed, every field open; what a good and a bad one are made of. */
final class CertificateDraft {

  final KeyPair keys;
  X500Name subject;
  X500Name issuer;
  BigInteger serial = BigInteger.ONE;
  Instant notBefore;
  Instant notAfter;
  String signatureAlgorithm;
  PrivateKey signer;
  final ExtensionsGenerator extensions = new ExtensionsGenerator();

  /** A draft that is self-issued and self-signed until it is told otherwise. */
  CertificateDraft(
      X500Name subject, KeyPair keys, String algorithm, Instant notBefore, Instant notAfter) {
    this.subject = subject;
    this.keys = keys;
    this.notBefore = notBefore;
    this.notAfter = notAfter;
    issuer = subject;
    signer = keys.getPrivate();
    signatureAlgorithm = algorithm;
  }

  @CanIgnoreReturnValue
  CertificateDraft with(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
    try {
      if (extensions.hasExtension(oid)) {
        extensions.replaceExtension(oid, critical, value);
      } else {
        extensions.addExtension(oid, critical, value);
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @CanIgnoreReturnValue
  CertificateDraft without(ASN1ObjectIdentifier oid) {
    if (extensions.hasExtension(oid)) {
      extensions.removeExtension(oid);
    }
    return this;
  }

  @CanIgnoreReturnValue
  CertificateDraft authority(BasicConstraints constraints) {
    return with(Extension.basicConstraints, true, constraints)
        .usage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
  }

  @CanIgnoreReturnValue
  CertificateDraft usage(int bits) {
    return with(Extension.keyUsage, true, new KeyUsage(bits));
  }

  @CanIgnoreReturnValue
  CertificateDraft purposes(KeyPurposeId... purposes) {
    return with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
  }

  @CanIgnoreReturnValue
  CertificateDraft names(GeneralNames names) {
    return with(Extension.subjectAlternativeName, false, names);
  }

  @CanIgnoreReturnValue
  CertificateDraft keyIds(PublicKey issuerKey) {
    try {
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      return with(
              Extension.subjectKeyIdentifier,
              false,
              ids.createSubjectKeyIdentifier(keys.getPublic()))
          .with(
              Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(issuerKey));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("key identifiers need SHA-1 only", e);
    }
  }

  /** The signed certificate's DER bytes. */
  byte[] sign() {
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            issuer,
            serial,
            Date.from(notBefore),
            Date.from(notAfter),
            subject,
            SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
    try {
      if (!extensions.isEmpty()) {
        for (ASN1ObjectIdentifier oid : extensions.generate().getExtensionOIDs()) {
          builder.addExtension(extensions.generate().getExtension(oid));
        }
      }
      return builder
          .build(new JcaContentSignerBuilder(signatureAlgorithm).build(signer))
          .getEncoded();
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalStateException("cannot sign with " + signatureAlgorithm, e);
    }
  }

  X509Certificate issue() {
    return parse(sign());
  }

  /** Reads with the JDK, or with Bouncy Castle what the JDK refuses to read. */
  static X509Certificate parse(byte[] der) {
    try {
      try {
        return parse(der, CertificateFactory.getInstance("X.509"));
      } catch (CertificateException e) {
        return parse(der, CertificateFactory.getInstance("X.509", new BouncyCastleProvider()));
      }
    } catch (CertificateException e) {
      throw new IllegalStateException("nobody reads the certificate made here", e);
    }
  }

  private static X509Certificate parse(byte[] der, CertificateFactory factory)
      throws CertificateException {
    return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
  }
}
