package io.bartizan.mtls.x509;

import io.bartizan.core.SafeText;
import io.bartizan.core.house.Span;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Parses certificates and names them in messages. */
public final class Certificates {

  private Certificates() {}

  /** The JDK's reader of certificates. */
  public static CertificateFactory factory() {
    return Platform.certificateFactory();
  }

  /** Exactly one certificate in DER, as the JDK reads it. */
  public static X509Certificate of(byte[] der) throws CertificateException {
    try {
      ByteArrayInputStream in = new ByteArrayInputStream(der);
      if (factory().generateCertificate(in) instanceof X509Certificate certificate
          && in.available() == 0) {
        return certificate;
      }
    } catch (RuntimeException e) {
      throw new CertificateException("a parser failed", e);
    }
    throw new CertificateException("bytes after the certificate");
  }

  /**
   * The certificates as the JDK reads them, whichever provider's TLS gave them, so that every peer
   * is judged by one parser.
   */
  public static X509Certificate[] ofJdk(X509Certificate[] chain) throws CertificateException {
    X509Certificate[] read = chain.clone();
    for (int i = 0; i < read.length; i++) {
      if (read[i].getClass().getModule() != Object.class.getModule()) {
        try {
          read[i] = of(read[i].getEncoded());
        } catch (CertificateException e) {
          throw new CertificateException("the JDK can't read a certificate of the chain", e);
        }
      }
    }
    return read;
  }

  /** The bytes of a certificate that was parsed. */
  public static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate without its bytes", e);
    }
  }

  /** Subject and serial number, for people only. */
  public static String label(X509Certificate certificate) {
    return "\""
        + SafeText.of(certificate.getSubjectX500Principal().getName(), 120)
        + "\" (serial "
        + SafeText.of(certificate.getSerialNumber().toString(16), 48)
        + ")";
  }

  /** When it ended or begins, to stand after the label; null if it is valid. */
  public static @Nullable String validity(X509Certificate certificate, Instant now) {
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      return " expired at "
          + certificate.getNotAfter().toInstant()
          + " ("
          + Span.ago(certificate.getNotAfter().toInstant(), now)
          + ")";
    }
    return now.isBefore(certificate.getNotBefore().toInstant())
        ? " is not valid before "
            + certificate.getNotBefore().toInstant()
            + " ("
            + Span.until(certificate.getNotBefore().toInstant(), now)
            + ")"
        : null;
  }

  /** Whether subject and issuer have one name. */
  public static boolean isSelfIssued(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }
}
