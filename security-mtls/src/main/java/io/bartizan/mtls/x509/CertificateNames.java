package io.bartizan.mtls.x509;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * What name constraints apply to: the subject as a directory name and the subject alternative
 * names; without any of these, the subject's e-mail addresses. Never the common name.
 */
public record CertificateNames(List<GeneralName> all) {

  private static final String SAN_OID = "2.5.29.17";

  public static CertificateNames of(X509Certificate certificate) {
    List<GeneralName> all = new ArrayList<>();
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    if (subject.getRDNs().length > 0) {
      all.add(new GeneralName(subject));
    }
    byte[] extension = certificate.getExtensionValue(SAN_OID);
    if (extension != null) {
      byte[] der = ASN1OctetString.getInstance(extension).getOctets();
      all.addAll(List.of(GeneralNames.getInstance(der).getNames()));
    } else {
      for (RDN rdn : subject.getRDNs()) {
        for (AttributeTypeAndValue one : rdn.getTypesAndValues()) {
          if (one.getType().equals(PKCSObjectIdentifiers.pkcs_9_at_emailAddress)) {
            all.add(new GeneralName(GeneralName.rfc822Name, one.getValue().toString()));
          }
        }
      }
    }
    return new CertificateNames(List.copyOf(all));
  }

  /** A directory name in the form in which the JDK compares them. */
  static String canonical(X500Name name) {
    try {
      return new X500Principal(name.getEncoded()).getName(X500Principal.CANONICAL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
