package io.bartizan.mtls;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Watches one connection: decides at the end of its handshake, also of a resumed one, where no
 * trust manager is asked, and refuses all traffic once the peer is revoked.
 */
final class Guard {

  private final Generations generations;
  private final Generation born;
  private final Object connection;
  private final Supplier<SSLSession> session;
  private final AtomicLong reviewed = new AtomicLong();
  private volatile @Nullable String host;
  private volatile boolean done;
  private boolean told;
  private volatile PeerDecision.@Nullable Rejected refused;

  /**
   * A guard.
   *
   * @param born the generation whose context made the connection
   * @param connection the provider's engine or socket
   * @param host whom a client wants, as far as it is known before the handshake
   * @param session gives the connection's session
   */
  Guard(
      Generations generations,
      Generation born,
      Object connection,
      @Nullable String host,
      Supplier<SSLSession> session) {
    this.generations = generations;
    this.born = born;
    this.connection = connection;
    this.host = host;
    this.session = session;
  }

  boolean isDone() {
    return done;
  }

  @Nullable String host() {
    return generations.settings().side() == TlsSide.CLIENT ? host : null;
  }

  SSLSession session() {
    return session.get();
  }

  /** The provider's handshake is complete: accepts the peer or throws. */
  synchronized void handshakeDone(@Nullable String peerHost) throws SSLException {
    if (done) {
      return;
    }
    Generation now = generations.current();
    PeerDecision early = generations.connections().taken(connection);
    String asked = generations.settings().side() == TlsSide.CLIENT ? peerHost : null;
    host = asked;
    SSLSession current = session.get();
    PeerDecision decision;
    if (early != null && early.generation() == now.number()) {
      decision = early;
    } else if (early == null && now.number() == born.number()) {
      decision = now.decider().resumed(Connections.chain(current), asked);
    } else {
      decision = Connections.decide(now, current, asked);
    }
    tell(decision, early == null, asked);
    if (decision instanceof PeerDecision.Rejected rejected) {
      refused = rejected;
      current.invalidate();
      throw exception(rejected);
    }
    done = true;
    generations.connections().opened(this);
    Generation newest = generations.current();
    if (newest.number() != now.number()) {
      // Published in between: its review of the open connections may have missed this one.
      generations.connections().review(newest, this).run();
      check();
    }
  }

  /** Whether a generation's review of this connection is still to be done; true once. */
  boolean isDueFor(long generation) {
    return reviewed.getAndAccumulate(generation, Math::max) < generation;
  }

  /** The provider's handshake failed, for our refusal or for a reason of its own. */
  synchronized void handshakeFailed(Exception cause, @Nullable String peerHost) {
    if (done || told) {
      return;
    }
    PeerDecision early = generations.connections().taken(connection);
    String message = String.valueOf(cause.getMessage());
    boolean empty = message.toLowerCase(Locale.ROOT).contains("empty client certificate chain");
    PeerDecision.Rejected rejected =
        early instanceof PeerDecision.Rejected ours
            ? ours
            : new PeerDecision.Rejected(
                empty ? TlsReason.CERTIFICATE_MISSING : TlsReason.HANDSHAKE_FAILED,
                empty ? "the peer presented no certificate" : message,
                early == null ? java.util.List.of() : early.presented(),
                born.number());
    tell(rejected, false, host());
  }

  private void tell(PeerDecision decision, boolean resumed, @Nullable String asked) {
    if (!told) {
      told = true;
      generations.connections().tell(decision, resumed, asked);
    }
  }

  /** Ends the connection at its next read or write. */
  void refuse(PeerDecision.Rejected decision) {
    refused = decision;
  }

  /** Throws if the peer was refused since. */
  void check() throws SSLException {
    PeerDecision.Rejected decision = refused;
    if (decision != null) {
      throw exception(decision);
    }
  }

  boolean isRefused() {
    return refused != null;
  }

  void closed() {
    generations.connections().closed(this);
  }

  private static SSLException exception(PeerDecision.Rejected decision) {
    PeerRejectedException cause = decision.exception();
    SSLHandshakeException exception = new SSLHandshakeException(cause.getMessage());
    exception.initCause(cause);
    return exception;
  }
}
