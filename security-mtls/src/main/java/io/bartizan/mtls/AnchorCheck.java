package io.bartizan.mtls;

import io.bartizan.mtls.x509.Certificates;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/** What a certificate must be to vouch for others. */
final class AnchorCheck {

  private static final int KEY_CERT_SIGN = 5;
  private static final String EXTENDED_KEY_USAGE = "2.5.29.37";

  private AnchorCheck() {}

  /** The certificates without duplicates, or a refusal that names the first unfit one. */
  static List<X509Certificate> checked(String source, List<X509Certificate> certificates) {
    if (certificates.isEmpty()) {
      throw new TlsMaterialException(
          MaterialReason.ANCHORS_EMPTY, source, "holds no certificate, one or more are needed");
    }
    for (X509Certificate certificate : certificates) {
      if (!isCa(certificate)) {
        throw new TlsMaterialException(
            MaterialReason.ANCHOR_NOT_CA,
            source,
            "holds "
                + Certificates.label(certificate)
                + ", which is not a certificate authority; pin a peer's key with spkiPin instead");
      }
      if (!isEnforceable(certificate)) {
        throw new TlsMaterialException(
            MaterialReason.ANCHOR_UNENFORCEABLE,
            source,
            "holds "
                + Certificates.label(certificate)
                + ", an intermediate with a critical extension that can't be enforced without its"
                + " root; give the root");
      }
    }
    return certificates.stream().distinct().toList();
  }

  /** Those of many that are fit. */
  static List<X509Certificate> usable(List<X509Certificate> certificates) {
    return certificates.stream().filter(c -> isCa(c) && isEnforceable(c)).distinct().toList();
  }

  static boolean isCa(X509Certificate certificate) {
    boolean[] usage = certificate.getKeyUsage();
    return certificate.getBasicConstraints() >= 0 && (usage == null || usage[KEY_CERT_SIGN]);
  }

  /**
   * An extended key usage is asked of a path and not of its anchor. Of a root no more can be given,
   * so that its critical extensions are judged with each path.
   */
  private static boolean isEnforceable(X509Certificate certificate) {
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    return critical == null
        || Certificates.isSelfIssued(certificate)
        || (PathValidator.knowsCriticals(certificate) && !critical.contains(EXTENDED_KEY_USAGE));
  }
}
