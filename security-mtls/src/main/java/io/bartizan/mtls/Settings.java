package io.bartizan.mtls;

import java.security.Provider;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** All that a builder was told. */
record Settings(
    TlsSide side,
    Identity identity,
    TrustAnchors anchors,
    PeerPolicy policy,
    @Nullable PeerPolicy dryRun,
    Revocation revocation,
    TlsListener listener,
    @Nullable Provider provider,
    @Nullable InstantSource clock,
    Duration expiryWarning) {

  Instant now() {
    return clock == null ? Instant.now() : clock.instant();
  }
}
