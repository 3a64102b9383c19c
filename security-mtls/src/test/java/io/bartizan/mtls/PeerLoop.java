package io.bartizan.mtls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Accepts one connection after another on a thread of its own until it is closed. */
final class PeerLoop implements BadCertificateContract.Service {

  static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);
  static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
          .getBytes(StandardCharsets.US_ASCII);
  private static final int TIMEOUT_MILLIS = 10_000;

  private final ServerSocket listener;
  private final Thread thread;

  /** What is done with an accepted connection. */
  @FunctionalInterface
  interface Talk {
    void with(Socket socket) throws IOException;
  }

  PeerLoop(ServerSocket listener, Talk talk) {
    this.listener = listener;
    thread =
        new Thread(
            () -> {
              while (!listener.isClosed()) {
                try (Socket socket = listener.accept()) {
                  socket.setSoTimeout(TIMEOUT_MILLIS);
                  socket.setTcpNoDelay(true);
                  talk.with(socket);
                } catch (IOException e) {
                  // refused, or closed
                }
              }
            },
            "peer-loop");
    thread.setDaemon(true);
    thread.start();
  }

  /** A plain connection to the loopback address. */
  static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    return socket;
  }

  @Override
  public int port() {
    return listener.getLocalPort();
  }

  @Override
  public void close() {
    try {
      listener.close();
      thread.join(TIMEOUT_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
