package io.bartizan.mtls.x509;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path within this side's own chain: from the leaf, each followed by its issuer, as far as it
 * goes. What stands beside it, such as the same intermediate of another root or an old
 * cross-certificate that expired, is sent as it is (RFC 8446 section 4.4.2) and judged no further.
 */
public final class ChainPath {

  private ChainPath() {}

  /** What is out of order, after what. */
  public record Disorder(X509Certificate subject, X509Certificate issuer) {}

  /** The path; among several issuers of one certificate, one that is valid now. */
  public static List<X509Certificate> of(List<X509Certificate> chain, Instant now) {
    List<X509Certificate> path = new ArrayList<>();
    X509Certificate last = chain.get(0);
    path.add(last);
    while (!Certificates.isSelfIssued(last)) {
      X509Certificate next = null;
      for (X509Certificate one : chain) {
        if (!path.contains(one) && isIssuedBy(last, one)) {
          boolean valid = Certificates.validity(one, now) == null;
          if (valid) {
            next = one;
            break;
          }
          // The leaf's issuer is needed by every peer; what stands higher, a peer may have itself.
          if (path.size() == 1 && next == null) {
            next = one;
          }
        }
      }
      if (next == null) {
        break;
      }
      path.add(next);
      last = next;
    }
    return List.copyOf(path);
  }

  /**
   * The first fault of order: the second certificate did not issue the leaf, another leaf, or an
   * issuer by name that did not sign. Null if there is none.
   */
  public static @Nullable Disorder disorder(
      List<X509Certificate> chain, List<X509Certificate> path) {
    if (chain.size() > 1 && !isIssuedBy(chain.get(0), chain.get(1))) {
      return new Disorder(chain.get(0), chain.get(1));
    }
    X509Certificate last = path.get(path.size() - 1);
    for (int i = 1; i < chain.size(); i++) {
      X509Certificate one = chain.get(i);
      if (one.getBasicConstraints() < 0) {
        return new Disorder(chain.get(i - 1), one);
      }
      if (!path.contains(one)
          && !Certificates.isSelfIssued(last)
          && one.getSubjectX500Principal().equals(last.getIssuerX500Principal())
          && !isIssuedBy(last, one)) {
        return new Disorder(last, one);
      }
    }
    return null;
  }

  private static boolean isIssuedBy(X509Certificate subject, X509Certificate issuer) {
    if (!subject.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      subject.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
