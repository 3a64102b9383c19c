package io.bartizan.mtls;

import org.jspecify.annotations.Nullable;

/**
 * The peer and where it was met.
 *
 * @param identity the names that count
 * @param presented all names; they count where the policy says whose they are, see {@link
 *     Rule#namesPeer}
 * @param host null on servers
 */
record Met(PeerIdentity identity, PeerIdentity presented, TlsSide side, @Nullable String host) {

  /** A peer all of whose names count. */
  Met(PeerIdentity identity, TlsSide side, @Nullable String host) {
    this(identity, identity, side, host);
  }

  Met asPresented() {
    return new Met(presented, side, host);
  }

  /** On a client the peer is a server, of whose certificate wildcards count. */
  boolean isServer() {
    return side == TlsSide.CLIENT;
  }
}
