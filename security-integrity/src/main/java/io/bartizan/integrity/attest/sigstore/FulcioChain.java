package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.x509.Certificates;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From a signer's certificate to an authority of the trusted root, at every verified time. */
final class FulcioChain {

  private FulcioChain() {}

  /**
   * The certificate that issued a leaf.
   *
   * @throws VerificationException if no authority issued it, or at one of the times one of them was
   *     not valid
   */
  static X509Certificate issuer(
      LeafCertificate leaf, List<TrustedAuthority> authorities, List<Instant> times) {
    VerificationException last =
        new VerificationException(
            SigstoreReason.CERTIFICATE_UNTRUSTED,
            "the certificate was issued by no authority of the trusted root");
    for (TrustedAuthority each : authorities) {
      if (Certificates.isSignedBy(leaf.certificate(), each.leaf())) {
        String why = whyNot(leaf.certificate(), each, times);
        if (why == null) {
          return each.leaf();
        }
        last = new VerificationException(SigstoreReason.CERTIFICATE_NOT_VALID_AT_TIME, why);
      }
    }
    throw last;
  }

  private static @Nullable String whyNot(
      X509Certificate leaf, TrustedAuthority authority, List<Instant> times) {
    if (!authority.window().holds(leaf.getNotBefore().toInstant())) {
      return "the certificate was issued at "
          + leaf.getNotBefore().toInstant()
          + ", the authority is valid from "
          + authority.window();
    }
    for (Instant time : times) {
      if (!authority.window().holds(time)) {
        return "signed at " + time + ", the authority is valid from " + authority.window();
      }
      String why = Certificates.whyNot(leaf, authority.chain(), time, LeafCertificate.KNOWN);
      if (why != null) {
        return "signed at " + time + ", and the path does not hold then: " + why;
      }
    }
    return null;
  }
}
