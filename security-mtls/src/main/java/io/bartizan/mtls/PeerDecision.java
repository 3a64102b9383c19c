package io.bartizan.mtls;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a generation decided about a peer, and what the peer presented.
 *
 * @param outcome who may come in, or why not
 * @param presented the names of a refused peer, each with its kind; what the accessor gives for an
 *     accepted one is made when it is asked for
 * @param generation which generation decided
 */
record PeerDecision(Checked<AcceptedPeer> outcome, List<String> presented, long generation) {

  static PeerDecision accepted(AcceptedPeer peer) {
    return new PeerDecision(Checked.accepted(peer), List.of(), peer.generation());
  }

  static PeerDecision rejected(Refusal refusal, List<String> presented, long generation) {
    return new PeerDecision(Checked.rejected(refusal), presented, generation);
  }

  boolean isAccepted() {
    return outcome.isAccepted();
  }

  /** Who may come in; null if nobody may. */
  @Nullable AcceptedPeer peer() {
    return outcome instanceof Checked.Accepted<AcceptedPeer> accepted ? accepted.value() : null;
  }

  /** Why the peer may not come in; null if it may. */
  @Nullable Refusal refusal() {
    return outcome instanceof Checked.Rejected<AcceptedPeer> rejected ? rejected.refusal() : null;
  }

  /** Why the peer may not come in, of a decision that is known to be a refusal. */
  Refusal refused() {
    return Objects.requireNonNull(refusal(), "accepted");
  }

  @Override
  public List<String> presented() {
    AcceptedPeer peer = peer();
    return peer == null ? presented : peer.identity().labelled();
  }
}
