package io.bartizan.mtls;

import io.bartizan.core.Refusal;
import io.bartizan.mtls.jsse.Authority;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Watches one connection: decides at the end of its handshake, also of a resumed one, where no
 * trust manager is asked, and refuses all traffic once the peer is revoked.
 *
 * <p>The decision is made once, inside a lock; listeners are told by the thread that made it, after
 * the lock.
 */
final class Guard implements Authority.Watch {

  private static final Refusal NO_CERTIFICATE =
      Refusal.of(PeerReason.CERTIFICATE_MISSING, "the peer presented no certificate");

  private final Current current;
  private final Connections connections;
  private final long born;
  private final Object connection;
  private final Supplier<SSLSession> session;
  private final AtomicLong reviewed = new AtomicLong();
  private final ReentrantLock deciding = new ReentrantLock();
  private volatile @Nullable String host;
  private volatile boolean done;
  private boolean failed;
  private volatile @Nullable Refusal refused;

  /**
   * A guard.
   *
   * @param born the number of the generation whose context made the connection; to hold the whole
   *     would keep its revocation lists in memory as long as the connection is open
   * @param connection the provider's engine or socket
   * @param host whom a client wants, as far as it is known before the handshake
   * @param session gives the connection's session
   */
  Guard(
      Current current,
      long born,
      Object connection,
      @Nullable String host,
      Supplier<SSLSession> session) {
    this.current = current;
    this.connections = current.connections();
    this.born = born;
    this.connection = connection;
    this.host = host;
    this.session = session;
  }

  @Override
  public void begin() {}

  @Override
  public boolean isDone() {
    return done;
  }

  @Nullable String host() {
    return current.isClient() ? host : null;
  }

  SSLSession session() {
    return session.get();
  }

  @Override
  public void handshakeDone(@Nullable String peerHost) throws SSLException {
    Runnable news;
    deciding.lock();
    try {
      if (done) {
        return;
      }
      check();
      news = decided(peerHost);
    } finally {
      deciding.unlock();
    }
    news.run();
    check();
  }

  /** Accepts or refuses; what it gives tells the listeners. */
  private Runnable decided(@Nullable String peerHost) {
    Generation now = current.generation();
    PeerDecision early = connections.taken(connection);
    String asked = current.isClient() ? peerHost : null;
    host = asked;
    SSLSession established = session.get();
    PeerDecision decision;
    if (early != null && early.generation() == now.number()) {
      decision = early;
    } else if (early == null && now.number() == born) {
      decision = now.decider().decideResumed(established, asked);
    } else {
      decision = now.decider().decide(established, asked);
    }
    Runnable event = () -> connections.tell(decision, early == null, asked);
    boolean silent = failed; // told already, as a failure
    refused = decision.refusal();
    if (refused != null) {
      established.invalidate();
      return silent ? () -> {} : event;
    }
    connections.opened(this);
    if (current.isClient()) {
      connections.stapledUntil(now.revocation().stapledUntil(established));
    }
    Generation newest = current.generation();
    Runnable review =
        newest.number() == now.number()
            ? () -> {}
            // Published in between: its review of the open connections may have missed this one.
            : connections.review(newest, this);
    done = true;
    return () -> {
      if (!silent) {
        event.run();
      }
      review.run();
    };
  }

  /** Whether a generation's review of this connection is still to be done; true once. */
  boolean isDueFor(long generation) {
    return reviewed.getAndAccumulate(generation, Math::max) < generation;
  }

  @Override
  public void handshakeFailed(Exception cause, @Nullable String peerHost) {
    PeerDecision decision;
    deciding.lock();
    try {
      if (done || failed || refused != null) {
        return;
      }
      failed = true;
      decision = failure(cause);
    } finally {
      deciding.unlock();
    }
    connections.tell(decision, false, host());
  }

  /** Our own refusal, or the provider's reason. */
  private PeerDecision failure(Exception cause) {
    PeerDecision early = connections.taken(connection);
    if (early != null && !early.isAccepted()) {
      return early;
    }
    String message = String.valueOf(cause.getMessage());
    boolean empty = message.toLowerCase(Locale.ROOT).contains("empty client certificate chain");
    return PeerDecision.rejected(
        empty ? NO_CERTIFICATE : Refusal.of(PeerReason.HANDSHAKE_FAILED, message),
        early == null ? List.of() : early.presented(),
        born);
  }

  /** Ends the connection at its next read or write. */
  void refuse(Refusal refusal) {
    refused = refusal;
  }

  @Override
  public void check() throws SSLException {
    Refusal refusal = refused;
    if (refusal != null) {
      SSLHandshakeException exception = new SSLHandshakeException(refusal.message());
      exception.initCause(new PeerRejectedException(refusal));
      throw exception;
    }
  }

  @Override
  public boolean isRefused() {
    return refused != null;
  }

  @Override
  public void closed() {
    connections.closed(this);
  }
}
