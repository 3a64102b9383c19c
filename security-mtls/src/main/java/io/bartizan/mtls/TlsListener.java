package io.bartizan.mtls;

import io.bartizan.core.Refusal;
import java.time.Instant;
import javax.net.ssl.SSLSession;

/**
 * Callbacks for TLS handshakes, certificate reloads and connections whose peer is no longer
 * accepted; all do nothing by default.
 *
 * <p>Called on the threads of handshakes and of reloads: be quick, be thread-safe. Whatever a
 * listener throws changes no decision, and is logged once a minute at most.
 */
public interface TlsListener {

  /**
   * A handshake ended; called once for each on this library's contexts. Where only the factories
   * were handed to a framework: once for each decision, which resumed sessions don't need.
   *
   * @param event what was decided and why
   */
  default void decided(HandshakeEvent event) {}

  /**
   * A new generation was published.
   *
   * @param generation its number
   * @param validUntil when the first certificate of the new chain ends
   */
  default void published(long generation, Instant validUntil) {}

  /**
   * A reload failed and the generation before keeps serving, or nobody is served yet; told once for
   * each state of the files.
   *
   * @param fault what is wrong with the material
   */
  default void reloadFailed(TlsMaterialException fault) {}

  /**
   * A connection is open whose peer the newest generation would refuse. If the reason is {@link
   * PeerReason#REVOKED}, the connection fails at its next read or write anyway; for other reasons
   * the application decides, such as by draining it.
   *
   * @param session the connection's session
   * @param refusal why the peer would be refused; its reason is a {@link PeerReason}
   */
  default void noLongerAccepted(SSLSession session, Refusal refusal) {}
}
