package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.DevKeyType;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenSSL at the other end: what it may speak, what it may not, and whom it may show. */
@Tag("deep")
class PeerOpensslIT {

  private static final PeerCast CAST = PeerCast.SHARED;
  private static final DevCa RSA = DevCa.builder("RSA Root").withKeys(DevKeyType.RSA_2048).build();
  private static final DevCertificate RSA_LEAF = RSA.leaf("peer").dns(PeerCast.DNS).issue();
  private static final String REQUEST = new String(PeerLoop.REQUEST, StandardCharsets.US_ASCII);

  private final BadCertificateSocketIT sockets = new BadCertificateSocketIT();
  @TempDir Path folder;

  private static MutualTls.Builder<ServerTls> rsaServer() {
    return ServerTls.builder(
        Identity.of(RSA_LEAF.privateKey(), RSA_LEAF.chain()),
        TrustAnchors.of(List.of(RSA.certificate())),
        PeerPolicy.dns(PeerCast.DNS));
  }

  private static MutualTls.Builder<ClientTls> rsaClient() {
    return ClientTls.builder(
        Identity.of(RSA_LEAF.privateKey(), RSA_LEAF.chain()),
        TrustAnchors.of(List.of(RSA.certificate())),
        PeerPolicy.requestedHost());
  }

  private List<String> command(int port, String... options) {
    List<String> command =
        new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port));
    command.addAll(List.of("-cert", folder.resolve("cert.pem").toString()));
    command.addAll(List.of("-cert_chain", folder.resolve("cert.pem").toString()));
    command.addAll(List.of("-key", folder.resolve("key.pem").toString()));
    command.addAll(List.of(options));
    return command;
  }

  private String client(int port, DevCertificate shown, String options) throws Exception {
    shown.writeTo(folder);
    List<String> command = command(port, options.split(" "));
    command.add("-ign_eof");
    return PeerProgram.run(Map.of(), REQUEST, command.toArray(String[]::new)).text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-tls1_3",
        "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256",
        "-tls1_2",
        "-tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384"
      })
  void client_withinTheFloor_isServed(String options) throws Exception {
    try (ServerTls tls = rsaServer().build();
        BadCertificateContract.Service service = sockets.serve(tls)) {
      assertThat(client(service.port(), RSA_LEAF, options)).contains("200 OK");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-tls1 -cipher ALL@SECLEVEL=0",
        "-tls1_1 -cipher ALL@SECLEVEL=0",
        "-tls1_2 -cipher AES256-GCM-SHA384",
        "-tls1_2 -cipher ECDHE-RSA-AES256-SHA384",
        "-tls1_2 -cipher ECDHE-RSA-AES128-SHA",
        "-tls1_2 -cipher AES128-SHA",
        "-tls1_2 -cipher ECDHE-RSA-NULL-SHA:@SECLEVEL=0",
        "-tls1_2 -cipher DHE-RSA-AES256-GCM-SHA384"
      })
  void client_belowTheFloor_isNotServed(String options) throws Exception {
    try (ServerTls tls = rsaServer().build();
        BadCertificateContract.Service service = sockets.serve(tls)) {
      assertThat(client(service.port(), RSA_LEAF, options))
          .doesNotContain("200 OK")
          .contains("alert");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "R\n"})
  void client_thatRenegotiates_isCutOff(String command) throws Exception {
    RSA_LEAF.writeTo(folder);
    try (ServerTls tls = rsaServer().build();
        BadCertificateContract.Service service = sockets.serve(tls);
        PeerProgram client =
            PeerProgram.start(
                Map.of(), command(service.port(), "-tls1_2", "-brief").toArray(String[]::new))) {
      assertThat(client.line("Peer certificate")).contains("CN = peer");
      if (command.isEmpty()) {
        client.type(REQUEST);
        assertThat(client.line("HTTP/1.1")).contains("200 OK");
      } else {
        client.type(command);
        assertThat(client.line("RENEGOTIATING")).isNotNull();
        client.type(REQUEST);
        assertThat(client.end().text()).doesNotContain("200 OK");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BadCertificate.class,
      names = {"EXPIRED", "OTHER_ROOT_SAME_NAME", "COMMON_NAME_ONLY", "TWO_SPIFFE_IDS"})
  void client_withABadCertificate_isNotServed(BadCertificate kind) throws Exception {
    try (ServerTls tls = CAST.server().build();
        BadCertificateContract.Service service = sockets.serve(tls)) {
      assertThat(client(service.port(), CAST.goodClient, "-tls1_3")).contains("200 OK");
      assertThat(client(service.port(), CAST.clients.get(kind), "-tls1_3"))
          .contains("BEGIN CERTIFICATE")
          .doesNotContain("200 OK");
    }
  }

  private PeerProgram server(DevCertificate shown, String options) throws IOException {
    shown.writeTo(folder);
    return PeerProgram.start(Map.of(), serverCommand(options).toArray(String[]::new));
  }

  private List<String> serverCommand(String options) {
    List<String> command =
        new ArrayList<>(List.of("openssl", "s_server", "-accept", "127.0.0.1:0", "-www"));
    command.addAll(List.of("-cert", folder.resolve("cert.pem").toString()));
    command.addAll(List.of("-cert_chain", folder.resolve("cert.pem").toString()));
    command.addAll(List.of("-key", folder.resolve("key.pem").toString()));
    command.addAll(List.of("-CAfile", folder.resolve("ca.pem").toString(), "-Verify", "3"));
    command.addAll(List.of(options.split(" ")));
    return command;
  }

  private static int port(PeerProgram server) throws IOException {
    String line = server.line("ACCEPT");
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).trim());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2", "-tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305"})
  void server_withinTheFloor_isAsked(String options) throws Exception {
    try (PeerProgram server = server(RSA_LEAF, options);
        ClientTls tls = rsaClient().build()) {
      assertThat(sockets.fetch(tls, port(server))).contains("200 ok");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-tls1_1 -cipher ALL@SECLEVEL=0",
        "-tls1_2 -cipher AES256-GCM-SHA384",
        "-tls1_2 -cipher ECDHE-RSA-AES256-SHA384",
        "-tls1_2 -cipher ECDHE-RSA-AES128-SHA",
        "-tls1 -cipher ALL@SECLEVEL=0",
        "-tls1_2 -cipher ECDHE-RSA-NULL-SHA:@SECLEVEL=0",
        "-tls1_2 -cipher DHE-RSA-AES256-GCM-SHA384"
      })
  void server_belowTheFloor_isRefused(String options) throws Exception {
    try (PeerProgram server = server(RSA_LEAF, options);
        ClientTls tls = rsaClient().build()) {
      int port = port(server);
      assertThatThrownBy(() -> sockets.fetch(tls, port)).isInstanceOf(IOException.class);
    }
  }

  /**
   * Without {@code R} the server's own line arrives, so it is the renegotiation that is refused.
   */
  @ParameterizedTest
  @ValueSource(strings = {"", "R\n"})
  void server_thatRenegotiates_isCutOff(String command) throws Exception {
    RSA_LEAF.writeTo(folder);
    List<String> line = serverCommand("-tls1_2");
    line.remove("-www");
    try (PeerProgram server = PeerProgram.start(Map.of(), line.toArray(String[]::new));
        ClientTls tls = rsaClient().build();
        Socket plain = PeerLoop.connect(port(server));
        Socket socket =
            tls.sslContext()
                .getSocketFactory()
                .createSocket(plain, PeerCast.DNS, plain.getPort(), true)) {
      socket.getOutputStream().write(PeerLoop.REQUEST);
      assertThat(server.line("GET /")).isNotNull();
      server.type(command);
      server.type("answer\n");
      if (command.isEmpty()) {
        assertThat(socket.getInputStream().read()).isEqualTo('a');
      } else {
        assertThatThrownBy(() -> socket.getInputStream().readAllBytes())
            .isInstanceOf(IOException.class);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BadCertificate.class,
      names = {"EXPIRED", "OTHER_ROOT_SAME_NAME", "COMMON_NAME_ONLY", "TWO_SPIFFE_IDS"})
  void server_withABadCertificate_isRefused(BadCertificate kind) throws Exception {
    try (PeerProgram server = server(CAST.servers.get(kind), "-tls1_3");
        ClientTls tls = CAST.client(PeerPolicy.requestedHost()).build()) {
      int port = port(server);
      assertThatThrownBy(() -> sockets.fetch(tls, port))
          .hasRootCauseInstanceOf(PeerRejectedException.class);
    }
  }
}
