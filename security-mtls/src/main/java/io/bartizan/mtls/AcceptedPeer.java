package io.bartizan.mtls;

import io.bartizan.core.SafeText;

/**
 * A TLS peer whose certificate was verified and whose name the policy accepted; only a verification
 * makes one. Immutable, thread-safe, safe to log.
 */
public final class AcceptedPeer {

  private final PeerIdentity identity;
  private final Rule rule;
  private final long generation;

  AcceptedPeer(PeerIdentity identity, Rule rule, long generation) {
    this.identity = identity;
    this.rule = rule;
    this.generation = generation;
  }

  /**
   * Who the peer is.
   *
   * @return the verified identity
   */
  public PeerIdentity identity() {
    return identity;
  }

  /**
   * The part of the policy that accepted the peer.
   *
   * @return in the text form of {@link PeerPolicy}
   */
  public String rule() {
    return rule.toString();
  }

  /**
   * The generation of key, anchors, policy and revocation data that decided.
   *
   * @return 1 for the first
   */
  public long generation() {
    return generation;
  }

  @Override
  public String toString() {
    return "accepted by " + SafeText.of(rule()) + ": " + identity;
  }
}
