package io.bartizan.mtls.x509;

import java.security.cert.X509Certificate;
import java.security.cert.X509Extension;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.jspecify.annotations.Nullable;

/** How certificates and lists name keys (RFC 5280 sections 4.2.1.1 and 4.2.1.2); hints only. */
public final class KeyIdentifiers {

  private static final String SUBJECT = "2.5.29.14";
  private static final String AUTHORITY = "2.5.29.35";

  private KeyIdentifiers() {}

  /** The identifier of a certificate's own key; null where there is none. */
  public static byte @Nullable [] ofSubject(X509Certificate certificate) {
    byte[] value = certificate.getExtensionValue(SUBJECT);
    if (value == null) {
      return null;
    }
    try {
      byte[] inner = ASN1OctetString.getInstance(value).getOctets();
      return ASN1OctetString.getInstance(inner).getOctets();
    } catch (RuntimeException e) {
      return null;
    }
  }

  /** The identifier of the key that signed a certificate or list; null where there is none. */
  public static byte @Nullable [] ofIssuer(X509Extension signed) {
    byte[] value = signed.getExtensionValue(AUTHORITY);
    if (value == null) {
      return null;
    }
    try {
      return AuthorityKeyIdentifier.getInstance(ASN1OctetString.getInstance(value).getOctets())
          .getKeyIdentifierOctets();
    } catch (RuntimeException e) {
      return null;
    }
  }
}
