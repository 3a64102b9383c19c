package io.bartizan.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/**
 * An attacker's HTTPS server: shows any certificate, trusts any client, and counts who talked to
 * it.
 *
 * <p>It listens on the loopback address, serves one connection at a time on a thread of its own,
 * and answers each request with 200. A client under test must fail, and must not have sent a
 * request: {@link #requests()} stays as it was. Thread-safe.
 *
 * <pre>{@code
 * try (RogueServer server = RogueServer.showing(bad.of(BadCertificate.EXPIRED))) {
 *   assertFails(() -> client.get("https://billing.internal:" + server.port()));
 *   assert server.requests() == 0;
 * }
 * }</pre>
 */
public final class RogueServer implements AutoCloseable {

  private static final int TIMEOUT_MILLIS = 10_000;
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
          .getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket listener;
  private final String[] protocols;
  private final Thread thread;
  private final AtomicLong requests = new AtomicLong();
  private volatile SSLContext context;
  private volatile List<X509Certificate> lastClient = List.of();

  private RogueServer(DevCertificate certificate, String[] protocols) {
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.protocols = protocols;
    context = RogueTls.context(certificate);
    thread = new Thread(this::serve, "rogue-server-" + listener.getLocalPort());
    thread.setDaemon(true);
  }

  /**
   * Starts a server that shows this certificate.
   *
   * @param certificate what it shows, and proves with its key
   * @param protocols the versions it accepts, such as {@code TLSv1.2}; none means the JDK's own
   * @return a running server; close it
   */
  public static RogueServer showing(DevCertificate certificate, String... protocols) {
    RogueServer server = new RogueServer(certificate, protocols.clone());
    server.thread.start();
    return server;
  }

  /**
   * Shows another certificate from the next connection on.
   *
   * @param certificate what it shows, and proves with its key
   */
  public void show(DevCertificate certificate) {
    context = RogueTls.context(certificate);
  }

  /**
   * Where it listens.
   *
   * @return the port on the loopback address
   */
  public int port() {
    return listener.getLocalPort();
  }

  /**
   * How many requests reached it: each is a client that was deceived.
   *
   * @return the number since the start
   */
  public long requests() {
    return requests.get();
  }

  /**
   * The chain that the client of the last request showed.
   *
   * @return leaf first; empty if it showed none
   */
  public List<X509Certificate> lastClient() {
    return lastClient;
  }

  /** Stops listening, and waits until its thread has ended. */
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

  private void serve() {
    while (!listener.isClosed()) {
      try (Socket plain = listener.accept()) {
        plain.setSoTimeout(TIMEOUT_MILLIS);
        plain.setTcpNoDelay(true);
        answer(plain);
      } catch (IOException e) {
        // the client refused, as it should, or this server was closed
      }
    }
  }

  private void answer(Socket plain) throws IOException {
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, null, true)) {
      socket.setWantClientAuth(true);
      if (protocols.length > 0) {
        socket.setEnabledProtocols(protocols);
      }
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String line = in.readLine();
      if (line == null) {
        return;
      }
      lastClient = shown(socket);
      requests.incrementAndGet();
      while (line != null && !line.isEmpty()) {
        line = in.readLine();
      }
      OutputStream out = socket.getOutputStream();
      out.write(ANSWER);
      out.flush();
    }
  }

  private static List<X509Certificate> shown(SSLSocket socket) {
    try {
      return Arrays.stream(socket.getSession().getPeerCertificates())
          .map(X509Certificate.class::cast)
          .toList();
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }
}
