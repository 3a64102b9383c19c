package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.mtls.ServerTls;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.PeerTrial;
import io.bartizan.tests.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;

/**
 * SSL bundles of {@code bartizan.mtls} in a server of Spring Boot, against bad and denied peers.
 */
abstract class MtlsContract {

  static final String DNS = "localhost";
  static final String SPIFFE = "spiffe://prod.example/cart";

  /** One for all servers: its certificates take seconds to make. */
  private static final PeerTrial TRIAL = PeerTrial.of("shop.internal", SPIFFE);

  final DevCa ca = DevCa.of("Prod");
  @TempDir Path folder;

  /** The application, and with it the server. */
  abstract Web web();

  @Test
  void server_ofABundle_servesTheGoodClientAlone() throws Exception {
    // Jetty compares the requests' host with the server's own certificate.
    write(ca.leaf("web").dns(DNS).forServer().issue(), anchors(TRIAL));
    try (Booted shop = Booted.plain(web(), folder, server("policy: spiffeId(" + SPIFFE + ")"))) {
      assertThat(TRIAL.clientsServedBy(shop.port())).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void resumption_ofAClientThatIsDeniedMeanwhile_isRefused(String version) throws Exception {
    Path policy = Files.writeString(folder.resolve("policy.txt"), "spiffeId(" + SPIFFE + ")");
    refusedAfter(
        version,
        "policy-file: " + policy + "\n    reload: 100ms",
        client -> replace(policy, "spiffeId(" + SPIFFE + "2)"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void resumption_ofAClientThatIsRevokedMeanwhile_isRefused(String version) throws Exception {
    Path list = Files.writeString(folder.resolve("list.crl"), DevCa.pem(ca.crl()));
    refusedAfter(
        version,
        "policy: trustDomain(prod.example)\n    crls: " + list + "\n    reload: 100ms",
        client -> replace(list, DevCa.pem(ca.crl(client.certificate()))));
  }

  /** What an operator does about a client while the service runs. */
  private interface Act {
    void on(DevCertificate client) throws IOException;
  }

  private void refusedAfter(String version, String settings, Act act) throws Exception {
    DevCertificate web = ca.leaf("web").dns(DNS).forServer().issue();
    write(web, web.rootPem());
    try (Booted shop = Booted.plain(web(), folder, server(settings))) {
      DevCertificate denied = FifteenLinesIT.client(ca, SPIFFE);
      SSLContext client = FifteenLinesIT.contextOf(denied);
      SSLContext other = FifteenLinesIT.contextOf(FifteenLinesIT.client(ca, SPIFFE + "2"));
      long first = connect(client, shop.port(), version);
      assertThat(connect(client, shop.port(), version)).as("resumed").isEqualTo(first);

      ServerTls tls = (ServerTls) shop.bean(MtlsBundles.class).get("web");
      long generation = tls.generation();
      act.on(denied);
      Eventually.within(
          Duration.ofSeconds(30), "the new generation", () -> tls.generation() > generation);

      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> connect(client, shop.port(), version))
            .isInstanceOf(IOException.class);
      }
      assertThat(connect(other, shop.port(), version)).isPositive();
    }
  }

  private void replace(Path file, String text) throws IOException {
    Path next = Files.writeString(folder.resolve("next"), text);
    Path unused = Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void limitByPeer_countsEachClientOfTheBundle() throws Exception {
    DevCertificate web = ca.leaf("web").dns(DNS).forServer().issue();
    write(web, web.rootPem());
    String limit = "\nbartizan.limits.calls: {limit: '1 burst, 1/h', key: peer}\n";
    try (Booted shop =
        Booted.plain(web(), folder, server("policy: trustDomain(prod.example)") + limit)) {
      SSLContext cart = FifteenLinesIT.contextOf(FifteenLinesIT.client(ca, SPIFFE));
      SSLContext other = FifteenLinesIT.contextOf(FifteenLinesIT.client(ca, SPIFFE + "2"));
      assertThat(shop.get(cart, "/open").statusCode()).isEqualTo(200);
      assertThat(shop.get(cart, "/open").statusCode()).isEqualTo(429);
      assertThat(shop.get(other, "/open").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void client_ofABundle_acceptsTheServerThatItsPolicyNames() throws Exception {
    DevCertificate both = ca.leaf("web").dns(DNS).uri(SPIFFE).forServer().forClient().issue();
    write(both, both.rootPem());
    String clients =
        "  clients:\n"
            + "   good: {folder: %s, policy: 'dns(localhost)'}\n".formatted(folder)
            + "   wrong: {folder: %s, policy: 'dns(other.internal)'}\n".formatted(folder);
    String yaml =
        "bartizan.mtls:\n  servers:\n   web: {folder: %s, policy: '%s'}\n"
                .formatted(folder, "dns(localhost)")
            + clients
            + "server.ssl.bundle: web\n";
    try (Booted shop = Booted.plain(web(), folder, yaml)) {
      SslBundles bundles = shop.bean(SslBundles.class);
      assertThat(shop.get(bundles.getBundle("good").createSslContext(), "/open").body())
          .isEqualTo("open");
      assertThatThrownBy(() -> shop.get(bundles.getBundle("wrong").createSslContext(), "/open"))
          .isInstanceOf(SSLException.class);
      assertThat(bundles.getBundle("web").getStores().getKeyStore()).isNull();
      assertThat(bundles.getBundle("web").getManagers().createSslContext("TLS"))
          .isSameAs(bundles.getBundle("web").createSslContext());
    }
  }

  @Test
  void bundleOfAClient_asTheServers_failsAtStart() throws Exception {
    DevCertificate web = ca.leaf("web").dns(DNS).forClient().issue();
    write(web, web.rootPem());
    String yaml =
        "bartizan.mtls.clients.web: {folder: %s, policy: requestedHost()}\nserver.ssl.bundle: web\n"
            .formatted(folder);
    assertThatThrownBy(() -> Booted.plain(web(), folder, yaml).close())
        .hasStackTraceContaining("server.ssl.bundle is \"web\"")
        .hasStackTraceContaining("bartizan.mtls.clients");
  }

  /** Which Spring Boot would serve without asking clients for a certificate. */
  @Test
  void bundleOfTheManagementPort_servesTheGoodClientAlone() throws Exception {
    DevCertificate web = ca.leaf("web").dns(DNS).forServer().issue();
    write(web, web.rootPem());
    String yaml =
        server("policy: spiffeId(" + SPIFFE + ")")
            + "management.server: {port: 0, ssl.bundle: web}\n";
    try (Booted shop = Booted.plain(web(), folder, yaml)) {
      String port = shop.bean(Environment.class).getProperty("local.management.port");
      assertThat(health(FifteenLinesIT.contextOf(FifteenLinesIT.client(ca, SPIFFE)), port))
          .isEqualTo(200);
      for (SSLContext stranger :
          List.of(
              FifteenLinesIT.contextOf(null, web.root()),
              FifteenLinesIT.contextOf(FifteenLinesIT.client(ca, SPIFFE + "2")))) {
        assertThatThrownBy(() -> health(stranger, port)).isInstanceOf(IOException.class);
      }
    }
  }

  private static int health(SSLContext client, String port) throws Exception {
    URI uri = URI.create("https://localhost:" + port + "/actuator/health");
    return HttpClient.newBuilder()
        .sslContext(client)
        .build()
        .send(
            HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /** The moment at which the session was made: the same again if it was resumed. */
  private static long connect(SSLContext client, int port, String version) throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            client.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.setEnabledProtocols(new String[] {version});
      OutputStream out = socket.getOutputStream();
      out.write(
          "GET /open HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      String answer = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      if (!answer.startsWith("HTTP/1.1 200")) {
        throw new IOException("not served: " + answer);
      }
      SSLSession session = socket.getSession();
      return session.getCreationTime();
    }
  }

  String server(String rest) {
    return "bartizan.mtls.servers.web:\n    folder: "
        + folder
        + "\n    "
        + rest
        + "\nserver.ssl.bundle: web\n";
  }

  void write(DevCertificate leaf, String anchors) throws IOException {
    Files.writeString(folder.resolve("tls.crt"), leaf.chainPem());
    Files.writeString(folder.resolve("tls.key"), leaf.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), anchors);
  }

  private static String anchors(PeerTrial trial) {
    return trial.roots().stream()
        .map(
            root -> {
              try {
                return io.bartizan.core.Pem.encode("CERTIFICATE", root.getEncoded());
              } catch (java.security.cert.CertificateEncodingException e) {
                throw new AssertionError(e);
              }
            })
        .collect(java.util.stream.Collectors.joining());
  }
}
