package io.bartizan.mtls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority whose certificates and lists a test makes as it likes. */
final class TestAuthority {

  private static final AtomicLong SERIALS = new AtomicLong(1000);

  final KeyPair keys;
  final X509Certificate certificate;

  private TestAuthority(KeyPair keys, X509Certificate certificate) {
    this.keys = keys;
    this.certificate = certificate;
  }

  /** What a certificate gets beside its names and dates. */
  @FunctionalInterface
  interface Extender {
    void extend(X509v3CertificateBuilder certificate) throws IOException;

    default Extender and(Extender more) {
      return certificate -> {
        extend(certificate);
        more.extend(certificate);
      };
    }
  }

  /** What a revocation list gets. */
  @FunctionalInterface
  interface ListExtender {
    void extend(X509v2CRLBuilder list) throws IOException;
  }

  static KeyPair keys() {
    return keys("EC", 256);
  }

  static KeyPair keys(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (bits > 0) {
        generator.initialize(bits);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static TestAuthority root(String name, Extender more) {
    return root(name, keys(), more);
  }

  static TestAuthority root(String name, KeyPair keys, Extender more) {
    X500Name own = new X500Name(name);
    return new TestAuthority(keys, sign(own, own, keys.getPublic(), keys, authority().and(more)));
  }

  TestAuthority intermediate(String name, Extender more) {
    KeyPair own = keys();
    return new TestAuthority(own, issue(name, own.getPublic(), authority().and(more)));
  }

  /** The same key and name under another issuer: a cross-certificate. */
  X509Certificate crossFor(TestAuthority subject, Extender more) {
    return sign(
        subject.subject(), subject(), subject.keys.getPublic(), keys, authority().and(more));
  }

  static Extender authority() {
    return c -> c.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
  }

  static Extender keyIds(PublicKey subject, PublicKey issuer) {
    return c -> {
      try {
        JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
        c.addExtension(
            Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(subject));
        c.addExtension(
            Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(issuer));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  static Extender names(GeneralName... names) {
    return c -> c.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
  }

  static GeneralName dns(String name) {
    return new GeneralName(GeneralName.dNSName, name);
  }

  static GeneralName uri(String name) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, name);
  }

  static Extender permitted(GeneralName... bases) {
    return constraints(bases, null);
  }

  static Extender excluded(GeneralName... bases) {
    return constraints(null, bases);
  }

  private static Extender constraints(GeneralName[] permitted, GeneralName[] excluded) {
    return c ->
        c.addExtension(
            Extension.nameConstraints,
            true,
            new NameConstraints(subtrees(permitted), subtrees(excluded)));
  }

  private static GeneralSubtree[] subtrees(GeneralName[] bases) {
    return bases == null
        ? null
        : java.util.Arrays.stream(bases).map(GeneralSubtree::new).toArray(GeneralSubtree[]::new);
  }

  /** A certificate of this authority. */
  X509Certificate issue(String name, PublicKey key, Extender more) {
    return sign(new X500Name(name), subject(), key, keys, more);
  }

  X509Certificate issue(String name, PublicKey key, Instant from, Instant to, Extender more) {
    return sign(new X500Name(name), subject(), key, keys, from, to, more);
  }

  /** A leaf of a new key, with names. */
  X509Certificate leaf(String name, GeneralName... names) {
    KeyPair own = keys();
    Extender more =
        c -> {
          if (names.length > 0) {
            c.addExtension(
                Extension.subjectAlternativeName, name.isEmpty(), new GeneralNames(names));
          }
        };
    return issue(name, own.getPublic(), more);
  }

  private X500Name subject() {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  TrustAnchors anchors() {
    return TrustAnchors.of(List.of(certificate));
  }

  private static X509Certificate sign(
      X500Name subject, X500Name issuer, PublicKey key, KeyPair signer, Extender more) {
    Instant now = Instant.now();
    return sign(subject, issuer, key, signer, now.minusSeconds(3600), now.plusSeconds(7200), more);
  }

  private static X509Certificate sign(
      X500Name subject,
      X500Name issuer,
      PublicKey key,
      KeyPair signer,
      Instant from,
      Instant to,
      Extender more) {
    try {
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(SERIALS.incrementAndGet()),
              Date.from(from),
              Date.from(to),
              subject,
              key);
      more.extend(builder);
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(signer(signer).build(signer.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JcaContentSignerBuilder signer(KeyPair keys) {
    return new JcaContentSignerBuilder(
        keys.getPublic().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
  }

  /** A revocation list of this authority. */
  X509CRL crl(Instant thisUpdate, Instant nextUpdate, ListExtender more) {
    return crl(signer(keys), thisUpdate, nextUpdate, more);
  }

  /** A revocation list whose signature is of this algorithm. */
  X509CRL crl(String algorithm, Instant thisUpdate, Instant nextUpdate) {
    return crl(new JcaContentSignerBuilder(algorithm), thisUpdate, nextUpdate, list -> {});
  }

  private X509CRL crl(
      JcaContentSignerBuilder signer, Instant thisUpdate, Instant nextUpdate, ListExtender more) {
    try {
      X509v2CRLBuilder builder = new X509v2CRLBuilder(subject(), Date.from(thisUpdate));
      builder.setNextUpdate(Date.from(nextUpdate));
      more.extend(builder);
      return new JcaX509CRLConverter().getCRL(builder.build(signer.build(keys.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
