package io.bartizan.integrity.x509;

import io.bartizan.integrity.der.Der;
import io.bartizan.integrity.der.DerException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the JDK's tree of certificate policies, which has a node for each way to a policy.
 *
 * <p>It doubles with each certificate where a policy is named twice (RFC 5280 section 4.2.1.4
 * forbids it), and the time for it grows with the square of the policies. Without mappings, which
 * paths are judged without, a level has no more nodes than its certificate names policies.
 */
final class PolicyBounds {

  private static final String CERTIFICATE_POLICIES = "2.5.29.32";

  /** The bridges of governments name some thirty. */
  private static final int MAX_POLICIES = 100;

  private PolicyBounds() {}

  /** Null if the policies of a certificate can be judged. */
  static @Nullable String whyNot(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(CERTIFICATE_POLICIES);
    if (extension == null) {
      return null;
    }
    try {
      Der policies = Der.whole(Der.of(extension).content(Der.OCTET_STRING), Der.SEQUENCE);
      Set<String> named = new HashSet<>();
      while (policies.hasMore()) {
        if (!named.add(policies.enter(Der.SEQUENCE).oid())) {
          return "a certificate names a policy twice";
        }
        if (named.size() > MAX_POLICIES) {
          return "a certificate names more than " + MAX_POLICIES + " policies";
        }
      }
      return null;
    } catch (DerException e) {
      return "a certificate's policies can't be read";
    }
  }
}
