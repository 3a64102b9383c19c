package io.bartizan.spiffe;

import java.io.ByteArrayInputStream;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Certificates in DER, one after the other, as the Workload API sends chains and bundles. */
final class DerList {

  private static final int SEQUENCE = 0x30;

  private DerList() {}

  static List<X509Certificate> certificates(byte[] der, WorkloadReason reason, String what) {
    List<X509Certificate> all = new ArrayList<>();
    for (int at = 0; at < der.length; ) {
      int length = length(der, at, reason, what);
      all.add(certificate(Arrays.copyOfRange(der, at, at + length), reason, what));
      at += length;
    }
    return List.copyOf(all);
  }

  /** How many bytes the value takes that begins here, with its head. */
  private static int length(byte[] der, int at, WorkloadReason reason, String what) {
    int left = der.length - at;
    if (left < 2 || (der[at] & 0xff) != SEQUENCE) {
      throw malformed(reason, what, at);
    }
    int first = der[at + 1] & 0xff;
    int more = first < 0x80 ? 0 : first & 0x7f;
    if (first == 0x80 || more > 3 || left < 2 + more) {
      throw malformed(reason, what, at);
    }
    int content = more == 0 ? first : 0;
    for (int i = 0; i < more; i++) {
      content = content << 8 | (der[at + 2 + i] & 0xff);
    }
    if (content > left - 2 - more) {
      throw malformed(reason, what, at);
    }
    return 2 + more + content;
  }

  private static X509Certificate certificate(byte[] der, WorkloadReason reason, String what) {
    try {
      // The JDK's own by name: the order of the JVM's providers decides nothing.
      Provider sun = Security.getProvider("SUN");
      CertificateFactory factory =
          sun == null
              ? CertificateFactory.getInstance("X.509")
              : CertificateFactory.getInstance("X.509", sun);
      if (factory.generateCertificate(new ByteArrayInputStream(der)) instanceof X509Certificate c) {
        return c;
      }
    } catch (CertificateException | RuntimeException e) {
      throw new WorkloadApiException(reason, what + " holds what is no X.509 certificate", e);
    }
    throw new WorkloadApiException(reason, what + " holds what is no X.509 certificate");
  }

  private static WorkloadApiException malformed(WorkloadReason reason, String what, int at) {
    return new WorkloadApiException(
        reason, what + " is no row of certificates in DER: wrong at byte " + (at + 1));
  }
}
