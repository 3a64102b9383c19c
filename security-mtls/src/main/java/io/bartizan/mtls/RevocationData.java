package io.bartizan.mtls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What one generation knows about revoked certificates. */
interface RevocationData {

  /** Refuses a path of which a certificate is revoked, or not known to be good. */
  void check(PathFinder.Path path, Instant now, TlsSide side, @Nullable HandshakeView view)
      throws PeerRejectedException;

  /** Refuses when the data about a chain's issuers became too old since the full handshake. */
  void checkFresh(X509Certificate[] chain, Instant now) throws PeerRejectedException;

  /** Says which data is too old to be believed, for health; null if none is. */
  @Nullable String stale(Instant now);
}
