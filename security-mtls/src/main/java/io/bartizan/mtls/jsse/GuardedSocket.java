package io.bartizan.mtls.jsse;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
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

  private final boolean client;
  private final Authority.Watch watch;
  private final SSLSession nullSession;
  private final AskedName asked;
  private final List<HandshakeCompletedListener> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock handshake = new ReentrantLock();
  private volatile boolean complete;

  /** A socket; {@code nullSession} is what a socket without a handshake shows. */
  GuardedSocket(SSLSocket inner, boolean client, Authority.Serving born, SSLSession nullSession) {
    super(inner);
    this.client = client;
    this.watch = born.watch(inner, null, inner::getSession);
    this.nullSession = nullSession;
    this.asked = AskedName.of(born.serverNames());
    inner.setUseClientMode(client);
    hearName();
    raise();
  }

  private void hearName() {
    if (asked != null) {
      inner.setSSLParameters(asked.over(inner.getSSLParameters()));
    }
  }

  private void raise() {
    inner.setEnabledProtocols(TlsMinimum.protocols(inner.getEnabledProtocols()));
    inner.setEnabledCipherSuites(TlsMinimum.suites(inner.getEnabledCipherSuites()));
    if (!client) {
      inner.setNeedClientAuth(true);
    }
  }

  @Override
  public void startHandshake() throws IOException {
    if (!watch.isDone()) {
      firstHandshake();
      return;
    }
    if (inner.getSession().getProtocol().equals("TLSv1.2")) {
      throw new SSLException("a second handshake on one connection is refused");
    }
    inner.startHandshake();
  }

  private void firstHandshake() throws IOException {
    begin();
    watch.check();
    boolean mine;
    try {
      mine = completed();
    } catch (InterruptedIOException e) {
      throw e; // a time-out of the socket; the handshake may go on
    } catch (IOException e) {
      // Bouncy Castle's refusals are no SSLException.
      watch.handshakeFailed(e, null);
      throw e;
    }
    try {
      watch.handshakeDone(inner.getSession().getPeerHost());
    } catch (SSLException e) {
      inner.close();
      throw e;
    }
    if (mine) {
      SSLSession session = inner.getSession();
      for (HandshakeCompletedListener listener : listeners) {
        listener.handshakeCompleted(new HandshakeCompletedEvent(this, session));
      }
    }
  }

  private void begin() throws IOException {
    try {
      watch.begin();
    } catch (SSLException e) {
      watch.handshakeFailed(e, null);
      inner.close();
      throw e;
    }
  }

  /** Waits for the peer, inside a lock that pins no carrier; true for the thread that did it. */
  private boolean completed() throws IOException {
    handshake.lock();
    try {
      if (complete) {
        return false;
      }
      inner.startHandshake();
      TlsMinimum.forbidRenegotiation(inner);
      complete = true;
      return true;
    } finally {
      handshake.unlock();
    }
  }

  /** Makes sure that the peer was accepted, and still is. */
  private void ready() throws IOException {
    if (!watch.isDone()) {
      firstHandshake();
    }
    try {
      watch.check();
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
    begin();
    watch.check(); // says why, where the closed socket behind it would say that it is closed
    InputStream in = inner.getInputStream();
    return new InputStream() {
      @Override
      public int read() throws IOException {
        ready();
        int value = in.read();
        watch.check();
        return value;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        ready();
        int count = in.read(bytes, offset, length);
        watch.check();
        return count;
      }

      @Override
      public int available() throws IOException {
        return watch.isDone() ? in.available() : 0;
      }

      @Override
      public void close() throws IOException {
        GuardedSocket.this.close();
      }
    };
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    begin();
    watch.check();
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
    if (complete) {
      TlsMinimum.forbidRenegotiation(inner);
    }
  }

  @Override
  public void setUseClientMode(boolean mode) {
    TlsMinimum.requireRole(client, mode);
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
    inner.setEnabledProtocols(TlsMinimum.protocols(protocols));
    keepFromRenegotiating();
  }

  @Override
  public void setEnabledCipherSuites(String[] suites) {
    inner.setEnabledCipherSuites(TlsMinimum.suites(suites));
  }

  @Override
  public void setSSLParameters(SSLParameters parameters) {
    TlsMinimum.refuseWeakOnly(parameters);
    inner.setSSLParameters(parameters);
    hearName();
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
    watch.closed();
    inner.close();
  }

  @Override
  public String toString() {
    return "GuardedSocket["
        + (client ? "CLIENT" : "SERVER")
        + ", "
        + inner.getRemoteSocketAddress()
        + "]";
  }
}
