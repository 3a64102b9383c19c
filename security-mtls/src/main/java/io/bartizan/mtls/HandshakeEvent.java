package io.bartizan.mtls;

import io.bartizan.core.Checked;
import io.bartizan.core.SafeText;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a TLS handshake: peer names, matched rule or reason of the refusal, resumed or
 * full; safe to log as it is.
 *
 * @param side which end this process was
 * @param outcome who the peer is and by which rule it was accepted, or why it was not
 * @param presented the subject alternative names that the peer presented, each with its kind, such
 *     as {@code dns:a.example}; verified only if the peer was accepted
 * @param generation the generation of key, anchors, policy and revocation data that decided
 * @param resumed whether an earlier session was resumed
 * @param host the host that a client asked for; null on servers
 * @param dryRun what the dry-run policy would have refused in an accepted peer; null if nothing
 */
public record HandshakeEvent(
    TlsSide side,
    Checked<AcceptedPeer> outcome,
    List<String> presented,
    long generation,
    boolean resumed,
    @Nullable String host,
    @Nullable String dryRun) {

  /**
   * Checks what must be there and makes the texts safe.
   *
   * @param side which end this process was
   * @param outcome what was decided
   * @param presented the names that the peer presented
   * @param generation which generation decided
   * @param resumed whether an earlier session was resumed
   * @param host the host that a client asked for
   * @param dryRun what the dry-run policy would have refused
   * @throws NullPointerException if {@code side}, {@code outcome} or {@code presented} is null
   */
  public HandshakeEvent {
    Objects.requireNonNull(side, "side");
    Objects.requireNonNull(outcome, "outcome");
    presented = List.copyOf(presented);
    host = host == null ? null : SafeText.of(host);
    dryRun = dryRun == null ? null : SafeText.of(dryRun, 700);
  }
}
