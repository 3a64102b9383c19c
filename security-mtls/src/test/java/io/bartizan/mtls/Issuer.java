package io.bartizan.mtls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An issuer whose key a test may sign OCSP responses with, and one leaf of it. */
record Issuer(X509Certificate certificate, PrivateKey key, X509Certificate leaf) {

  static Issuer create() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair ca = generator.generateKeyPair();
      KeyPair leaf = generator.generateKeyPair();
      return new Issuer(
          issue("CN=Issuer", 1, ca, ca), ca.getPrivate(), issue("CN=Leaf", 2, leaf, ca));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate issue(String subject, int serial, KeyPair keys, KeyPair signer)
      throws GeneralSecurityException, OperatorCreationException {
    Instant now = Instant.now();
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    new X500Name("CN=Issuer"),
                    BigInteger.valueOf(serial),
                    Date.from(now.minusSeconds(60)),
                    Date.from(now.plusSeconds(3600)),
                    new X500Name(subject),
                    keys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
  }
}
