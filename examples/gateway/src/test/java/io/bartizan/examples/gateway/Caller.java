package io.bartizan.examples.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.TrustAnchors;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLSocket;

/** A client with a certificate that makes a connection for each request. */
final class Caller implements AutoCloseable {

  private final ClientTls tls;

  /** With NAME.pem and NAME-key.pem of a folder, whose ca.pem it trusts. */
  Caller(Path folder, String name) {
    tls =
        ClientTls.of(
            Identity.pem(folder.resolve(name + ".pem"), folder.resolve(name + "-key.pem")),
            TrustAnchors.pem(folder.resolve("ca.pem")),
            PeerPolicy.requestedHost());
  }

  SSLSocket connect(int port) throws IOException {
    SSLSocket socket =
        (SSLSocket) tls.sslContext().getSocketFactory().createSocket("localhost", port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** The server's certificate. */
  X509Certificate server(int port) throws IOException {
    try (SSLSocket socket = connect(port)) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  /** The answer, status line and all; empty if TLS refused the connection. */
  String send(int port, String requestLine, String... headers) throws IOException {
    try (SSLSocket socket = connect(port)) {
      String request =
          requestLine
              + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
              + String.join("\r\n", headers)
              + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  @Override
  public void close() {
    tls.close();
  }
}
