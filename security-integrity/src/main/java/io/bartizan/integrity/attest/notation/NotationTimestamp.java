package io.bartizan.integrity.attest.notation;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.der.DerException;
import io.bartizan.integrity.keys.KeyGate;
import io.bartizan.integrity.x509.Certificates;
import io.bartizan.integrity.x509.TimestampToken;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A timestamp over a signature by an authority of a trust store (RFC 3161). */
record NotationTimestamp(Instant time, Duration accuracy) {

  private static final int MAX_PATH = 5;

  static NotationTimestamp verify(byte[] der, byte[] signature, List<X509Certificate> roots) {
    TimestampToken token;
    try {
      token = TimestampToken.parseToken(der);
    } catch (DerException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
    if (!Digest.compute(token.imprint().algorithm(), signature).equals(token.imprint())) {
      throw invalid("it is over something else than the signature");
    }
    List<X509Certificate> inside = readable(token);
    X509Certificate signer = signer(token, inside);
    List<X509Certificate> path = path(signer, inside, roots);
    if (path == null) {
      throw invalid("no root of a tsa store has certified its authority");
    }
    if (!Certificates.isTimestampAuthority(signer)) {
      throw invalid("its authority has not the one, critical purpose timeStamping");
    }
    String why = Certificates.whyNot(signer, path, token.time(), Set.of());
    if (why != null) {
      throw invalid("its authority's path does not hold at " + token.time() + ": " + why);
    }
    return new NotationTimestamp(token.time(), token.accuracy());
  }

  /** The certificate whose key signed the token, wherever it stands in the bag. */
  private static X509Certificate signer(TimestampToken token, List<X509Certificate> inside) {
    for (X509Certificate each : inside) {
      try {
        if (token.isSaidToBeBy(each)
            && token.namesCertificate(each.getEncoded())
            && token.isAboutItsContent()
            && token.isSignedBy(KeyGate.pass(each.getPublicKey()))) {
          return each;
        }
      } catch (CertificateEncodingException | IllegalArgumentException e) {
        throw invalid("its authority's certificate can't be used: " + e.getMessage());
      }
    }
    throw invalid("no certificate inside it is the one that signed it");
  }

  private static List<X509Certificate> readable(TimestampToken token) {
    List<X509Certificate> readable = new ArrayList<>();
    for (byte[] each : token.certificates()) {
      try {
        readable.add(Certificates.read(each));
      } catch (CertificateException ignored) {
        // of no use: old ones with weak hashes are sent along
      }
    }
    return readable;
  }

  /** The issuers from the signer's own to a root; null if none lead there. */
  private static @Nullable List<X509Certificate> path(
      X509Certificate signer, List<X509Certificate> inside, List<X509Certificate> roots) {
    List<X509Certificate> path = new ArrayList<>();
    X509Certificate last = signer;
    while (path.size() < MAX_PATH) {
      X509Certificate root = issuer(last, roots);
      if (root != null) {
        path.add(root);
        return path;
      }
      X509Certificate next = issuer(last, inside);
      if (next == null || next.equals(last)) {
        return null;
      }
      path.add(next);
      last = next;
    }
    return null;
  }

  private static @Nullable X509Certificate issuer(
      X509Certificate certificate, List<X509Certificate> among) {
    for (X509Certificate each : among) {
      if (Certificates.isSignedBy(certificate, each)) {
        return each;
      }
    }
    return null;
  }

  private static VerificationException invalid(String why) {
    return new VerificationException(NotationReason.TIMESTAMP_INVALID, "the timestamp: " + why);
  }
}
