package io.bartizan.mtls;

import static io.bartizan.mtls.StartBeforeMaterialTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sockets and the JDK's HTTP before there is material: each ends at once, on both sides. */
@Timeout(60)
class StartBeforeMaterialSocketTest {

  private static final int LONGER_THAN_ANY_HANDSHAKE = 30_000;

  private final TestPki pki = TestPki.SHARED;
  @TempDir Path folder;

  private ServerTls server() {
    TlsLayout files = TlsLayout.docker(folder);
    return ServerTls.builder(
            files.identity(), files.anchors(), PeerPolicy.spiffeId(TestPki.CLIENT_ID))
        .withStartBeforeMaterial()
        .build();
  }

  private ClientTls client() {
    TlsLayout files = TlsLayout.docker(folder);
    return ClientTls.builder(files.identity(), files.anchors(), PeerPolicy.requestedHost())
        .withStartBeforeMaterial()
        .build();
  }

  @Test
  void clientSocket_beforeTheMaterial_refusesAndTheServerSeesTheEnd() throws Exception {
    try (ClientTls client = client();
        ServerSocket plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      for (int way = 0; way < 3; way++) {
        SSLSocket socket =
            (SSLSocket)
                client
                    .sslContext()
                    .getSocketFactory()
                    .createSocket(plain.getInetAddress(), plain.getLocalPort());
        try (Socket peer = plain.accept()) {
          peer.setSoTimeout(LONGER_THAN_ANY_HANDSHAKE);
          assertRefused(catchThrowable(firstCall(way, socket)));
          assertThat(peer.getInputStream().readAllBytes()).hasSizeLessThan(64);
        }
        assertThat(socket.isClosed()).isTrue();
      }
    }
  }

  private static org.assertj.core.api.ThrowableAssert.ThrowingCallable firstCall(
      int way, SSLSocket socket) {
    return switch (way) {
      case 0 -> socket::startHandshake;
      case 1 -> () -> socket.getOutputStream().write(1);
      default -> () -> socket.getInputStream().read();
    };
  }

  @Test
  void serverSocket_openedBeforeTheMaterial_refusesThenServes() throws Exception {
    try (ServerTls server = server();
        ClientTls client = pki.clientTls().build();
        ServerSocket listening =
            server
                .sslContext()
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Throwable> refused =
          CompletableFuture.supplyAsync(() -> catchThrowable(() -> answer(listening)));
      assertThatThrownBy(() -> ask(client, listening.getLocalPort()))
          .isInstanceOf(IOException.class);
      assertRefused(refused.get(40, TimeUnit.SECONDS));

      pki.server.writeTo(folder);
      assertThat(server.reload()).isTrue();
      CompletableFuture<Throwable> served =
          CompletableFuture.supplyAsync(() -> catchThrowable(() -> answer(listening)));
      assertThat(ask(client, listening.getLocalPort())).isEqualTo(7);
      assertThat(served.get(40, TimeUnit.SECONDS)).isNull();
    }
  }

  private static void answer(ServerSocket listening) throws IOException {
    try (Socket socket = listening.accept()) {
      socket.setSoTimeout(LONGER_THAN_ANY_HANDSHAKE);
      socket.getOutputStream().write(socket.getInputStream().read());
    }
  }

  private static int ask(ClientTls client, int port) throws IOException {
    try (Socket socket = client.sslContext().getSocketFactory().createSocket("localhost", port)) {
      socket.setSoTimeout(LONGER_THAN_ANY_HANDSHAKE);
      socket.getOutputStream().write(7);
      return socket.getInputStream().read();
    }
  }

  @Test
  void http_beforeTheMaterialOfEitherSide_failsAtOnceAndIsServedAfterIt() throws Exception {
    ServerTls server = server();
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(server.sslContext()));
    https.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    https.start();
    try (server;
        ClientTls good = pki.clientTls().build();
        ClientTls late = client()) {
      HttpClient known = HttpClient.newBuilder().sslContext(good.sslContext()).build();
      HttpClient unknown = HttpClient.newBuilder().sslContext(late.sslContext()).build();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://localhost:" + https.getAddress().getPort()))
              .timeout(Duration.ofMillis(LONGER_THAN_ANY_HANDSHAKE))
              .build();
      assertThatThrownBy(() -> known.send(request, BodyHandlers.ofString()))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(java.net.http.HttpTimeoutException.class);
      assertThatThrownBy(() -> unknown.send(request, BodyHandlers.ofString()))
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("no usable key, certificate and trust anchors yet");
      pki.server.writeTo(folder);
      assertThat(server.reload()).isTrue();
      assertThat(known.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
      pki.client.writeTo(folder);
      assertThat(late.reload()).isTrue();
      assertThat(unknown.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
    } finally {
      https.stop(0);
    }
  }
}
