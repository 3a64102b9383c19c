package io.bartizan.mtls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import org.jspecify.annotations.Nullable;

/** Makes listening sockets that follow the generations. */
final class GuardedServerSocketFactory extends SSLServerSocketFactory {

  private static final int BACKLOG = 50;

  private final Generations generations;
  private final GuardedSocketFactory sockets;

  GuardedServerSocketFactory(Generations generations, GuardedSocketFactory sockets) {
    this.generations = generations;
    this.sockets = sockets;
  }

  @Override
  public ServerSocket createServerSocket() throws IOException {
    return new GuardedServerSocket(generations, sockets);
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
