package io.bartizan.mtls;

import io.bartizan.mtls.jsse.HandshakeView;
import io.bartizan.mtls.x509.Certificates;
import io.bartizan.mtls.x509.PeerPath;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What one generation knows about revoked certificates: deny-list first, then the issuers' lists,
 * then the stapled response.
 */
final class LoadedRevocation {

  private final CrlIndex lists;
  private final DenyList denied;
  private final StapledResponse staples;
  private final ListMemory memory;

  LoadedRevocation(CrlIndex lists, DenyList denied, StapledResponse staples, ListMemory memory) {
    this.memory = memory;
    this.lists = lists;
    this.denied = denied;
    this.staples = staples;
  }

  /** Refuses a path of which a certificate is revoked, or not known to be good. */
  void check(PeerPath path, Instant now, TlsSide side, @Nullable HandshakeView view)
      throws PeerRejectedException {
    if (!denied.isEmpty()) {
      for (X509Certificate certificate : path.certificates()) {
        if (denied.denies(certificate)) {
          throw new PeerRejectedException(
              PeerReason.REVOKED, Certificates.label(certificate) + " is on the deny-list");
        }
      }
      if (denied.deniesKey(path.anchor())) {
        throw new PeerRejectedException(
            PeerReason.REVOKED,
            "the key of " + Certificates.label(path.anchor()) + " is on the deny-list");
      }
    }
    lists.check(path, now);
    if (side == TlsSide.CLIENT && view != null) {
      staples.check(path, now, view.stapledResponses());
    }
  }

  /** Whether a deny-list or any list under an issuer's name has one of these certificates. */
  boolean mayName(X509Certificate[] chain) {
    for (X509Certificate certificate : chain) {
      if (lists.mayName(certificate) || (!denied.isEmpty() && denied.denies(certificate))) {
        return true;
      }
    }
    return false;
  }

  /** Refuses when the data about a chain's issuers became too old since the full handshake. */
  void checkFresh(X509Certificate[] chain, Instant now) throws PeerRejectedException {
    for (X509Certificate certificate : chain) {
      lists.checkFresh(certificate, now);
    }
  }

  /** When what the peer of a client's session stapled ends; null if it stapled nothing. */
  @Nullable Instant stapledUntil(SSLSession session) {
    X509Certificate[] chain = TrustDecider.chain(session);
    return chain == null || chain.length == 0
        ? null
        : staples.end(chain[0], HandshakeView.stapled(session));
  }

  /** Whether lists are needed and no anchor has one, so that no path is covered; for health. */
  boolean isForeignTo(List<X509Certificate> anchors) {
    return lists.isForeignTo(anchors);
  }

  /** Says which data is too old to be believed, for health; null if none is. */
  @Nullable String stale(Instant now) {
    return lists.stale(now);
  }

  /** When the oldest list that counts was issued, for health; null without lists. */
  @Nullable Instant oldest(Instant now) {
    return lists.oldest(now);
  }

  /** What was loaded and serves nobody, for log and health. */
  List<String> notes() {
    return lists.notes();
  }

  /** How far each list has come with this generation, as far as signatures were verified. */
  ListMemory memory() {
    return memory.and(lists.all());
  }
}
