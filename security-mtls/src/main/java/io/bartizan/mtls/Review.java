package io.bartizan.mtls;

import io.bartizan.core.Refusal;
import io.bartizan.core.house.Listeners;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One look of a new generation at the open connections. Equal chains are decided once, and equal
 * certificates are one object, of which the JDK verifies the signature once. Not thread-safe.
 */
final class Review {

  private final Generation next;
  private final Listeners<TlsListener> listeners;
  private final Map<X509Certificate, X509Certificate> known = new HashMap<>();
  private final Map<Peer, PeerDecision> decisions = new HashMap<>();

  /** Who is asked about. */
  private record Peer(List<X509Certificate> chain, @Nullable String host) {}

  Review(Generation next, Listeners<TlsListener> listeners) {
    this.next = next;
    this.listeners = listeners;
  }

  /** Whether revocation data names a certificate of the peer, without a look at any signature. */
  boolean mayBeRevoked(Guard guard) {
    X509Certificate[] chain = TrustDecider.chain(guard.session());
    return chain != null && next.revocation().mayName(chain);
  }

  /** Decides; what it gives tells the listeners. */
  Runnable of(Guard guard) {
    if (!guard.isDueFor(next.number())) {
      return () -> {};
    }
    SSLSession session = guard.session();
    Refusal refusal = decision(session, guard.host()).refusal();
    if (refusal == null) {
      return () -> {};
    }
    if (refusal.reason() == PeerReason.REVOKED) {
      guard.refuse(refusal);
    }
    return () -> listeners.tell(listener -> listener.noLongerAccepted(session, refusal));
  }

  private PeerDecision decision(SSLSession session, @Nullable String host) {
    X509Certificate[] chain = TrustDecider.chain(session);
    if (chain == null) {
      return next.decider().decide(null, host, null);
    }
    for (int i = 0; i < chain.length; i++) {
      X509Certificate first = known.putIfAbsent(chain[i], chain[i]);
      chain[i] = first == null ? chain[i] : first;
    }
    return decisions.computeIfAbsent(
        new Peer(Arrays.asList(chain), host), peer -> next.decider().decide(chain, host, null));
  }

  /** How many decisions were made. */
  int decided() {
    return decisions.size();
  }
}
