package io.bartizan.mtls.x509;

import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the JDK's tree of certificate policies, which has a node for each way to a policy.
 *
 * <p>It doubles with each certificate where a policy is named twice (RFC 5280 section 4.2.1.4
 * forbids it), and the time for it grows with the square of the policies. Without mappings, which
 * paths are judged without, a level has no more nodes than its certificate names policies.
 */
public final class PolicyBounds {

  private static final String CERTIFICATE_POLICIES = "2.5.29.32";

  /** The bridges of governments name some thirty. */
  private static final int MAX_POLICIES = 100;

  private static final List<String> BINDING =
      List.of(CERTIFICATE_POLICIES, "2.5.29.36", "2.5.29.54");

  private PolicyBounds() {}

  /** Whether an authority's certificate has policies, or constraints on those below it. */
  public static boolean isPresent(X509Certificate authority) {
    return BINDING.stream().anyMatch(one -> authority.getExtensionValue(one) != null);
  }

  /** What a certificate names of which no path is judged; null if there is nothing. */
  public static @Nullable String excess(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(CERTIFICATE_POLICIES);
    if (extension == null) {
      return null;
    }
    Set<Object> named = new HashSet<>();
    try {
      for (ASN1Encodable each :
          ASN1Sequence.getInstance(ASN1OctetString.getInstance(extension).getOctets())) {
        if (!named.add(PolicyInformation.getInstance(each).getPolicyIdentifier())) {
          return "a certificate policy twice";
        }
        if (named.size() > MAX_POLICIES) {
          return "more than " + MAX_POLICIES + " certificate policies";
        }
      }
      return null;
    } catch (RuntimeException e) {
      return "certificate policies that can't be read";
    }
  }
}
