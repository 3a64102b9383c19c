package io.bartizan.mtls;

import io.bartizan.core.house.Listeners;
import java.security.Provider;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that a builder was told. */
record Settings(
    TlsSide side,
    Identity identity,
    TrustAnchors anchors,
    PeerPolicy policy,
    @Nullable PeerPolicy dryRun,
    Revocation revocation,
    Listeners<TlsListener> listeners,
    @Nullable Provider provider,
    InstantSource clock,
    @Nullable Duration expiryWarning,
    boolean anchorNamesSent,
    boolean unknownNamesRefused,
    boolean startsBeforeMaterial) {

  static final InstantSource JVM_TIME = InstantSource.system();

  /** Sources, policy and revocation data; never a secret. */
  String described() {
    return identity + ", " + anchors + ", " + policy + ", " + revocation;
  }

  Instant now() {
    return clock.instant();
  }

  /** Whether the time is that of the JVM, which is all that the JDK's trust manager knows. */
  boolean isJvmTime() {
    return clock.equals(JVM_TIME);
  }

  /** Whether clients are told which anchors they may choose a certificate by. */
  boolean namesAnchors() {
    return side == TlsSide.SERVER && anchorNamesSent;
  }

  /** Who pushes material. */
  Set<PushedMaterial> feeds() {
    return TrustAnchors.union(identity.feeds(), anchors.feeds());
  }

  /** Whether this side shows a certificate; a client may go without. */
  boolean hasIdentity() {
    return identity != Identity.NONE;
  }
}
