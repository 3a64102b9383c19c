package io.bartizan.mtls;

import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds a path from a peer's certificate to an anchor and validates it with the anchor's own
 * constraints.
 *
 * <p>The JDK's PKIX takes no more than name and key from an anchor. So that name constraints,
 * validity, path length and critical extensions of a root count too, the root stands at the end of
 * the path, below a bare anchor of its own name and key: it is then checked like any intermediate.
 * All paths are tried, within bounds, since one may be forbidden where another is not.
 */
final class PathFinder {

  private static final int MAX_PRESENTED = 16;
  private static final int MAX_DEPTH = 8;
  private static final int MAX_CANDIDATES = 16;
  private static final int MAX_STEPS = 256;

  private final List<Anchor> anchors;

  /** An anchor and whether its own signature verifies with its own key. */
  private record Anchor(X509Certificate certificate, boolean selfSigned) {}

  /** A validated path, leaf first, without the anchor that it leads to. */
  record Path(List<X509Certificate> certificates, X509Certificate anchor) {
    /** The issuer of the certificate at an index. */
    X509Certificate issuerOf(int index) {
      return index + 1 < certificates.size() ? certificates.get(index + 1) : anchor;
    }
  }

  PathFinder(List<X509Certificate> anchors) {
    this.anchors = anchors.stream().map(a -> new Anchor(a, AnchorCheck.isSelfSigned(a))).toList();
  }

  /** The first path that holds. */
  Path find(X509Certificate[] presented, Instant now) throws PeerRejectedException {
    if (presented.length > MAX_PRESENTED) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID,
          "the peer presented " + presented.length + " certificates, at most " + MAX_PRESENTED);
    }
    Search search = new Search(presented, now);
    search.path.add(presented[0]);
    Path found = search.extend();
    if (found != null) {
      return found;
    }
    throw search.failure();
  }

  /** Refuses if no path holds any more. */
  void requirePath(X509Certificate[] presented, Instant now) throws PeerRejectedException {
    Path unused = find(presented, now);
  }

  /** One depth-first search. */
  private final class Search {
    private final X509Certificate[] presented;
    private final Instant now;
    private final Deque<X509Certificate> path = new ArrayDeque<>();
    private @Nullable PeerRejectedException first;
    private int candidates;
    private int steps;

    Search(X509Certificate[] presented, Instant now) {
      this.presented = presented;
      this.now = now;
    }

    @Nullable Path extend() {
      X509Certificate last = path.getLast();
      for (Anchor anchor : anchors) {
        if (anchor.certificate().getSubjectX500Principal().equals(last.getIssuerX500Principal())
            && candidates < MAX_CANDIDATES) {
          candidates++;
          Path found = validated(anchor);
          if (found != null) {
            return found;
          }
        }
      }
      if (path.size() == MAX_DEPTH) {
        return null;
      }
      for (X509Certificate next : presented) {
        if (++steps > MAX_STEPS) {
          return null;
        }
        if (next.getSubjectX500Principal().equals(last.getIssuerX500Principal())
            && !path.contains(next)) {
          path.addLast(next);
          Path found = extend();
          if (found != null) {
            return found;
          }
          path.removeLast();
        }
      }
      return null;
    }

    private @Nullable Path validated(Anchor anchor) {
      List<X509Certificate> certificates = List.copyOf(path);
      try {
        validate(certificates, anchor, now);
        return new Path(certificates, anchor.certificate());
      } catch (PeerRejectedException e) {
        if (first == null) {
          first = e;
        }
        return null;
      }
    }

    PeerRejectedException failure() {
      return first != null
          ? first
          : new PeerRejectedException(
              PeerReason.CHAIN_UNTRUSTED,
              "no path from "
                  + Certificates.label(presented[0])
                  + " to one of "
                  + anchors.size()
                  + " trust anchors; its issuer is \""
                  + presented[0].getIssuerX500Principal().getName()
                  + "\", presented were "
                  + presented.length
                  + " certificates");
    }
  }

  private static void validate(List<X509Certificate> path, Anchor anchor, Instant now)
      throws PeerRejectedException {
    X509Certificate root = anchor.certificate();
    List<X509Certificate> checked = new ArrayList<>(path);
    TrustAnchor bare;
    if (anchor.selfSigned()) {
      checked.add(root);
      bare = new TrustAnchor(root.getIssuerX500Principal(), root.getPublicKey(), null);
    } else {
      checkByHand(path, root, now);
      bare = new TrustAnchor(root, null);
    }
    try {
      CertPath certPath = Certificates.factory().generateCertPath(checked);
      PKIXParameters parameters = new PKIXParameters(Set.of(bare));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
    } catch (CertPathValidatorException e) {
      int index = e.getIndex();
      String where =
          index >= 0 && index < checked.size()
              ? Certificates.label(checked.get(index))
              : "the path";
      PeerReason reason = reason(e);
      String what =
          index >= 0 && index < checked.size()
              ? Certificates.validity(checked.get(index), now)
              : null;
      throw new PeerRejectedException(
          reason, where + (isOfTime(reason) && what != null ? what : ": " + e.getMessage()));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID, "the path can't be validated: " + e.getClass().getSimpleName());
    }
  }

  /** Validity and path length of an anchor that is an intermediate; it has no other constraints. */
  private static void checkByHand(List<X509Certificate> path, X509Certificate anchor, Instant now)
      throws PeerRejectedException {
    if (now.isAfter(anchor.getNotAfter().toInstant())) {
      throw new PeerRejectedException(
          PeerReason.EXPIRED,
          "the anchor " + Certificates.label(anchor) + Certificates.validity(anchor, now));
    }
    if (now.isBefore(anchor.getNotBefore().toInstant())) {
      throw new PeerRejectedException(
          PeerReason.NOT_YET_VALID,
          "the anchor " + Certificates.label(anchor) + Certificates.validity(anchor, now));
    }
    long intermediates = path.stream().skip(1).filter(c -> !Certificates.isSelfIssued(c)).count();
    if (intermediates > anchor.getBasicConstraints()) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID,
          "the path is longer than the anchor " + Certificates.label(anchor) + " allows");
    }
  }

  private static boolean isOfTime(PeerReason reason) {
    return reason == PeerReason.EXPIRED || reason == PeerReason.NOT_YET_VALID;
  }

  private static PeerReason reason(CertPathValidatorException e) {
    Reason reason = e.getReason();
    if (reason instanceof BasicReason basic) {
      return switch (basic) {
        case EXPIRED -> PeerReason.EXPIRED;
        case NOT_YET_VALID -> PeerReason.NOT_YET_VALID;
        case INVALID_SIGNATURE -> PeerReason.SIGNATURE_INVALID;
        case ALGORITHM_CONSTRAINED -> PeerReason.ALGORITHM_WEAK;
        default -> PeerReason.CHAIN_INVALID;
      };
    }
    return reason == PKIXReason.INVALID_NAME
        ? PeerReason.NAME_CONSTRAINT_VIOLATED
        : PeerReason.CHAIN_INVALID;
  }
}
