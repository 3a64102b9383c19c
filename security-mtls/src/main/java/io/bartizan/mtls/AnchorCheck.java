package io.bartizan.mtls;

import io.bartizan.mtls.x509.Certificates;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/** What a certificate must be to vouch for others. */
final class AnchorCheck {

  private static final int KEY_CERT_SIGN = 5;
  private static final String NAME_CONSTRAINTS = "2.5.29.30";

  /** Critical extensions whose meaning for a path below an anchor is enforced by hand. */
  private static final Set<String> ENFORCED = Set.of("2.5.29.15", "2.5.29.19");

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
                + ", an intermediate with constraints that can't be enforced without its root;"
                + " give the root");
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

  private static boolean isEnforceable(X509Certificate certificate) {
    if (isSelfSigned(certificate)) {
      return true;
    }
    Set<String> critical = certificate.getCriticalExtensionOIDs();
    return certificate.getExtensionValue(NAME_CONSTRAINTS) == null
        && (critical == null || ENFORCED.containsAll(critical));
  }

  static boolean isSelfSigned(X509Certificate certificate) {
    if (!Certificates.isSelfIssued(certificate)) {
      return false;
    }
    try {
      certificate.verify(certificate.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
