package io.bartizan.examples.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.examples.gateway.demonstration.Demonstration;
import io.bartizan.examples.gateway.demonstration.Material;
import io.bartizan.examples.gateway.demonstration.Tokens;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.Identity;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.TrustAnchors;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that no client library would send, over a raw TLS connection of a trusted peer. */
class HostileRequestIT {

  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  @TempDir Path folder;

  private Material material;
  private ClientTls clientTls;
  private Demonstration gateway;

  @BeforeEach
  void start() throws Exception {
    System.setErr(new PrintStream(log, true, UTF_8));
    gateway = Demonstration.in(folder);
    material = gateway.material();
    TrustAnchors anchors = TrustAnchors.pem(material.file("ca.pem"));
    Identity identity = Identity.pem(material.file("client.pem"), material.file("client-key.pem"));
    clientTls = ClientTls.of(identity, anchors, PeerPolicy.requestedHost());
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    clientTls.close();
    System.setErr(realErr);
  }

  @Test
  void header_withControlCharacters_forgesNoLogLineAndGetsNoSecret() throws Exception {
    String answer =
        send(
            "GET /account%0d%0aINFO%20forged?token=secret-token HTTP/1.1",
            "Authorization: Bearer \u001b[2Jforged\u0085\u2028secret-token");
    assertThat(answer).startsWith("HTTP/1.1 401").contains("\"reason\":\"malformed\"");
    assertThat(answer).doesNotContain("secret-token");
    String logged = log.toString(UTF_8);
    assertThat(logged).contains("refused GET /account").doesNotContain("secret-token", "\u001b");
    assertThat(logged.lines().filter(line -> line.startsWith("INFO"))).isEmpty();
  }

  @Test
  void request_withTwoAuthorizations_isRefused() throws Exception {
    String good = new Tokens(material).good();
    String header = "Authorization: Bearer " + good;
    assertThat(send("GET /account HTTP/1.1", header)).startsWith("HTTP/1.1 200");
    assertThat(send("GET /account HTTP/1.1", header + "\r\n" + header))
        .startsWith("HTTP/1.1 401")
        .contains("bearer-token-missing");
  }

  @Test
  void body_tooLarge_isRefused() throws Exception {
    String answer = send("POST /cart HTTP/1.1", "Content-Length: 2000\r\n\r\n" + "x".repeat(2000));
    assertThat(answer).startsWith("HTTP/1.1 413").contains("body-too-large");
  }

  /** Two on one connection: an answer with a body would be read as the next one. */
  @Test
  void head_getsTheFieldsOfGetAndNoBody() throws Exception {
    for (String path : new String[] {"/nothing", "/cart", "/artifacts/tool", "/artifacts/none"}) {
      String method = path.equals("/cart") ? "TRACE" : "GET"; // a cart takes GET and POST alone
      String length = length(send(method + " " + path + " HTTP/1.1", ""));
      String twice =
          send(
              "HEAD "
                  + path
                  + " HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: "
                  + Material.FLOOD_KEY
                  + "\r\n\r\nHEAD "
                  + path
                  + " HTTP/1.1",
              "");
      assertThat(twice.split("HTTP/1.1 ", -1)).as(twice).hasSize(3);
      assertThat(twice).endsWith("\r\n\r\n").doesNotContain("{");
      assertThat(twice.split("\r\n\r\n", -1))
          .allSatisfy(each -> assertThat(each.isEmpty() ? length : length(each)).isEqualTo(length));
    }
  }

  private static String length(String answer) {
    return answer
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
        .findFirst()
        .orElse("no length");
  }

  private String send(String requestLine, String rest) throws Exception {
    try (Socket socket =
        clientTls.sslContext().getSocketFactory().createSocket("localhost", gateway.port())) {
      socket.setSoTimeout(20_000);
      String request =
          requestLine
              + "\r\nHost: localhost\r\nConnection: close\r\nX-Api-Key: "
              + Material.SHOP_KEY
              + "\r\n"
              + rest
              + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }
}
