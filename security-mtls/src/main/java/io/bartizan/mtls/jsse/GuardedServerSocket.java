package io.bartizan.mtls.jsse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket that gives every connection to what serves now: it accepts plain connections
 * and lays the current context's TLS over each.
 */
final class GuardedServerSocket extends SSLServerSocket {

  private final GuardedSocketFactory sockets;
  private final Authority authority;
  private volatile SSLParameters parameters;

  GuardedServerSocket(Authority authority, GuardedSocketFactory sockets) throws IOException {
    this.authority = authority;
    this.sockets = sockets;
    this.parameters =
        TlsMinimum.raise(authority.current().context().getDefaultSSLParameters(), false);
  }

  @Override
  public Socket accept() throws IOException {
    Socket plain = super.accept();
    try {
      SSLSocket socket = sockets.createSocket(plain, null, true);
      socket.setSSLParameters(parameters);
      return socket;
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  @Override
  public String[] getEnabledCipherSuites() {
    return parameters.getCipherSuites();
  }

  @Override
  public void setEnabledCipherSuites(String[] suites) {
    SSLParameters next = over(parameters);
    next.setCipherSuites(TlsMinimum.suites(suites));
    parameters = next;
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return sockets.getSupportedCipherSuites();
  }

  @Override
  public String[] getSupportedProtocols() {
    return TlsMinimum.protocols(
        authority.current().context().getSupportedSSLParameters().getProtocols());
  }

  @Override
  public String[] getEnabledProtocols() {
    return parameters.getProtocols();
  }

  @Override
  public void setEnabledProtocols(String[] protocols) {
    SSLParameters next = over(parameters);
    next.setProtocols(TlsMinimum.protocols(protocols));
    parameters = next;
  }

  @Override
  public void setNeedClientAuth(boolean need) {}

  @Override
  public boolean getNeedClientAuth() {
    return true;
  }

  @Override
  public void setWantClientAuth(boolean want) {}

  @Override
  public boolean getWantClientAuth() {
    return false;
  }

  @Override
  public void setUseClientMode(boolean mode) {
    TlsMinimum.requireRole(false, mode);
  }

  @Override
  public boolean getUseClientMode() {
    return false;
  }

  @Override
  public void setEnableSessionCreation(boolean flag) {
    if (!flag) {
      throw new IllegalArgumentException("flag is false, sessions are always created");
    }
  }

  @Override
  public boolean getEnableSessionCreation() {
    return true;
  }

  @Override
  public SSLParameters getSSLParameters() {
    return over(parameters);
  }

  @Override
  public void setSSLParameters(SSLParameters asked) {
    TlsMinimum.refuseWeakOnly(asked);
    parameters = TlsMinimum.raise(over(parameters, asked), false);
  }

  /** New parameters with all that these say, the last word first; an engine copies every field. */
  private SSLParameters over(SSLParameters... layers) {
    SSLEngine engine = authority.current().context().createSSLEngine();
    engine.setUseClientMode(false);
    for (SSLParameters layer : layers) {
      engine.setSSLParameters(layer);
    }
    return engine.getSSLParameters();
  }

  /** Makes listening sockets. */
  static SSLServerSocketFactory factory(Authority authority, GuardedSocketFactory sockets) {
    return new Factory(authority, sockets);
  }

  /** Makes listening sockets. */
  private static final class Factory extends SSLServerSocketFactory {

    private static final int BACKLOG = 50;

    private final Authority authority;
    private final GuardedSocketFactory sockets;

    Factory(Authority authority, GuardedSocketFactory sockets) {
      this.authority = authority;
      this.sockets = sockets;
    }

    @Override
    public ServerSocket createServerSocket() throws IOException {
      return new GuardedServerSocket(authority, sockets);
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
      return createServerSocket(port, BACKLOG, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
      return createServerSocket(port, backlog, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, @Nullable InetAddress address)
        throws IOException {
      ServerSocket socket = createServerSocket();
      try {
        socket.bind(new InetSocketAddress(address, port), backlog);
        return socket;
      } catch (IOException | RuntimeException e) {
        socket.close();
        throw e;
      }
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return sockets.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return sockets.getSupportedCipherSuites();
    }
  }
}
