package io.bartizan.mtls;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known about connections: decisions of trust managers until their handshake ends, and open
 * connections so that a new generation can review them. Both maps hold their keys weakly.
 */
final class Connections {

  private static final Logger LOG = LoggerFactory.getLogger("io.bartizan.mtls");

  /** A ticket that comes while staples are looked at may be missed; it is found then. */
  private static final Duration AGAIN = Duration.ofMinutes(10);

  private final Settings settings;
  private final Supplier<@Nullable Generation> newest;
  private final Map<Object, PeerDecision> decisions =
      Collections.synchronizedMap(new WeakHashMap<>());
  private final Set<Guard> open =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final AtomicReference<Instant> staplesEnd = new AtomicReference<>(Instant.MAX);

  /** {@code newest} gives the generation whose candidate policy is asked too. */
  Connections(Settings settings, Supplier<@Nullable Generation> newest) {
    this.settings = settings;
    this.newest = newest;
  }

  /** A trust manager decided about the peer of an engine or socket of the TLS provider. */
  void decided(Object connection, PeerDecision decision) {
    decisions.put(connection, decision);
  }

  /** What was decided about the peer of an engine or socket; null if a session was resumed. */
  @Nullable PeerDecision taken(Object connection) {
    return decisions.remove(connection);
  }

  /** What the server of an open session of a client stapled ends then; null if it is nothing. */
  void stapledUntil(@Nullable Instant end) {
    if (end != null) {
      Instant unused =
          staplesEnd.accumulateAndGet(end, (one, other) -> one.isBefore(other) ? one : other);
    }
  }

  /**
   * Ends a client's sessions whose staple has ended, before one of them would be resumed: a resumed
   * server staples nothing. Looked for at the first end that is known, and then in a while.
   */
  void endUnstapled(Generation generation) {
    Instant now = settings.now();
    if (!now.isAfter(staplesEnd.get())) {
      return;
    }
    staplesEnd.set(now.plus(AGAIN));
    SSLSessionContext sessions = generation.context().getClientSessionContext();
    for (byte[] id : Collections.list(sessions.getIds())) {
      SSLSession session = sessions.getSession(id);
      Instant end = session == null ? null : generation.revocation().stapledUntil(session);
      if (end == null || !now.isAfter(end)) {
        stapledUntil(end);
      } else {
        session.invalidate();
      }
    }
  }

  void opened(Guard guard) {
    open.add(guard);
  }

  void closed(Guard guard) {
    open.remove(guard);
  }

  void tell(PeerDecision decision, boolean resumed, @Nullable String host) {
    Refusal refusal = decision.refusal();
    if (refusal != null && LOG.isDebugEnabled()) { // a stranger may cause as many as he likes
      LOG.debug(
          "{}: {} handshake rejected: {}; presented {}, host {}, generation {}",
          settings.side(),
          resumed ? "resumed" : "full",
          refusal.message(),
          PeerIdentity.shortened(decision.presented()),
          host == null ? "none" : SafeText.of(host),
          decision.generation());
    }
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
    Generation generation = newest.get();
    Rule candidate = generation == null ? null : generation.dryRun();
    if (candidate != null
        && peer != null
        && candidate.match(generation.decider().met(peer.identity(), host)) == null) {
      return peer.identity() + " would not match " + candidate;
    }
    return null;
  }

  /**
   * Asks the new generation about every open connection; what it gives tells the listeners. Whoever
   * may be revoked goes first, and equal chains are decided once.
   */
  Runnable review(Generation next) {
    List<Guard> all;
    synchronized (open) {
      all = new ArrayList<>(open);
    }
    Review review = new Review(next, settings.listeners());
    List<Guard> rest = new ArrayList<>();
    List<Runnable> news = new ArrayList<>();
    for (Guard guard : all) {
      tryReview(
          () -> {
            if (review.mayBeRevoked(guard)) {
              news.add(review.of(guard));
            } else {
              rest.add(guard);
            }
          });
    }
    for (Guard guard : rest) {
      tryReview(() -> news.add(review.of(guard)));
    }
    return () -> news.forEach(Runnable::run);
  }

  /** A connection of which nothing can be decided keeps no other from being reviewed. */
  private void tryReview(Runnable one) {
    try {
      one.run();
    } catch (RuntimeException | Error e) {
      LOG.warn("{}: an open connection could not be reviewed and stays open", settings.side(), e);
    }
  }

  /** Asks the new generation about one open connection; what it gives tells the listeners. */
  Runnable review(Generation next, Guard guard) {
    return new Review(next, settings.listeners()).of(guard);
  }
}
