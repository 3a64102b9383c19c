package io.bartizan.examples.admission;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.ServerTls;
import io.bartizan.mtls.TrustAnchors;
import io.bartizan.ratelimit.Limit;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The cluster's certificates, and its API server as a client of the webhook. */
final class ApiServer implements AutoCloseable {

  private final Path folder;
  private final ServerTls serverTls;
  private final ClientTls tls;
  private final ClientTls strangerTls;
  private final HttpClient client;
  private final HttpClient stranger;
  private final HttpClient withoutCertificate;

  ApiServer(Path folder) throws Exception {
    this.folder = folder;
    DevCa ca = DevCa.of("cluster");
    ca.writeCertificate(folder.resolve("ca.pem"));
    write("server", ca.leaf("webhook").dns("localhost").ip("127.0.0.1").forServer().issue());
    write("client", ca.leaf("apiserver").dns("apiserver").forClient().issue());
    write("stranger", ca.leaf("node").dns("node-1").forClient().issue());
    TrustAnchors anchors = TrustAnchors.pem(folder.resolve("ca.pem"));
    serverTls = ServerTls.of(identity("server"), anchors, PeerPolicy.dns("apiserver"));
    tls = ClientTls.of(identity("client"), anchors, PeerPolicy.requestedHost());
    strangerTls = ClientTls.of(identity("stranger"), anchors, PeerPolicy.requestedHost());
    client = client(tls);
    stranger = client(strangerTls);
    TrustManagerFactory roots =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    roots.init(ca.trustStore());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, roots.getTrustManagers(), null);
    withoutCertificate = HttpClient.newBuilder().sslContext(context).build();
  }

  private void write(String name, DevCertificate certificate) throws IOException {
    Files.writeString(folder.resolve(name + ".pem"), certificate.chainPem());
    Files.writeString(folder.resolve(name + "-key.pem"), certificate.privateKeyPem());
  }

  private Identity identity(String name) {
    return Identity.pem(folder.resolve(name + ".pem"), folder.resolve(name + "-key.pem"));
  }

  private static HttpClient client(ClientTls tls) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(tls.sslContext())
        .sslParameters(tls.sslParameters())
        .build();
  }

  Webhook serve(Limit limit, ImageGate gate) throws IOException {
    return Webhook.start(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), serverTls, limit, gate);
  }

  HttpResponse<String> post(int port, byte[] body) throws Exception {
    return send(client, port, "application/json", body);
  }

  HttpResponse<String> postText(int port, String body) throws Exception {
    return send(client, port, "text/plain", body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  HttpResponse<String> postAsStranger(int port, byte[] body) throws Exception {
    return send(stranger, port, "application/json", body);
  }

  HttpResponse<String> postWithoutCertificate(int port, byte[] body) throws Exception {
    return send(withoutCertificate, port, "application/json", body);
  }

  /** Sends all but the last byte of a review, and the last one when told. */
  SlowReview postSlowly(int port, byte[] body) throws IOException {
    Socket socket = tls.sslContext().getSocketFactory().createSocket("localhost", port);
    socket.setSoTimeout(60_000);
    String head =
        "POST /review HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(US_ASCII));
    socket.getOutputStream().write(body, 0, body.length - 1);
    socket.getOutputStream().flush();
    return new SlowReview(socket, body[body.length - 1]);
  }

  /** A review that is not yet sent whole. */
  record SlowReview(Socket socket, byte last) {

    /** Sends the rest; gives the status line of the answer. */
    String finish() throws IOException {
      try (socket) {
        socket.getOutputStream().write(last);
        socket.getOutputStream().flush();
        return new String(socket.getInputStream().readAllBytes(), US_ASCII)
            .lines()
            .findFirst()
            .orElse("");
      }
    }
  }

  HttpResponse<String> get(int port) throws Exception {
    return client.send(request(port).GET().build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> send(HttpClient by, int port, String type, byte[] body)
      throws Exception {
    return by.send(
        request(port).header("Content-Type", type).POST(BodyPublishers.ofByteArray(body)).build(),
        BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(int port) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/review?timeout=10s"))
        .timeout(Duration.ofSeconds(60));
  }

  @Override
  public void close() {
    tls.close();
    strangerTls.close();
    serverTls.close();
  }
}
