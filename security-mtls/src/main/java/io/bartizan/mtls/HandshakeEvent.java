package io.bartizan.mtls;

import io.bartizan.core.SafeText;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one handshake came to; safe to log as it is.
 *
 * @param side which end this process was
 * @param decision whether the peer was accepted, by which rule, in which generation, or why not
 * @param resumed whether an earlier session was resumed
 * @param host the host that a client asked for; null on servers
 * @param dryRun what the dry-run policy would have refused in an accepted peer; null if nothing
 */
public record HandshakeEvent(
    TlsSide side,
    PeerDecision decision,
    boolean resumed,
    @Nullable String host,
    @Nullable String dryRun) {

  /**
   * Checks what must be there and makes the texts safe.
   *
   * @param side which end this process was
   * @param decision the decision
   * @param resumed whether an earlier session was resumed
   * @param host the host that a client asked for
   * @param dryRun what the dry-run policy would have refused
   * @throws NullPointerException if {@code side} or {@code decision} is null
   */
  public HandshakeEvent {
    Objects.requireNonNull(side, "side");
    Objects.requireNonNull(decision, "decision");
    host = host == null ? null : SafeText.of(host);
    dryRun = dryRun == null ? null : SafeText.of(dryRun, 700);
  }
}
