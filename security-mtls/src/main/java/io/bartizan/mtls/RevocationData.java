package io.bartizan.mtls;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What one generation knows about revoked certificates. */
interface RevocationData {

  /** Nothing is known and nothing asked. */
  RevocationData NONE =
      new RevocationData() {
        @Override
        public void check(PathFinder.Path path, Instant now, @Nullable HandshakeView view) {}

        @Override
        public void checkFresh(Instant now) {}
      };

  /** Refuses a path of which a certificate is revoked, or not known to be good. */
  void check(PathFinder.Path path, Instant now, @Nullable HandshakeView view)
      throws PeerRejectedException;

  /** Refuses when the data has become too old since it was checked. */
  void checkFresh(Instant now) throws PeerRejectedException;
}
