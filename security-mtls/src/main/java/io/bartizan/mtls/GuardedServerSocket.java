package io.bartizan.mtls;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * A listening socket that gives every connection to the newest generation: it accepts plain
 * connections and lays the current context's TLS over each.
 */
final class GuardedServerSocket extends SSLServerSocket {

  private final GuardedSocketFactory sockets;
  private final Generations generations;
  private volatile SSLParameters parameters;

  GuardedServerSocket(Generations generations, GuardedSocketFactory sockets) throws IOException {
    this.generations = generations;
    this.sockets = sockets;
    this.parameters =
        Floor.raise(generations.current().context().getDefaultSSLParameters(), TlsSide.SERVER);
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
    next.setCipherSuites(Floor.suites(suites));
    parameters = next;
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return sockets.getSupportedCipherSuites();
  }

  @Override
  public String[] getSupportedProtocols() {
    return Floor.protocols(
        generations.current().context().getSupportedSSLParameters().getProtocols());
  }

  @Override
  public String[] getEnabledProtocols() {
    return parameters.getProtocols();
  }

  @Override
  public void setEnabledProtocols(String[] protocols) {
    SSLParameters next = over(parameters);
    next.setProtocols(Floor.protocols(protocols));
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
    Roles.require(TlsSide.SERVER, mode);
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
    Floor.refuseWeakOnly(asked);
    parameters = Floor.raise(over(parameters, asked), TlsSide.SERVER);
  }

  /** New parameters with all that these say, the last word first; an engine copies every field. */
  private SSLParameters over(SSLParameters... layers) {
    SSLEngine engine = generations.current().context().createSSLEngine();
    engine.setUseClientMode(false);
    for (SSLParameters layer : layers) {
      engine.setSSLParameters(layer);
    }
    return engine.getSSLParameters();
  }
}
