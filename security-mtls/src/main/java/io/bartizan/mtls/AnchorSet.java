package io.bartizan.mtls;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.SpiffeId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The trust anchors of a generation, and for whom each vouches.
 *
 * <p>An anchor that is bound vouches for SPIFFE IDs of its trust domains and for nothing else; one
 * that is given twice, for all that it was given for. A trust domain that has anchors of its own is
 * vouched for by these alone. Of the peers of a foreign trust domain only the SPIFFE ID counts.
 * Immutable, thread-safe.
 */
final class AnchorSet {

  /** What is said of anchors none of which is usable. */
  static final String USELESS = " expired, is not valid yet or has a weak key";

  private final List<X509Certificate> certificates;
  private final boolean nameable;
  private final Map<X509Certificate, Set<String>> bound = new LinkedHashMap<>();
  private final Set<X509Certificate> free = new HashSet<>();
  private final Set<String> owned = new HashSet<>();

  /**
   * An anchor as it was given.
   *
   * @param trustDomain whose SPIFFE IDs it vouches for; null if it vouches for every peer
   */
  record Entry(X509Certificate certificate, @Nullable String trustDomain) {}

  private AnchorSet(List<Entry> entries) {
    certificates = entries.stream().map(Entry::certificate).distinct().toList();
    nameable = HandshakeSize.namesFit(certificates);
    for (Entry entry : entries) {
      String domain = entry.trustDomain();
      if (domain == null) {
        free.add(entry.certificate());
      } else {
        bound.computeIfAbsent(entry.certificate(), anchor -> new HashSet<>()).add(domain);
        owned.add(domain);
      }
    }
  }

  static AnchorSet of(List<Entry> entries) {
    return new AnchorSet(entries);
  }

  /** Anchors that vouch for every peer. */
  static AnchorSet unbound(List<X509Certificate> certificates) {
    return new AnchorSet(entries(certificates, null));
  }

  static List<Entry> entries(List<X509Certificate> certificates, @Nullable String trustDomain) {
    return certificates.stream().map(one -> new Entry(one, trustDomain)).toList();
  }

  /** Each certificate once, in the order of the sources. */
  List<X509Certificate> certificates() {
    return certificates;
  }

  /** Whether a server can name them all when it asks for a client's certificate. */
  boolean isNameable() {
    return nameable;
  }

  /** Whether an anchor is bound, so that the peer's SPIFFE ID is part of finding a path. */
  boolean isBound() {
    return !owned.isEmpty();
  }

  /**
   * Refuses a path from a peer to an anchor that does not vouch for it.
   *
   * @param id null for a peer that has no SPIFFE ID by the standard
   */
  void check(X509Certificate anchor, X509Certificate leaf, @Nullable SpiffeId id)
      throws PeerRejectedException {
    Set<String> domains = bound.getOrDefault(anchor, Set.of());
    boolean vouches =
        (id != null && owned.contains(id.trustDomain()))
            ? domains.contains(id.trustDomain())
            : free.contains(anchor);
    if (vouches) {
      return;
    }
    throw new PeerRejectedException(
        PeerReason.TRUST_DOMAIN_MISMATCH,
        Certificates.label(leaf)
            + (id == null ? " has no SPIFFE ID" : " is of the trust domain " + id.trustDomain())
            + ", but the anchor "
            + Certificates.label(anchor)
            + (domains.isEmpty()
                ? " is none of that trust domain's own"
                : " vouches for "
                    + String.join(", ", domains.stream().sorted().toList())
                    + " alone"));
  }

  /**
   * Whether only the SPIFFE ID of a verified peer counts: its trust domain is bound and foreign,
   * and others beside it are trusted, whose DNS names and addresses it might take.
   *
   * @param id null for a peer that has no SPIFFE ID by the standard
   * @param own the trust domains of this side's own certificates
   */
  boolean vouchesForIdAlone(@Nullable SpiffeId id, Set<String> own) {
    return id != null
        && owned.contains(id.trustDomain())
        && !own.contains(id.trustDomain())
        && (owned.size() > 1 || !free.isEmpty());
  }

  /** Whether every anchor expired, so that no peer at all gets in. */
  boolean isExpired(Instant now) {
    return certificates.stream().allMatch(one -> now.isAfter(one.getNotAfter().toInstant()));
  }

  /** Whether no anchor can vouch for anybody: by its time, or because its key is weak. */
  boolean isUseless(Instant now) {
    return certificates.stream().noneMatch(one -> isUsable(one, now));
  }

  private static boolean isUsable(X509Certificate anchor, Instant now) {
    return !now.isBefore(anchor.getNotBefore().toInstant())
        && !now.isAfter(anchor.getNotAfter().toInstant())
        && !PathStrength.isWeak(anchor.getPublicKey());
  }

  /** Trust domains none of whose anchors is usable, so that none of their peers gets in. */
  List<String> uselessDomains(Instant now) {
    List<String> useless = new ArrayList<>();
    for (String domain : owned.stream().sorted().toList()) {
      if (bound.entrySet().stream()
          .noneMatch(entry -> entry.getValue().contains(domain) && isUsable(entry.getKey(), now))) {
        useless.add(domain);
      }
    }
    return useless;
  }
}
