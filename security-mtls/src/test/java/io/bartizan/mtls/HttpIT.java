package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpIT {

  private final TestPki pki = TestPki.SHARED;

  private HttpsServer https(ServerTls tls) throws IOException {
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(tls.sslContext()));
    https.createContext(
        "/who",
        exchange -> {
          String who =
              PeerIdentity.of(((HttpsExchange) exchange).getSSLSession()).spiffeId().orElse("?");
          byte[] body = who.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    https.start();
    return https;
  }

  private static String get(ClientTls tls, int port) throws Exception {
    HttpClient client = HttpClient.newBuilder().sslContext(tls.sslContext()).build();
    URI uri = URI.create("https://localhost:" + port + "/who");
    return client
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void httpClientAndServer_goodPeer_isNamed() throws Exception {
    HttpsServer https = https(pki.serverTls().build());
    try {
      assertThat(get(pki.clientTls().build(), https.getAddress().getPort()))
          .isEqualTo(TestPki.CLIENT_ID);
    } finally {
      https.stop(0);
    }
  }

  @Test
  void httpClient_spiffeOnlyServer_isAcceptedByItsId() throws Exception {
    DevCertificate spiffe = pki.ca.leaf("s").uri("spiffe://test.example/s").forServer().issue();
    HttpsServer https =
        https(
            ServerTls.builder(
                    TestPki.identity(spiffe),
                    TestPki.anchors(pki.ca),
                    PeerPolicy.spiffeId(TestPki.CLIENT_ID))
                .build());
    try {
      int port = https.getAddress().getPort();
      ClientTls right =
          ClientTls.builder(
                  TestPki.identity(pki.client),
                  TestPki.anchors(pki.ca),
                  PeerPolicy.spiffeId("spiffe://test.example/s"))
              .build();
      assertThat(get(right, port)).isEqualTo(TestPki.CLIENT_ID);
      assertThatThrownBy(() -> get(pki.clientTls().build(), port)).isInstanceOf(IOException.class);
    } finally {
      https.stop(0);
    }
  }

  @Test
  void sockets_goodPeers_exchangeBytesAndRefuseStrangers() throws Exception {
    ServerTls server = pki.serverTls().build();
    try (SSLServerSocket listener =
        (SSLServerSocket)
            server
                .sslContext()
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      listener.setWantClientAuth(true);
      Thread echo =
          new Thread(
              () -> {
                for (int i = 0; i < 2; i++) {
                  try (SSLSocket socket = (SSLSocket) listener.accept()) {
                    socket.setNeedClientAuth(false);
                    socket.getOutputStream().write(socket.getInputStream().read() + 1);
                  } catch (IOException e) {
                    // the stranger's
                  }
                }
              });
      echo.start();
      assertThat(roundTrip(pki.clientTls().build(), listener.getLocalPort())).isEqualTo(8);
      DevCertificate other = pki.ca.leaf("x").uri("spiffe://test.example/x").forClient().issue();
      ClientTls stranger =
          ClientTls.builder(
                  TestPki.identity(other), TestPki.anchors(pki.ca), PeerPolicy.requestedHost())
              .build();
      assertThatThrownBy(() -> roundTrip(stranger, listener.getLocalPort()))
          .isInstanceOf(IOException.class);
      echo.join();
    }
  }

  private static int roundTrip(ClientTls tls, int port) throws IOException {
    try (SSLSocket socket =
        (SSLSocket) tls.sslContext().getSocketFactory().createSocket("localhost", port)) {
      socket.getOutputStream().write(7);
      int answer = socket.getInputStream().read();
      if (answer < 0) {
        throw new IOException("closed");
      }
      return answer;
    }
  }
}
