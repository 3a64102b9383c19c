package io.bartizan.mtls;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/**
 * Whether what a handshake carries of the material fits into the messages that peers take: the JDK
 * reads none over 32 768 bytes ({@code jdk.tls.maxHandshakeMessageSize}) and no chain of more than
 * ten certificates ({@code jdk.tls.maxCertificateChainLength}).
 */
final class HandshakeSize {

  /** The largest message, without what stands beside names or certificates in it. */
  static final int MAX_BYTES = 32_768 - 768;

  private static final int MAX_CERTIFICATES = 10;

  private HandshakeSize() {}

  /** Refuses anchors whose names do not fit into a request for a client's certificate. */
  static void checkNames(String source, List<X509Certificate> anchors) {
    long bytes = namesLength(anchors);
    if (bytes > MAX_BYTES) {
      throw new TlsMaterialException(
          MaterialReason.HANDSHAKE_TOO_LARGE,
          source,
          "has "
              + bytes
              + " bytes of names, peers take "
              + MAX_BYTES
              + " in a request for a client's certificate; give fewer anchors, or leave the names"
              + " out with withAnchorNamesLeftOut()");
    }
  }

  /** Whether they do. */
  static boolean namesFit(List<X509Certificate> anchors) {
    return namesLength(anchors) <= MAX_BYTES;
  }

  private static long namesLength(List<X509Certificate> anchors) {
    long bytes = 0;
    for (X500Principal name : names(anchors)) {
      bytes += name.getEncoded().length + 2;
    }
    return bytes;
  }

  /** The names of anchors, each once. */
  static List<X500Principal> names(List<X509Certificate> anchors) {
    return anchors.stream().map(X509Certificate::getSubjectX500Principal).distinct().toList();
  }

  /** Refuses a chain that peers don't read. */
  static void checkChain(String source, List<X509Certificate> chain) {
    if (chain.size() > MAX_CERTIFICATES) {
      throw new TlsMaterialException(
          MaterialReason.HANDSHAKE_TOO_LARGE,
          source,
          "has " + chain.size() + " certificates, peers take " + MAX_CERTIFICATES);
    }
    long bytes = 0;
    for (X509Certificate certificate : chain) {
      try {
        bytes += certificate.getEncoded().length + 5;
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException("a certificate without its bytes", e);
      }
    }
    if (bytes > MAX_BYTES) {
      throw new TlsMaterialException(
          MaterialReason.HANDSHAKE_TOO_LARGE,
          source,
          "has " + bytes + " bytes of certificates, peers take " + MAX_BYTES);
    }
  }
}
