package io.bartizan.examples.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.examples.gateway.demonstration.Demonstration;
import io.bartizan.examples.gateway.demonstration.Material;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.TrustAnchors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that say nothing, or a byte so that a handshake waits for each of them. */
@Timeout(120)
class SilentConnectionsIT {

  private final List<Socket> silent = new ArrayList<>();

  @TempDir Path folder;

  private ClientTls clientTls;
  private Demonstration gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = Demonstration.in(folder);
    Material material = gateway.material();
    TrustAnchors anchors = TrustAnchors.pem(material.file("ca.pem"));
    Identity identity = Identity.pem(material.file("client.pem"), material.file("client-key.pem"));
    clientTls = ClientTls.of(identity, anchors, PeerPolicy.requestedHost());
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : silent) {
      socket.close();
    }
    gateway.close();
    clientTls.close();
  }

  @Test
  void good_besideManySilentOnes_isAnswered() throws Exception {
    for (int i = 0; i < ServerLimits.CONNECTIONS - 8; i++) {
      silent.add(silentConnection());
    }
    assertThat(request()).startsWith("HTTP/1.1 404");
  }

  /** The JDK closes those that began a request after 10 seconds, the others within 20. */
  @Test
  @Tag("deep")
  void good_whenEveryPlaceIsTaken_isAnsweredOnceTheSilentOnesAreClosed() throws Exception {
    for (int i = 0; i < ServerLimits.CONNECTIONS; i++) {
      silent.add(i % 2 == 0 ? silentConnection() : connection());
    }
    String answer = "";
    for (int tries = 0; !answer.startsWith("HTTP/1.1 404") && tries < 900; tries++) {
      try {
        answer = request();
      } catch (IOException full) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    assertThat(answer).startsWith("HTTP/1.1 404");
    for (Socket one : silent) {
      one.setSoTimeout(60_000);
      assertThat(lastWords(one)).isLessThan(64); // an alert perhaps, and the end
    }
  }

  /** Reads to the end, which a connection that stays open has not; a reset is an end too. */
  private static int lastWords(Socket socket) throws IOException {
    try {
      return socket.getInputStream().readAllBytes().length;
    } catch (SocketException reset) {
      return 0;
    }
  }

  private Socket connection() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), gateway.port());
  }

  private Socket silentConnection() throws IOException {
    Socket socket = connection();
    socket.getOutputStream().write(0x16); // a TLS record begins, and never goes on
    return socket;
  }

  private String request() throws IOException {
    try (Socket socket =
        clientTls.sslContext().getSocketFactory().createSocket("localhost", gateway.port())) {
      socket.setSoTimeout(60_000);
      String request =
          "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Api-Key: "
              + Material.SHOP_KEY
              + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
