package io.bartizan.mtls;

import io.bartizan.core.Pem;
import io.bartizan.core.SafeText;
import io.bartizan.core.house.Span;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads certificates and names them in messages. */
final class Certificates {

  private static final String BEGIN = "-----BEGIN ";

  private Certificates() {}

  static CertificateFactory factory() {
    return Platform.certificateFactory();
  }

  /**
   * The blocks of a text; a malformed one is the source's fault. Byte-order marks of UTF-8 and
   * files put together without a line end are read, as OpenSSL, curl and Node.js read them.
   */
  static List<Pem> blocks(String source, String text) {
    if (text.indexOf('\0') >= 0 && !text.contains(BEGIN)) {
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED,
          source,
          text.startsWith("\u00ff\u00fe") || text.startsWith("\u00fe\u00ff")
              ? "is UTF-16 text, save it as UTF-8 or ASCII"
              : "is no text, so no PEM; a DER file is converted with openssl x509 -inform DER");
    }
    String whole =
        text.replace("\u00ef\u00bb\u00bf" + BEGIN, BEGIN)
            .replace("\ufeff" + BEGIN, BEGIN)
            .replace("-----" + BEGIN, "-----\n" + BEGIN);
    try {
      return Pem.parse(whole);
    } catch (IllegalArgumentException e) {
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED, source, "is malformed: " + e.getMessage());
    }
  }

  /** The certificates among the blocks, in order. */
  static List<X509Certificate> of(String source, List<Pem> blocks) {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Pem block : blocks) {
      switch (block.label()) {
        case "CERTIFICATE", "X509 CERTIFICATE" -> certificates.add(of(source, block.content()));
        case "TRUSTED CERTIFICATE" ->
            throw new TlsMaterialException(
                MaterialReason.FILE_MALFORMED,
                source,
                "holds an OpenSSL TRUSTED CERTIFICATE, a plain CERTIFICATE is needed");
        default -> {}
      }
    }
    return List.copyOf(certificates);
  }

  static X509Certificate of(String source, byte[] der) {
    try {
      ByteArrayInputStream in = new ByteArrayInputStream(der);
      if (factory().generateCertificate(in) instanceof X509Certificate certificate
          && in.available() == 0) {
        return certificate;
      }
    } catch (CertificateException | RuntimeException e) {
      // the sentence below says enough; the parser's own may quote the content
    }
    throw new TlsMaterialException(
        MaterialReason.FILE_MALFORMED, source, "holds a certificate that can't be parsed");
  }

  /**
   * The certificates as the JDK reads them, whichever provider's TLS gave them, so that every peer
   * is judged by one parser.
   */
  static X509Certificate[] ofJdk(X509Certificate[] chain) throws PeerRejectedException {
    X509Certificate[] read = chain.clone();
    for (int i = 0; i < read.length; i++) {
      if (read[i].getClass().getModule() != Object.class.getModule()) {
        try {
          read[i] = of("peer", read[i].getEncoded());
        } catch (CertificateEncodingException | TlsMaterialException e) {
          throw new PeerRejectedException(
              PeerReason.CHAIN_INVALID, "the JDK can't read a certificate of the chain");
        }
      }
    }
    return read;
  }

  /** The bytes of a certificate that was parsed. */
  static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate without its bytes", e);
    }
  }

  /** Subject and serial number, for people only. */
  static String label(X509Certificate certificate) {
    return "\""
        + SafeText.of(certificate.getSubjectX500Principal().getName(), 120)
        + "\" (serial "
        + SafeText.of(certificate.getSerialNumber().toString(16), 48)
        + ")";
  }

  /** When it ended or begins, to stand after the label; null if it is valid. */
  static @Nullable String validity(X509Certificate certificate, Instant now) {
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

  static boolean isSelfIssued(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }
}
