package io.bartizan.mtls.x509;

import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.ReasonFlags;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates of its issuer a revocation list speaks of, and for which reasons (RFC 5280
 * sections 5.2.5 and 6.3.3); whether the extension that says so is marked critical or not.
 *
 * @param key the extension in one spelling, the same for lists that follow each other
 * @param points the distribution points that it was issued for; null if it is not partitioned
 * @param reasons a bit for each reason that it may name
 */
public record ListScope(
    String key,
    @Nullable Set<GeneralName> points,
    boolean users,
    boolean authorities,
    boolean supported,
    int reasons) {

  /** Bits 1 to 8 of ReasonFlags. */
  public static final int ALL_REASONS = 0x1fe;

  private static final String ISSUING_POINT = "2.5.29.28";
  private static final String CERTIFICATE_POINTS = "2.5.29.31";
  private static final ListScope WHOLE = new ListScope("", null, true, true, true, ALL_REASONS);

  /**
   * Reads a list's scope.
   *
   * @throws RuntimeException if it can't be read
   */
  public static ListScope of(X509CRL crl) {
    byte[] extension = crl.getExtensionValue(ISSUING_POINT);
    if (extension == null) {
      return WHOLE;
    }
    byte[] der = ASN1OctetString.getInstance(extension).getOctets();
    IssuingDistributionPoint point = IssuingDistributionPoint.getInstance(der);
    DistributionPointName name = point.getDistributionPoint();
    X500Name issuer = X500Name.getInstance(crl.getIssuerX500Principal().getEncoded());
    Set<GeneralName> points = null;
    if (name != null) {
      points = new HashSet<>();
      add(points, name, issuer);
    }
    return new ListScope(
        Base64.getEncoder().encodeToString(der),
        points,
        !point.onlyContainsCACerts(),
        !point.onlyContainsUserCerts(),
        !point.isIndirectCRL() && !point.onlyContainsAttributeCerts(),
        reasons(point.getOnlySomeReasons()));
  }

  private static int reasons(@Nullable ReasonFlags flags) {
    if (flags == null) {
      return ALL_REASONS;
    }
    int reasons = 0;
    byte[] bits = flags.getBytes();
    for (int i = 1; i <= 8 && i < bits.length * 8; i++) {
      if ((bits[i / 8] & (0x80 >> (i % 8))) != 0) {
        reasons |= 1 << i;
      }
    }
    return reasons;
  }

  private static void add(Set<GeneralName> points, DistributionPointName name, X500Name issuer) {
    if (name.getType() == DistributionPointName.FULL_NAME) {
      points.addAll(Arrays.asList(GeneralNames.getInstance(name.getName()).getNames()));
      return;
    }
    RDN[] known = issuer.getRDNs();
    RDN[] longer = Arrays.copyOf(known, known.length + 1);
    longer[known.length] = new RDN(rdn(ASN1Set.getInstance(name.getName())));
    points.add(new GeneralName(new X500Name(longer)));
  }

  private static AttributeTypeAndValue[] rdn(ASN1Set set) {
    return Arrays.stream(set.toArray())
        .map(AttributeTypeAndValue::getInstance)
        .toArray(AttributeTypeAndValue[]::new);
  }

  /** The distribution points that a certificate names; empty if it has none. */
  public static Set<GeneralName> pointsOf(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(CERTIFICATE_POINTS);
    Set<GeneralName> points = new HashSet<>();
    if (extension == null) {
      return points;
    }
    try {
      X500Name issuer = X500Name.getInstance(certificate.getIssuerX500Principal().getEncoded());
      byte[] der = ASN1OctetString.getInstance(extension).getOctets();
      for (DistributionPoint point : CRLDistPoint.getInstance(der).getDistributionPoints()) {
        if (point.getDistributionPoint() != null) {
          add(points, point.getDistributionPoint(), issuer);
        }
      }
    } catch (RuntimeException e) {
      points.clear(); // Nothing is read from it, so no partition covers the certificate.
    }
    return points;
  }

  /**
   * Whether the list speaks of a certificate.
   *
   * @param certificatePoints see {@link #pointsOf}
   * @param pointless whether certificates that name no point are covered by any list
   */
  public boolean covers(
      X509Certificate certificate, Set<GeneralName> certificatePoints, boolean pointless) {
    boolean authority = certificate.getBasicConstraints() >= 0;
    return supported
        && (authority ? authorities : users)
        && (points == null
            || (pointless && certificatePoints.isEmpty())
            || certificatePoints.stream().anyMatch(points::contains));
  }

  /** Whether there can be a certificate that the list speaks of. */
  public boolean coversAnything() {
    return supported && (users || authorities) && reasons != 0;
  }
}
