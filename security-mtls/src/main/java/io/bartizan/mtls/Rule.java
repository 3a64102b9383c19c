package io.bartizan.mtls;

import org.jspecify.annotations.Nullable;

/** What every policy is inside: a question about one peer, answered with the rule that holds. */
abstract sealed class Rule implements PeerPolicy
    permits AnyRule, CombinedRule, HostRule, NameRule, NarrowedRule {

  /** The part of this rule that accepts the peer, or null if it does not. */
  abstract @Nullable Rule match(Subject subject);

  /** Whether the rule asks for the host that a client wanted. */
  boolean needsRequestedHost() {
    return false;
  }

  @Override
  public abstract String toString();

  /** The peer and where it was met; {@code host} is null on servers. */
  record Subject(PeerIdentity peer, TlsSide side, @Nullable String host) {

    boolean hasDns(String name) {
      return side == TlsSide.CLIENT
          ? peer.dnsNames().stream().anyMatch(presented -> HostName.covers(presented, name))
          : peer.dnsNames().stream()
              .anyMatch(
                  presented -> !presented.startsWith("*") && HostName.covers(presented, name));
    }
  }
}
