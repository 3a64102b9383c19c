package io.bartizan.mtls.jsse;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Makes sockets of what serves now. */
final class GuardedSocketFactory extends SSLSocketFactory {

  private final Authority authority;
  private final Runnable carry;

  /** A factory; {@code carry} sets the application's session limits anew. */
  GuardedSocketFactory(Authority authority, Runnable carry) {
    this.authority = authority;
    this.carry = carry;
  }

  /** How a factory of the provider makes one socket. */
  private interface Maker {
    Socket make(SSLSocketFactory factory) throws IOException;
  }

  private SSLSocket guarded(Maker maker) throws IOException {
    carry.run();
    Authority.Serving born = authority.current();
    SSLSocket inner = (SSLSocket) maker.make(born.context().getSocketFactory());
    return new GuardedSocket(
        inner, authority.isClient(), born, born.context().createSSLEngine().getSession());
  }

  @Override
  public SSLSocket createSocket() throws IOException {
    return guarded(SSLSocketFactory::createSocket);
  }

  @Override
  public SSLSocket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    return guarded(factory -> factory.createSocket(socket, host, port, autoClose));
  }

  @Override
  public SSLSocket createSocket(Socket socket, @Nullable InputStream consumed, boolean autoClose)
      throws IOException {
    return guarded(factory -> factory.createSocket(socket, consumed, autoClose));
  }

  @Override
  public SSLSocket createSocket(String host, int port) throws IOException {
    return guarded(factory -> factory.createSocket(host, port));
  }

  @Override
  public SSLSocket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return guarded(factory -> factory.createSocket(host, port, localHost, localPort));
  }

  @Override
  public SSLSocket createSocket(InetAddress host, int port) throws IOException {
    return guarded(factory -> factory.createSocket(host, port));
  }

  @Override
  public SSLSocket createSocket(
      InetAddress address, int port, InetAddress localAddress, int localPort) throws IOException {
    return guarded(factory -> factory.createSocket(address, port, localAddress, localPort));
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return TlsMinimum.suites(
        authority.current().context().getSocketFactory().getDefaultCipherSuites());
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return TlsMinimum.suites(
        authority.current().context().getSocketFactory().getSupportedCipherSuites());
  }
}
