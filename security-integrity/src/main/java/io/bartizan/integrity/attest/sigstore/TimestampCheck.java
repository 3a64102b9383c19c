package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.der.DerException;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Certificates;
import io.bartizan.integrity.x509.TimestampSigners;
import io.bartizan.integrity.x509.TimestampToken;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * RFC 3161 timestamps over a signature. One that names no authority of the trusted root counts for
 * nothing; one that names an authority and is wrong is a refusal.
 */
final class TimestampCheck {

  private static final Duration MAX_ACCURACY = Duration.ofMinutes(1);

  private TimestampCheck() {}

  static List<VerifiedTime> times(Bundle bundle, TrustedRoot root) {
    List<VerifiedTime> times = new ArrayList<>();
    for (byte[] each : bundle.timestamps()) {
      TimestampToken token;
      try {
        token = TimestampToken.parse(each);
      } catch (DerException e) {
        if (isOfOthers(each, root)) {
          continue;
        }
        throw new VerificationException(
            SigstoreReason.TIMESTAMP_INVALID, "the timestamp: " + e.getMessage());
      }
      VerifiedTime time = time(token, bundle.content().signature(), root);
      if (time != null) {
        times.add(time);
      }
    }
    return times;
  }

  /** Whether a token that can't be read names its signers, and none of them is trusted. */
  private static boolean isOfOthers(byte[] response, TrustedRoot root) {
    try {
      return !TimestampSigners.include(
          response, root.timestampAuthorities().stream().map(TrustedAuthority::leaf).toList());
    } catch (DerException e) {
      return false;
    }
  }

  /** Null if no trusted authority is said to have made it. */
  private static @Nullable VerifiedTime time(
      TimestampToken token, byte[] signature, TrustedRoot root) {
    String why = null;
    for (TrustedAuthority each : root.timestampAuthorities()) {
      if (token.isSaidToBeBy(each.leaf())) {
        why = whyNot(token, signature, each);
        if (why == null) {
          return new VerifiedTime(
              token.time(), VerifiedTime.Source.TIMESTAMP_AUTHORITY, each.toString());
        }
      }
    }
    if (why != null) {
      throw new VerificationException(SigstoreReason.TIMESTAMP_INVALID, "the timestamp " + why);
    }
    return null;
  }

  private static @Nullable String whyNot(
      TimestampToken token, byte[] signature, TrustedAuthority authority) {
    X509Certificate certificate = authority.leaf();
    if (!Digest.compute(token.imprint().algorithm(), signature).equals(token.imprint())) {
      return "is over something else than the bundle's signature";
    }
    try {
      KeyGate.Passed key = KeyGate.pass(certificate.getPublicKey());
      if (!token.namesCertificate(certificate.getEncoded())
          || !token.isAboutItsContent()
          || !token.isSignedBy(key)) {
        return "is not signed by " + authority;
      }
      if (!Certificates.isTimestampAuthority(certificate)) {
        return "is of an authority without the one, critical purpose timeStamping";
      }
    } catch (CertificateEncodingException e) {
      return "is of an authority whose certificate can't be read";
    }
    if (!authority.window().holds(token.time())) {
      return "is of " + token.time() + ", the authority is valid from " + authority.window();
    }
    if (token.accuracy().compareTo(MAX_ACCURACY) > 0) {
      return "is exact to " + Span.exact(token.accuracy()) + " only";
    }
    String path =
        Certificates.whyNot(
            certificate,
            authority.chain().subList(1, authority.chain().size()),
            token.time(),
            LeafCertificate.KNOWN);
    return path == null
        ? null
        : "is of " + token.time() + ", and the authority's path does not hold then: " + path;
  }
}
