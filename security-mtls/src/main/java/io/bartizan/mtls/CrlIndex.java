package io.bartizan.mtls;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.IssuedList;
import io.bartizan.mtls.x509.KeyIdentifiers;
import io.bartizan.mtls.x509.ListEncoding;
import io.bartizan.mtls.x509.ListScope;
import io.bartizan.mtls.x509.NewestLists;
import io.bartizan.mtls.x509.PeerPath;
import java.security.PublicKey;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;

/**
 * Revocation lists by issuer (RFC 5280 section 5).
 *
 * <p>A list covers what its scope says. Of the lists of one scope the newest that has begun covers;
 * several scopes, such as partitions and reasons, count together. Clocks differ, so a list covers
 * from five minutes before its beginning on; what an older one names is pardoned at its beginning.
 * What a list of the issuer names is refused, whatever its scope. A delta adds to the list beside
 * it, and lifts what was on hold there; it covers nothing by itself. Indirect lists and those of
 * attribute certificates cover nobody.
 */
final class CrlIndex {

  private static final int CRL_SIGN = 6;

  private final Map<X500Principal, List<IssuedList>> byIssuer = new HashMap<>();

  /**
   * Issuers of which a list can't be understood or proves nothing, and what that makes of a peer
   * whom no other list covers: no list at hand is no longer good enough.
   */
  private final Map<X500Principal, PeerReason> doubtful = new HashMap<>();

  private final List<String> notes = new ArrayList<>();
  private final Duration grace;
  private final boolean unlistedAccepted;
  private final boolean pointless;

  CrlIndex(Duration grace, boolean unlistedAccepted, boolean pointless) {
    this.grace = grace;
    this.unlistedAccepted = unlistedAccepted;
    this.pointless = pointless;
  }

  /** {@code content} is kept where it is DER, and not to be changed any more. */
  void add(String source, byte[] content) {
    PemMaterial.revocationLists(source, content).forEach(list -> add(list, source));
  }

  private void add(ListEncoding encoding, String source) {
    X509CRL crl = encoding.withoutEntries();
    if (crl.getNextUpdate() == null) {
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED,
          source,
          "has no nextUpdate, so nobody knows when it is stale");
    }
    String unknown = IssuedList.unknownCritical(encoding);
    if (unknown != null) {
      doubtful.putIfAbsent(crl.getIssuerX500Principal(), PeerReason.REVOCATION_UNKNOWN);
      notes.add(source + " is not used: it has " + unknown + ", which is critical and not known");
      return;
    }
    String weak = IssuedList.weakSignature(encoding);
    if (weak != null) {
      doubtful.put(crl.getIssuerX500Principal(), PeerReason.ALGORITHM_WEAK);
      notes.add(source + " is not used: it is signed with " + weak + ", which anyone can forge");
      return;
    }
    IssuedList list;
    try {
      list = new IssuedList(encoding, source);
    } catch (RuntimeException e) {
      throw new TlsMaterialException(
          MaterialReason.FILE_MALFORMED, source, "has a scope that can't be parsed");
    }
    if (!list.scope().coversAnything()) {
      notes.add(source + " covers nobody: it is indirect, or of attribute certificates");
      return;
    }
    byIssuer.computeIfAbsent(crl.getIssuerX500Principal(), name -> new ArrayList<>()).add(list);
  }

  /** Refuses an index without lists, unless that was declared; tells what serves nobody. */
  void checkUsable() {
    boolean whole = false;
    for (List<IssuedList> lists : byIssuer.values()) {
      for (IssuedList list : lists) {
        if (!list.isDelta()) {
          whole = true;
        } else if (lists.stream().noneMatch(list::completes)) {
          notes.add(
              list.source()
                  + " is a delta without its base, or no newer than it; it revokes and covers"
                  + " nobody");
        }
      }
    }
    if (!whole && !unlistedAccepted) {
      throw new TlsMaterialException(
          doubtful.containsValue(PeerReason.ALGORITHM_WEAK)
              ? MaterialReason.ALGORITHM_WEAK
              : MaterialReason.REVOCATION_UNKNOWN,
          "revocation lists",
          "hold no list that covers anyone, so every peer would be refused"
              + (notes.isEmpty() ? "" : "; " + String.join("; ", notes)));
    }
  }

  /**
   * Verifies the lists of known authorities, and refuses one that names a known key that did not
   * sign it: it is forged or damaged, and would leave its issuer's peers without a list.
   */
  void verify(List<X509Certificate> authorities, ListMemory memory) {
    Map<IssuedList, String> claimed = new LinkedHashMap<>();
    for (X509Certificate authority : authorities) {
      for (IssuedList list : ofName(authority)) {
        if (!list.isSignedBy(authority) && list.claimsKeyOf(authority)) {
          claimed.put(list, Certificates.label(authority));
        }
      }
    }
    for (List<IssuedList> lists : byIssuer.values()) {
      for (IssuedList list : lists) {
        PublicKey key = memory.signer(list);
        if (key != null && !list.isSignedBy(key) && list.namesItsKey()) {
          claimed.put(list, list.issuer());
        }
      }
    }
    claimed.forEach(
        (list, issuer) -> {
          if (list.signer() == null) {
            throw new TlsMaterialException(
                MaterialReason.FILE_MALFORMED,
                list.source(),
                "names a key of " + issuer + " that did not sign it; it is forged or damaged");
          }
        });
  }

  /** Whether lists are needed, and none is an anchor's: the topmost of each path lacks one. */
  boolean isForeignTo(List<X509Certificate> anchors) {
    return !unlistedAccepted && anchors.stream().allMatch(one -> signedBy(one).isEmpty());
  }

  /** What was found that covers nobody or can't be used, for log and health. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  Iterable<List<IssuedList>> all() {
    return byIssuer.values();
  }

  void check(PeerPath path, Instant now) throws PeerRejectedException {
    for (int i = 0; i < path.certificates().size(); i++) {
      check(path.certificates().get(i), path.issuerOf(i), now);
    }
  }

  /** Whether a list under the name of its issuer has a certificate, whoever signed the list. */
  boolean mayName(X509Certificate certificate) {
    return byIssuer.getOrDefault(certificate.getIssuerX500Principal(), List.of()).stream()
        .anyMatch(list -> list.named(certificate) != null);
  }

  private void check(X509Certificate certificate, X509Certificate issuer, Instant now)
      throws PeerRejectedException {
    List<IssuedList> signed = signedBy(issuer);
    List<IssuedList> newest = NewestLists.of(signed, now);
    for (IssuedList list : signed) {
      // Whoever is named by a list that is ahead of this clock is not let in until they agree.
      boolean counts = newest.contains(list) || now.isBefore(list.thisUpdate());
      if (counts && isRevoked(certificate, list, newest, now)) {
        throw new PeerRejectedException(
            PeerReason.REVOKED,
            Certificates.label(certificate) + " is revoked by its issuer's list");
      }
    }
    Cover cover = cover(certificate, signed, now);
    if (cover.isWhole()) {
      return;
    }
    cover.refuseStale(this);
    PeerReason doubt = doubtful.get(issuer.getSubjectX500Principal());
    if (doubt == PeerReason.ALGORITHM_WEAK) {
      throw new PeerRejectedException(
          doubt,
          "a revocation list of "
              + Certificates.label(issuer)
              + " has a signature that anyone can forge, and no other covers "
              + Certificates.label(certificate));
    }
    if (!unlistedAccepted || doubt != null) {
      IssuedList ahead = NewestLists.ahead(signed, now.plus(Revocation.SKEW));
      if (ahead != null) {
        throw new PeerRejectedException(PeerReason.REVOCATION_UNKNOWN, beginning(ahead));
      }
      throw new PeerRejectedException(
          PeerReason.REVOCATION_UNKNOWN,
          signed.isEmpty()
              ? "no revocation list signed by " + Certificates.label(issuer) + " is at hand"
              : "the revocation lists of "
                  + Certificates.label(issuer)
                  + " do not cover "
                  + Certificates.label(certificate)
                  + ", by kind of certificate, distribution point or reasons");
    }
  }

  private boolean isRevoked(
      X509Certificate certificate, IssuedList list, List<IssuedList> newest, Instant now) {
    CRLReason reason = list.named(certificate);
    if (reason == null || reason == CRLReason.REMOVE_FROM_CRL) {
      return false;
    }
    if (list.isDelta()) {
      return newest.stream().noneMatch(base -> !base.isDelta() && list.isSupersededBy(base))
          || now.isBefore(list.thisUpdate());
    }
    return reason != CRLReason.CERTIFICATE_HOLD
        || newest.stream()
            .noneMatch(
                delta ->
                    delta.completes(list)
                        && !now.isAfter(end(delta))
                        && delta.named(certificate) == CRLReason.REMOVE_FROM_CRL);
  }

  /** The reasons of which fresh lists tell, and a list that would tell more were it fresh. */
  private record Cover(int reasons, @Nullable IssuedList stale) {

    boolean isWhole() {
      return reasons == ListScope.ALL_REASONS;
    }

    void refuseStale(CrlIndex index) throws PeerRejectedException {
      if (stale != null && !isWhole()) {
        throw new PeerRejectedException(PeerReason.REVOCATION_UNKNOWN, index.staleness(stale));
      }
    }
  }

  private Cover cover(X509Certificate certificate, List<IssuedList> lists, Instant now) {
    Set<GeneralName> points = null;
    int reasons = 0;
    IssuedList stale = null;
    for (IssuedList list : NewestLists.of(lists, now.plus(Revocation.SKEW))) {
      if (points == null && list.scope().points() != null) {
        points = ListScope.pointsOf(certificate);
      }
      if (!list.isDelta()
          && list.scope().covers(certificate, points == null ? Set.of() : points, pointless)) {
        if (now.isAfter(end(list))) {
          stale = list;
        } else {
          reasons |= list.scope().reasons();
        }
      }
    }
    return new Cover(reasons, stale);
  }

  private List<IssuedList> signedBy(X509Certificate issuer) {
    return ofName(issuer).stream().filter(list -> list.isSignedBy(issuer)).toList();
  }

  /** The lists under an authority's name; none if it may sign none. */
  private List<IssuedList> ofName(X509Certificate issuer) {
    boolean[] usage = issuer.getKeyUsage();
    if (usage != null && !usage[CRL_SIGN]) {
      return List.of();
    }
    return byIssuer.getOrDefault(issuer.getSubjectX500Principal(), List.of());
  }

  /**
   * Refuses if the newest lists of a certificate's issuer became stale since the full handshake,
   * which verified them. An issuer that changed its key has lists of both under one name; the key
   * identifiers tell them apart.
   */
  void checkFresh(X509Certificate certificate, Instant now) throws PeerRejectedException {
    byte[] key = KeyIdentifiers.ofIssuer(certificate);
    List<IssuedList> lists =
        byIssuer.getOrDefault(certificate.getIssuerX500Principal(), List.of()).stream()
            .filter(list -> list.mayBeOf(key))
            .toList();
    cover(certificate, lists, now).refuseStale(this);
  }

  private static String beginning(IssuedList list) {
    return "the revocation list of " + list.issuer() + " begins only at " + list.thisUpdate();
  }

  /** Says which issuer's newest list is stale, or has none that has begun; null if none is. */
  @Nullable String stale(Instant now) {
    for (List<IssuedList> lists : byIssuer.values()) {
      IssuedList ahead = NewestLists.ahead(lists, now.plus(Revocation.SKEW));
      if (ahead != null) {
        return beginning(ahead);
      }
      for (IssuedList list : NewestLists.of(lists, now.plus(Revocation.SKEW))) {
        if (!list.isDelta() && now.isAfter(end(list))) {
          return staleness(list);
        }
      }
    }
    return null;
  }

  /** When the oldest of the newest lists was issued; null if there is none. */
  @Nullable Instant oldest(Instant now) {
    Instant oldest = null;
    for (List<IssuedList> lists : byIssuer.values()) {
      for (IssuedList list : NewestLists.of(lists, now)) {
        if (!list.isDelta() && (oldest == null || list.thisUpdate().isBefore(oldest))) {
          oldest = list.thisUpdate();
        }
      }
    }
    return oldest;
  }

  private Instant end(IssuedList list) {
    return list.nextUpdate().plus(grace);
  }

  private String staleness(IssuedList list) {
    return "the revocation list of " + list.issuer() + " is stale since " + end(list);
  }
}
