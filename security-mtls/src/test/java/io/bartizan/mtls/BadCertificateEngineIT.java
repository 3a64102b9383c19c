package io.bartizan.mtls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Tag;

/** The bad kinds against {@code SSLEngine}. */
@Tag("deep")
class BadCertificateEngineIT extends BadCertificateContract {

  @Override
  Service serve(ServerTls tls) throws IOException {
    return new PeerLoop(
        new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
        socket -> {
          SSLEngine engine = tls.sslContext().createSSLEngine();
          engine.setUseClientMode(false);
          try (PeerEngine stream = new PeerEngine(engine, socket)) {
            if (stream.read() != null) {
              stream.write(PeerLoop.ANSWER);
            }
          }
        });
  }

  @Override
  String fetch(ClientTls tls, int port) throws IOException {
    Socket socket = PeerLoop.connect(port);
    SSLEngine engine = tls.sslContext().createSSLEngine(PeerCast.DNS, port);
    engine.setUseClientMode(true);
    try (PeerEngine stream = new PeerEngine(engine, socket)) {
      stream.write(PeerLoop.REQUEST);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (byte[] some = stream.read(); some != null; some = stream.read()) {
        all.writeBytes(some);
      }
      return all.toString(StandardCharsets.US_ASCII);
    }
  }
}
