package io.bartizan.mtls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates whose signature's algorithm a test chooses. */
final class SignedCertificates {

  private SignedCertificates() {}

  static X509Certificate leaf(String name, TestAuthority issuer, String algorithm) {
    Instant now = Instant.now();
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              new JcaX509v3CertificateBuilder(
                      X500Name.getInstance(
                          issuer.certificate.getSubjectX500Principal().getEncoded()),
                      BigInteger.TEN,
                      Date.from(now.minusSeconds(3600)),
                      Date.from(now.plusSeconds(7200)),
                      new X500Name(name),
                      TestAuthority.keys().getPublic())
                  .build(new JcaContentSignerBuilder(algorithm).build(issuer.keys.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An authority's own certificate, signed by its key with an algorithm. */
  static X509Certificate root(
      String name, KeyPair keys, String algorithm, TestAuthority.Extender more) {
    Instant now = Instant.now();
    X500Name own = new X500Name(name);
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              own,
              BigInteger.TWO,
              Date.from(now.minusSeconds(3600)),
              Date.from(now.plusSeconds(7200)),
              own,
              keys.getPublic());
      TestAuthority.authority().and(more).extend(builder);
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
