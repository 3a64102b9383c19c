package io.bartizan.mtls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A sample of the bad kinds against {@code SSLServerSocket} and {@code SSLSocket}. */
class BadCertificateSocketIT extends BadCertificateContract {

  @Override
  int step() {
    return 5;
  }

  @Override
  Service serve(ServerTls tls) throws IOException {
    return new PeerLoop(
        tls.sslContext()
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
        socket -> {
          if (socket.getInputStream().read() >= 0) {
            socket.getOutputStream().write(PeerLoop.ANSWER);
          }
        });
  }

  @Override
  String fetch(ClientTls tls, int port) throws IOException {
    try (Socket plain = PeerLoop.connect(port);
        Socket socket =
            tls.sslContext().getSocketFactory().createSocket(plain, PeerCast.DNS, port, true)) {
      socket.getOutputStream().write(PeerLoop.REQUEST);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
