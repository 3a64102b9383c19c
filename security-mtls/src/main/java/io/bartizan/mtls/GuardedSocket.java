package io.bartizan.mtls;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import javax.net.ssl.HandshakeCompletedEvent;
import javax.net.ssl.HandshakeCompletedListener;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.NullUnmarked;

/**
 * A socket that keeps its role, its floor and its demand for a client certificate whatever a
 * framework sets, and decides about the peer before the first byte is read or written.
 */
@NullUnmarked
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the socket behind it synchronizes
final class GuardedSocket extends DelegatingSocket {

  private final TlsSide side;
  private final Guard guard;
  private final SSLSession nullSession;
  private final List<HandshakeCompletedListener> listeners = new CopyOnWriteArrayList<>();
  private final Object handshake = new Object();

  /** A socket; {@code nullSession} is what a socket without a handshake shows. */
  GuardedSocket(
      SSLSocket inner,
      TlsSide side,
      Generations generations,
      Generation born,
      SSLSession nullSession) {
    super(inner);
    this.side = side;
    this.guard = new Guard(generations, born, inner, null, inner::getSession);
    this.nullSession = nullSession;
    inner.setUseClientMode(side == TlsSide.CLIENT);
    raise();
  }

  private void raise() {
    inner.setEnabledProtocols(Floor.protocols(inner.getEnabledProtocols()));
    inner.setEnabledCipherSuites(Floor.suites(inner.getEnabledCipherSuites()));
    if (side == TlsSide.SERVER) {
      inner.setNeedClientAuth(true);
    }
  }

  @Override
  public void startHandshake() throws IOException {
    if (guard.isDone()) {
      if (inner.getSession().getProtocol().equals("TLSv1.2")) {
        throw new SSLException("a second handshake on one connection is refused");
      }
      inner.startHandshake();
      return;
    }
    synchronized (handshake) {
      if (!guard.isDone()) {
        guard.check();
        firstHandshake();
      }
    }
  }

  private void firstHandshake() throws IOException {
    try {
      inner.startHandshake();
    } catch (InterruptedIOException e) {
      throw e; // a time-out of the socket; the handshake may go on
    } catch (IOException e) {
      // Bouncy Castle's refusals are no SSLException.
      guard.handshakeFailed(e, null);
      throw e;
    }
    try {
      guard.handshakeDone(inner.getSession().getPeerHost());
    } catch (SSLException e) {
      inner.close();
      throw e;
    }
    Renegotiation.forbid(inner);
    SSLSession session = inner.getSession();
    for (HandshakeCompletedListener listener : listeners) {
      listener.handshakeCompleted(new HandshakeCompletedEvent(this, session));
    }
  }

  /** Makes sure that the peer was accepted, and still is. */
  private void ready() throws IOException {
    if (!guard.isDone()) {
      startHandshake();
    }
    try {
      guard.check();
    } catch (SSLException e) {
      inner.close();
      throw e;
    }
  }

  @Override
  public SSLSession getSession() {
    try {
      ready();
      return inner.getSession();
    } catch (IOException e) {
      return nullSession;
    }
  }

  @Override
  public InputStream getInputStream() throws IOException {
    guard.check(); // says why, where the closed socket behind it would say that it is closed
    InputStream in = inner.getInputStream();
    return new InputStream() {
      @Override
      public int read() throws IOException {
        ready();
        int value = in.read();
        guard.check();
        return value;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        ready();
        int count = in.read(bytes, offset, length);
        guard.check();
        return count;
      }

      @Override
      public int available() throws IOException {
        return guard.isDone() ? in.available() : 0;
      }

      @Override
      public void close() throws IOException {
        GuardedSocket.this.close();
      }
    };
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    guard.check();
    OutputStream out = inner.getOutputStream();
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        ready();
        out.write(value);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        ready();
        out.write(bytes, offset, length);
      }

      @Override
      public void flush() throws IOException {
        out.flush();
      }

      @Override
      public void close() throws IOException {
        GuardedSocket.this.close();
      }
    };
  }

  @Override
  public void addHandshakeCompletedListener(HandshakeCompletedListener listener) {
    if (listener == null) {
      throw new IllegalArgumentException("listener is null");
    }
    listeners.add(listener);
  }

  @Override
  public void removeHandshakeCompletedListener(HandshakeCompletedListener listener) {
    if (!listeners.remove(listener)) {
      throw new IllegalArgumentException("listener is not registered");
    }
  }

  private void keepFromRenegotiating() {
    if (guard.isDone()) {
      Renegotiation.forbid(inner);
    }
  }

  @Override
  public void setUseClientMode(boolean mode) {
    Roles.require(side, mode);
  }

  @Override
  public void setNeedClientAuth(boolean need) {
    raise();
  }

  @Override
  public void setWantClientAuth(boolean want) {
    raise();
  }

  @Override
  public void setEnabledProtocols(String[] protocols) {
    inner.setEnabledProtocols(Floor.protocols(protocols));
    keepFromRenegotiating();
  }

  @Override
  public void setEnabledCipherSuites(String[] suites) {
    inner.setEnabledCipherSuites(Floor.suites(suites));
  }

  @Override
  public void setSSLParameters(SSLParameters parameters) {
    Floor.refuseWeakOnly(parameters);
    inner.setSSLParameters(parameters);
    raise();
    keepFromRenegotiating();
  }

  @Override
  public void setHandshakeApplicationProtocolSelector(
      BiFunction<SSLSocket, List<String>, String> selector) {
    inner.setHandshakeApplicationProtocolSelector(
        selector == null ? null : (socket, protocols) -> selector.apply(this, protocols));
  }

  @Override
  public void close() throws IOException {
    guard.closed();
    inner.close();
  }

  @Override
  public String toString() {
    return "GuardedSocket[" + side + ", " + inner.getRemoteSocketAddress() + "]";
  }
}
