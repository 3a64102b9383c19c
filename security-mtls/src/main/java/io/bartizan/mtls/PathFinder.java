package io.bartizan.mtls;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.KeyIdentifiers;
import io.bartizan.mtls.x509.PeerPath;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Finds a path from a peer's certificate to an anchor that holds, and that is good enough.
 *
 * <p>All paths are tried, within bounds, since one may be forbidden where another is not. A link
 * belongs to a path only if its signature verifies. Among anchors of one name, those come first
 * whose key the certificate names; of those that it does not name, one is tried, for the reason of
 * the refusal. What a hostile chain can cost is the failed signatures: one for each anchor of a
 * name, and some more.
 */
final class PathFinder {

  private static final int MAX_PRESENTED = 16;
  private static final int MAX_DEPTH = 8;
  private static final int MAX_VALIDATIONS = 16;
  private static final int MAX_FAILED_LINKS = 16;
  private static final int MAX_STEPS = 256;

  private final Map<X500Principal, List<Anchor>> anchors = new HashMap<>();
  private final AnchorSet set;
  private final int count;
  private final int maxFailedSignatures;
  private final PathValidator validator = new PathValidator();

  /** An anchor and the name of its key. */
  private record Anchor(X509Certificate certificate, @Nullable ByteBuffer keyId) {}

  /** A certificate and who might have signed it. */
  private record Link(X509Certificate subject, X509Certificate issuer) {}

  PathFinder(AnchorSet trusted) {
    set = trusted;
    for (X509Certificate one : trusted.certificates()) {
      anchors
          .computeIfAbsent(one.getSubjectX500Principal(), name -> new ArrayList<>())
          .add(new Anchor(one, keyId(KeyIdentifiers.ofSubject(one))));
    }
    count = trusted.certificates().size();
    maxFailedSignatures =
        MAX_FAILED_LINKS + anchors.values().stream().mapToInt(List::size).max().orElse(0);
  }

  private static @Nullable ByteBuffer keyId(byte @Nullable [] id) {
    return id == null ? null : ByteBuffer.wrap(id);
  }

  /** What a path that holds must be beside. */
  interface Condition {
    void check(PeerPath path) throws PeerRejectedException;
  }

  /**
   * The first path that holds and meets the condition.
   *
   * @throws PeerRejectedException if there is none; if paths hold, with what the condition said of
   *     the first of them
   */
  PeerPath find(X509Certificate[] presented, Instant now, Condition condition)
      throws PeerRejectedException {
    Search search = search(presented, now, condition);
    PeerPath found = search.run();
    if (found != null) {
      return found;
    }
    throw search.failure();
  }

  /** A search that was not run yet. */
  Search search(X509Certificate[] presented, Instant now) throws PeerRejectedException {
    return search(presented, now, path -> {});
  }

  private Search search(X509Certificate[] presented, Instant now, Condition condition)
      throws PeerRejectedException {
    if (presented.length > MAX_PRESENTED) {
      throw new PeerRejectedException(
          PeerReason.CHAIN_INVALID,
          "the peer presented " + presented.length + " certificates, at most " + MAX_PRESENTED);
    }
    return new Search(presented, now, condition);
  }

  /** Anchors of a name: of the key that is named first, then of no name, then one of the others. */
  private List<Anchor> issuers(X509Certificate subject) {
    List<Anchor> named = anchors.getOrDefault(subject.getIssuerX500Principal(), List.of());
    ByteBuffer wanted = named.size() > 1 ? keyId(KeyIdentifiers.ofIssuer(subject)) : null;
    if (wanted == null) {
      return named;
    }
    List<Anchor> ordered = new ArrayList<>();
    Anchor other = null;
    for (Anchor anchor : named) {
      if (wanted.equals(anchor.keyId())) {
        ordered.add(anchor);
      } else if (anchor.keyId() != null) {
        other = anchor;
      }
    }
    for (Anchor anchor : named) {
      if (anchor.keyId() == null) {
        ordered.add(anchor);
      }
    }
    if (ordered.isEmpty() && other != null) {
      ordered.add(other);
    }
    return ordered;
  }

  /** One depth-first search. */
  final class Search {
    private final X509Certificate[] presented;
    private final Instant now;
    private final Condition condition;
    private final Deque<X509Certificate> path = new ArrayDeque<>();
    private final Map<Link, Boolean> links = new HashMap<>();
    private @Nullable PeerRejectedException refused;
    private @Nullable PeerRejectedException broken;
    private @Nullable PeerRejectedException foreign;
    private @Nullable PeerRejectedException forged;
    private @Nullable String bound;
    private int validations;
    private int failedSignatures;
    private int steps;

    private Search(X509Certificate[] presented, Instant now, Condition condition) {
      this.presented = presented;
      this.now = now;
      this.condition = condition;
    }

    int failedSignatures() {
      return failedSignatures;
    }

    /** A path that holds; null if there is none, or none within the bounds. */
    @Nullable PeerPath run() {
      path.add(presented[0]);
      return extend();
    }

    private @Nullable PeerPath extend() {
      X509Certificate last = path.getLast();
      for (Anchor anchor : issuers(last)) {
        if (bound != null) {
          return null;
        }
        PeerPath found = isSigned(last, anchor.certificate()) ? validated(anchor) : null;
        if (found != null) {
          return found;
        }
      }
      for (X509Certificate next : presented) {
        if (bound == null && ++steps > MAX_STEPS) {
          bound = MAX_STEPS + " steps";
        }
        if (bound != null) {
          return null;
        }
        if (next.getSubjectX500Principal().equals(last.getIssuerX500Principal())
            && !path.contains(next)
            && isSigned(last, next)) {
          if (path.size() == MAX_DEPTH) {
            bound = "a path of " + MAX_DEPTH + " certificates";
            return null;
          }
          path.addLast(next);
          PeerPath found = extend();
          if (found != null) {
            return found;
          }
          path.removeLast();
        }
      }
      return null;
    }

    /** A key of another kind than the signature's costs nothing and is not counted. */
    private boolean isSigned(X509Certificate subject, X509Certificate issuer) {
      Link link = new Link(subject, issuer);
      Boolean known = links.get(link);
      if (known != null) {
        return known;
      }
      if (failedSignatures >= maxFailedSignatures) {
        bound = maxFailedSignatures + " signatures that are not the issuer's";
        return false;
      }
      boolean signed = true;
      try {
        PathStrength.checkSignature(subject);
        subject.verify(issuer.getPublicKey());
      } catch (PeerRejectedException e) {
        signed = false;
        broken = broken == null ? e : broken;
      } catch (InvalidKeyException e) {
        signed = false;
      } catch (SignatureException e) {
        failedSignatures++;
        signed = false;
      } catch (GeneralSecurityException | RuntimeException e) {
        // It can't be tried; PKIX says why.
      }
      if (!signed && forged == null && broken == null) {
        forged =
            new PeerRejectedException(
                PeerReason.SIGNATURE_INVALID,
                Certificates.label(subject)
                    + ": signature check failed, it is not of the key of "
                    + Certificates.label(issuer));
      }
      links.put(link, signed);
      return signed;
    }

    /** Whether the anchor vouches for the peer; one of another trust domain costs nothing. */
    private boolean isVouchedFor(Anchor anchor) {
      if (!set.isBound()) {
        return true;
      }
      X509Certificate leaf = presented[0];
      try {
        set.check(anchor.certificate(), leaf, PeerIdentity.of(leaf).names().spiffeId());
        return true;
      } catch (PeerRejectedException e) {
        foreign = foreign == null ? e : foreign;
        return false;
      }
    }

    private @Nullable PeerPath validated(Anchor anchor) {
      if (!isVouchedFor(anchor)) {
        return null;
      }
      if (validations == MAX_VALIDATIONS) {
        bound = MAX_VALIDATIONS + " paths to an anchor";
        return null;
      }
      validations++;
      PeerPath found;
      try {
        found = validator.validated(List.copyOf(path), anchor.certificate(), now);
      } catch (PeerRejectedException e) {
        if (broken == null) {
          broken = e;
        }
        return null;
      }
      try {
        condition.check(found);
        return found;
      } catch (PeerRejectedException e) {
        refused = refused == null ? e : refused;
        return null;
      }
    }

    PeerRejectedException failure() {
      if (refused != null) {
        return refused;
      }
      if (bound != null) {
        return new PeerRejectedException(
            PeerReason.SEARCH_LIMITED,
            "no path from "
                + Certificates.label(presented[0])
                + " was found before the search ended at "
                + bound
                + (broken == null ? "" : "; the first that broke: " + broken.getMessage()));
      }
      if (broken != null) {
        return broken;
      }
      if (foreign != null) {
        return foreign;
      }
      return forged != null ? forged : untrusted();
    }

    private PeerRejectedException untrusted() {
      return new PeerRejectedException(
          PeerReason.CHAIN_UNTRUSTED,
          "no path from "
              + Certificates.label(presented[0])
              + " to one of "
              + count
              + " trust anchors; its issuer is \""
              + presented[0].getIssuerX500Principal().getName()
              + "\", presented were "
              + presented.length
              + " certificates");
    }
  }
}
