package io.bartizan.mtls;

import io.bartizan.core.Refusal;
import io.bartizan.mtls.jsse.Authority;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What serves where a start came before the material: engines and sockets that refuse before their
 * first byte, for good; those that are made once there is material are others.
 *
 * @param current is told of each refusal
 * @param context of the provider, without a key and trusting nobody
 */
record BeforeMaterial(Current current, SSLContext context) implements Authority.Serving {

  static final PeerDecision DECISION =
      PeerDecision.rejected(
          Refusal.of(
              PeerReason.MATERIAL_UNAVAILABLE,
              "this side has no usable key, certificate and trust anchors yet; its health() says"
                  + " why"),
          List.of(),
          0);

  @Override
  public @Nullable Predicate<String> serverNames() {
    return null;
  }

  @Override
  public Authority.Watch watch(
      Object connection, @Nullable String host, Supplier<SSLSession> session) {
    return new Refusing(current, host);
  }

  /** The watch of a connection whose handshake never begins. */
  private static final class Refusing implements Authority.Watch {

    private final Current current;
    private final @Nullable String host;
    private final AtomicBoolean told = new AtomicBoolean();

    Refusing(Current current, @Nullable String host) {
      this.current = current;
      this.host = host;
    }

    @Override
    public void begin() throws SSLException {
      PeerRejectedException cause = new PeerRejectedException(DECISION.refused());
      SSLException exception = new SSLHandshakeException(cause.getMessage());
      exception.initCause(cause);
      throw exception;
    }

    @Override
    public void handshakeFailed(Exception cause, @Nullable String peerHost) {
      if (told.compareAndSet(false, true)) {
        current.connections().tell(DECISION, false, current.isClient() ? host : null);
      }
    }

    @Override
    public boolean isDone() {
      return false;
    }

    @Override
    public boolean isRefused() {
      return false; // unlike a peer that was let in first, it has nothing to close
    }

    @Override
    public void check() throws SSLException {
      begin();
    }

    @Override
    public void handshakeDone(@Nullable String peerHost) throws SSLException {
      begin();
    }

    @Override
    public void closed() {}
  }
}
