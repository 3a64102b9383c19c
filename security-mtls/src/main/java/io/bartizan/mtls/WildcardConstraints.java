package io.bartizan.mtls;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;

/**
 * Excluded names that a wildcard would cover: below an authority that excludes {@code a.example}, a
 * peer's {@code *.example} must not stand for it (CVE-2025-61727). PKIX compares the wildcard as
 * text and sees no harm.
 */
final class WildcardConstraints {

  private static final String NAME_CONSTRAINTS_OID = "2.5.29.30";

  private WildcardConstraints() {}

  static void check(PathFinder.Path path, List<String> dnsNames) throws PeerRejectedException {
    for (String name : dnsNames) {
      if (name.startsWith("*.")) {
        String parent = name.substring(2).toLowerCase(Locale.ROOT);
        List<X509Certificate> authorities = new ArrayList<>(path.certificates());
        authorities.add(path.anchor());
        for (X509Certificate authority : authorities.subList(1, authorities.size())) {
          check(authority, name, parent);
        }
      }
    }
  }

  private static void check(X509Certificate authority, String name, String parent)
      throws PeerRejectedException {
    byte[] extension = authority.getExtensionValue(NAME_CONSTRAINTS_OID);
    if (extension == null) {
      return;
    }
    GeneralSubtree[] excluded =
        NameConstraints.getInstance(ASN1OctetString.getInstance(extension).getOctets())
            .getExcludedSubtrees();
    for (GeneralSubtree tree : excluded == null ? new GeneralSubtree[0] : excluded) {
      GeneralName base = tree.getBase();
      if (base.getTagNo() == GeneralName.dNSName) {
        String host = base.getName().toString().toLowerCase(Locale.ROOT);
        if (host.substring(host.indexOf('.') + 1).equals(parent)) {
          throw new PeerRejectedException(
              TlsReason.NAME_CONSTRAINT_VIOLATED,
              name + " covers a name that " + Certificates.label(authority) + " excludes");
        }
      }
    }
  }
}
