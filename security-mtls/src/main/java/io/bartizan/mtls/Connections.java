package io.bartizan.mtls;

import io.bartizan.core.Refusal;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What is known about connections: decisions of trust managers until their handshake ends, and open
 * connections so that a new generation can review them. Both maps hold their keys weakly.
 */
final class Connections {

  private final Settings settings;
  private final Map<Object, PeerDecision> decisions =
      Collections.synchronizedMap(new WeakHashMap<>());
  private final Set<Guard> open =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  Connections(Settings settings) {
    this.settings = settings;
  }

  /** A trust manager decided about the peer of an engine or socket of the TLS provider. */
  void decided(Object connection, PeerDecision decision) {
    decisions.put(connection, decision);
  }

  /** What was decided about the peer of an engine or socket; null if a session was resumed. */
  @Nullable PeerDecision taken(Object connection) {
    return decisions.remove(connection);
  }

  void opened(Guard guard) {
    open.add(guard);
  }

  void closed(Guard guard) {
    open.remove(guard);
  }

  void tell(PeerDecision decision, boolean resumed, @Nullable String host) {
    if (!settings.listeners().isEmpty()) {
      HandshakeEvent event =
          new HandshakeEvent(
              settings.side(),
              decision.outcome(),
              decision.presented(),
              decision.generation(),
              resumed,
              host,
              dryRun(decision, host));
      settings.listeners().tell(listener -> listener.decided(event));
    }
  }

  private @Nullable String dryRun(PeerDecision decision, @Nullable String host) {
    AcceptedPeer peer = decision.peer();
    if (settings.dryRun() instanceof Rule candidate
        && peer != null
        && candidate.match(new MetPeer(peer.identity(), settings.side(), host)) == null) {
      return peer.identity() + " would not match " + candidate;
    }
    return null;
  }

  /** Asks the new generation about every open connection; what it gives tells the listeners. */
  Runnable review(Generation next) {
    List<Guard> all;
    synchronized (open) {
      all = new ArrayList<>(open);
    }
    List<Runnable> news = all.stream().map(guard -> review(next, guard)).toList();
    return () -> news.forEach(Runnable::run);
  }

  /** Asks the new generation about one open connection; what it gives tells the listeners. */
  Runnable review(Generation next, Guard guard) {
    if (!guard.isDueFor(next.number())) {
      return () -> {};
    }
    SSLSession session = guard.session();
    Refusal refusal = decide(next, session, guard.host()).refusal();
    if (refusal == null) {
      return () -> {};
    }
    if (refusal.reason() == PeerReason.REVOKED) {
      guard.refuse(refusal);
    }
    return () -> settings.listeners().tell(listener -> listener.noLongerAccepted(session, refusal));
  }

  /** The whole decision of a generation about a session's peer. */
  static PeerDecision decide(Generation generation, SSLSession session, @Nullable String host) {
    return generation.decider().decide(chain(session), host, null);
  }

  static X509Certificate @Nullable [] chain(SSLSession session) {
    try {
      Certificate[] peer = session.getPeerCertificates();
      return Arrays.stream(peer)
          .filter(X509Certificate.class::isInstance)
          .toArray(X509Certificate[]::new);
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }
}
