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

  /** How many signatures of authorities are looked at. */
  private static final int MAX_LINKS = 64;

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
    Search search = new Search(signer, inside, roots, token.time());
    boolean holds = search.leadsToRoot(signer);
    if (!holds && search.why == null) {
      throw invalid("no root of a tsa store has certified its authority");
    }
    if (!Certificates.isTimestampAuthority(signer)) {
      throw invalid("its authority has not the one, critical purpose timeStamping");
    }
    if (!holds) {
      throw invalid("its authority's path does not hold at " + token.time() + ": " + search.why);
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

  /**
   * Ways from the signer to a root. All are tried, within bounds: who was certified by several, or
   * is in the store before and after its renewal, has more than one, of which one may hold.
   */
  private static final class Search {
    private final X509Certificate signer;
    private final List<X509Certificate> inside;
    private final List<X509Certificate> roots;
    private final Instant time;
    private final List<X509Certificate> path = new ArrayList<>();
    private int links;
    private @Nullable String why;

    private Search(
        X509Certificate signer,
        List<X509Certificate> inside,
        List<X509Certificate> roots,
        Instant time) {
      this.signer = signer;
      this.inside = inside;
      this.roots = roots;
      this.time = time;
    }

    private boolean leadsToRoot(X509Certificate last) {
      if (path.size() == MAX_PATH) {
        return false;
      }
      for (X509Certificate root : roots) {
        if (isIssuer(root, last)) {
          path.add(root);
          String problem = Certificates.whyNot(signer, path, time, Set.of());
          if (problem == null) {
            return true;
          }
          why = why == null ? problem : why;
          path.remove(path.size() - 1);
        }
      }
      for (X509Certificate next : inside) {
        if (!path.contains(next) && !next.equals(signer) && isIssuer(next, last)) {
          path.add(next);
          if (leadsToRoot(next)) {
            return true;
          }
          path.remove(path.size() - 1);
        }
      }
      return false;
    }

    private boolean isIssuer(X509Certificate issuer, X509Certificate certificate) {
      return certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
          && ++links <= MAX_LINKS
          && Certificates.isSignedBy(certificate, issuer);
    }
  }

  private static VerificationException invalid(String why) {
    return new VerificationException(NotationReason.TIMESTAMP_INVALID, "the timestamp: " + why);
  }
}
