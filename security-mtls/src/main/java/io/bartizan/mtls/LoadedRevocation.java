package io.bartizan.mtls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Deny-list first, then the issuers' lists, then the stapled response. */
final class LoadedRevocation implements RevocationData {

  private final CrlIndex lists;
  private final DenyList denied;
  private final StapledResponse staples;

  LoadedRevocation(CrlIndex lists, DenyList denied, StapledResponse staples) {
    this.lists = lists;
    this.denied = denied;
    this.staples = staples;
  }

  @Override
  public void check(PathFinder.Path path, Instant now, TlsSide side, @Nullable HandshakeView view)
      throws PeerRejectedException {
    if (!denied.isEmpty()) {
      for (X509Certificate certificate : path.certificates()) {
        if (denied.denies(certificate)) {
          throw new PeerRejectedException(
              TlsReason.REVOKED, Certificates.label(certificate) + " is on the deny-list");
        }
      }
      if (denied.deniesKey(path.anchor())) {
        throw new PeerRejectedException(
            TlsReason.REVOKED,
            "the key of " + Certificates.label(path.anchor()) + " is on the deny-list");
      }
    }
    lists.check(path, now);
    if (side == TlsSide.CLIENT && view != null) {
      staples.check(path, now, view.stapledResponses());
    }
  }

  @Override
  public void checkFresh(X509Certificate[] chain, Instant now) throws PeerRejectedException {
    for (X509Certificate certificate : chain) {
      lists.checkFresh(certificate, now);
    }
  }

  @Override
  public @Nullable String stale(Instant now) {
    return lists.stale(now);
  }
}
