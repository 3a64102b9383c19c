package io.bartizan.mtls;

import org.jspecify.annotations.Nullable;

/** The peer and where it was met; {@code host} is null on servers. */
record MetPeer(PeerIdentity identity, TlsSide side, @Nullable String host) {

  /** On a client the peer is a server, of whose certificate wildcards count. */
  boolean hasDns(String name) {
    return side == TlsSide.CLIENT
        ? identity.dnsNames().stream().anyMatch(presented -> HostName.covers(presented, name))
        : identity.dnsNames().stream()
            .anyMatch(presented -> !presented.startsWith("*") && HostName.covers(presented, name));
  }
}
