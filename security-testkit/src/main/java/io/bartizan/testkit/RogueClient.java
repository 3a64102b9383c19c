package io.bartizan.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * An attacker's HTTPS client: shows any certificate, trusts any server, and reports whether it was
 * served.
 *
 * <p>It connects to the loopback address only. Sessions are kept, so that a second call tries to
 * resume the first one. Thread-safe.
 *
 * <pre>{@code
 * boolean in = RogueClient.showing(bad.of(BadCertificate.EXPIRED)).isServedBy(server.getPort());
 * }</pre>
 */
public final class RogueClient {

  private static final int TIMEOUT_MILLIS = 10_000;

  private final SSLContext context;
  private final String[] protocols;

  private RogueClient(SSLContext context, String[] protocols) {
    this.context = context;
    this.protocols = protocols;
  }

  /**
   * A client that shows this certificate, also where the server asked for another issuer.
   *
   * @param certificate what it shows, and proves with its key
   * @param protocols the versions it offers, such as {@code TLSv1.2}; none means the JDK's own
   * @return a client
   */
  public static RogueClient showing(DevCertificate certificate, String... protocols) {
    return new RogueClient(RogueTls.context(certificate), protocols.clone());
  }

  /**
   * Asks for {@code /} over HTTP/1.1.
   *
   * <p>With TLS 1.3 a client's handshake ends before the server has looked at its certificate, so
   * only bytes of an answer count. A server that goes silent is taken for a refusal after 10
   * seconds.
   *
   * @param port a port on the loopback address
   * @return whether the server answered with application data, however the connection ended then
   */
  public boolean isServedBy(int port) {
    boolean served = false;
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      plain.setSoTimeout(TIMEOUT_MILLIS);
      plain.setTcpNoDelay(true);
      try (SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, true)) {
        if (protocols.length > 0) {
          socket.setEnabledProtocols(protocols);
        }
        socket
            .getOutputStream()
            .write(
                "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        served = in.read() >= 0;
        in.readAllBytes();
      }
    } catch (IOException e) {
      return served; // who closes afterwards has answered all the same
    }
    return served;
  }
}
