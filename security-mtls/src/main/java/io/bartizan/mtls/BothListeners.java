package io.bartizan.mtls;

import java.time.Instant;
import javax.net.ssl.SSLSession;

/** Tells two; a fault of the first keeps nothing from the second. */
record BothListeners(TlsListener first, TlsListener second) implements TlsListener {

  static TlsListener of(TlsListener first, TlsListener second) {
    return first == NONE ? second : new BothListeners(first, second);
  }

  @Override
  public void handshake(HandshakeEvent event) {
    Listeners.tell(() -> first.handshake(event));
    second.handshake(event);
  }

  @Override
  public void published(long generation, Instant validUntil) {
    Listeners.tell(() -> first.published(generation, validUntil));
    second.published(generation, validUntil);
  }

  @Override
  public void reloadFailed(TlsMaterialException fault) {
    Listeners.tell(() -> first.reloadFailed(fault));
    second.reloadFailed(fault);
  }

  @Override
  public void noLongerAccepted(SSLSession session, PeerDecision.Rejected decision) {
    Listeners.tell(() -> first.noLongerAccepted(session, decision));
    second.noLongerAccepted(session, decision);
  }
}
