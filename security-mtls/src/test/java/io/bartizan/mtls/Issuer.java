package io.bartizan.mtls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An issuer whose key a test may sign with, and one leaf with any extensions and kind of key.
 *
 * @param leafKey belongs to the leaf
 */
record Issuer(
    X509Certificate certificate, PrivateKey key, X509Certificate leaf, PrivateKey leafKey) {

  /** What a leaf gets. */
  @FunctionalInterface
  interface Extender {
    void extend(X509v3CertificateBuilder leaf) throws IOException;
  }

  static Issuer create() {
    return create("EC", leaf -> {});
  }

  static Issuer create(String keyAlgorithm, Extender extender) {
    try {
      KeyPair ca = keys("EC");
      KeyPair leaf = keys(keyAlgorithm);
      return new Issuer(
          issue(
              "CN=Issuer",
              1,
              ca,
              ca,
              c -> c.addExtension(Extension.basicConstraints, true, new BasicConstraints(true))),
          ca.getPrivate(),
          issue("CN=Leaf", 2, leaf, ca, extender),
          leaf.getPrivate());
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  TrustAnchors anchors() {
    return TrustAnchors.of(List.of(certificate));
  }

  Identity identity() {
    return Identity.of(leafKey, List.of(leaf));
  }

  private static KeyPair keys(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (algorithm.equals("EC")) {
      generator.initialize(256);
    }
    return generator.generateKeyPair();
  }

  private static X509Certificate issue(
      String subject, int serial, KeyPair keys, KeyPair signer, Extender extender)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    Instant now = Instant.now();
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=Issuer"),
            BigInteger.valueOf(serial),
            Date.from(now.minusSeconds(60)),
            Date.from(now.plusSeconds(3600)),
            new X500Name(subject),
            keys.getPublic());
    extender.extend(builder);
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
  }
}
