package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.DevCertificate;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MT-14: OpenSSL asks for names, knows some signatures, and resumes as it should not. */
@Tag("deep")
class PeerServerNameIT {

  private static final ServerNames NAMES = new ServerNames();
  private static final String REQUEST = new String(PeerLoop.REQUEST, StandardCharsets.US_ASCII);

  @TempDir Path folder;

  private String client(int port, DevCertificate shown, String options) throws Exception {
    shown.writeTo(folder);
    List<String> command =
        new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port));
    command.addAll(List.of("-cert", folder.resolve("cert.pem").toString()));
    command.addAll(List.of("-cert_chain", folder.resolve("cert.pem").toString()));
    command.addAll(List.of("-key", folder.resolve("key.pem").toString(), "-ign_eof"));
    command.addAll(List.of(options.split(" ")));
    return PeerProgram.run(Map.of(), REQUEST, command.toArray(String[]::new)).text();
  }

  /** By server sockets, or by engines as frameworks drive them. */
  private static BadCertificateContract.Service serve(ServerTls tls, boolean engines)
      throws Exception {
    if (!engines) {
      return new BadCertificateSocketIT().serve(tls);
    }
    return new PeerLoop(
        new java.net.ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
        socket -> {
          try (PeerEngine engine = new PeerEngine(tls.sslContext().createSSLEngine(), socket)) {
            if (engine.read() != null) {
              engine.write(PeerLoop.ANSWER);
            }
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "-servername a.example, ec",
    "-servername a.example -sigalgs ECDSA+SHA256, ec",
    "-servername a.example -sigalgs RSA-PSS+SHA256:RSA+SHA256, rsa",
    "-servername A.EXAMPLE, ec",
    "-servername shop.example, shop",
    "-servername x.shop.example, wild",
    "-servername x.y.shop.example, ec",
    "-servername unknown.example, ec",
    "-noservername, ec",
    "-noservername -sigalgs RSA-PSS+SHA256:RSA+SHA256, rsa"
  })
  void MT14_client_isShownWhatItAskedFor(String options, String expected) throws Exception {
    DevCertificate shown = options.contains("RSA") ? NAMES.rsaClient : NAMES.ecClient;
    for (boolean engines : new boolean[] {false, true}) {
      try (ServerTls tls = NAMES.server().build();
          BadCertificateContract.Service service = serve(tls, engines)) {
        for (String protocol : List.of("-tls1_3", "-tls1_2")) {
          assertThat(client(service.port(), shown, options + " " + protocol))
              .contains("subject=O = \"Bartizan dev CA, for tests only\", CN = " + expected + "\n")
              .contains("200 OK");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void MT14_nameWithoutAFittingKey_isNotServed(String protocol) throws Exception {
    try (ServerTls tls = NAMES.server().build();
        BadCertificateContract.Service service = serve(tls, false)) {
      assertThat(
              client(
                  service.port(),
                  NAMES.rsaClient,
                  "-servername shop.example -sigalgs RSA-PSS+SHA256:RSA+SHA256 " + protocol))
          .contains("alert handshake failure")
          .doesNotContain("BEGIN CERTIFICATE");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void MT14_unknownName_isRefusedWhereConfigured(String protocol) throws Exception {
    for (boolean engines : new boolean[] {false, true}) {
      try (ServerTls tls = NAMES.server().withUnknownServerNamesRefused().build();
          BadCertificateContract.Service service = serve(tls, engines)) {
        for (String name : List.of("unknown.example", "x.y.shop.example")) {
          assertThat(client(service.port(), NAMES.ecClient, "-servername " + name + " " + protocol))
              .as("%s, engines: %s", name, engines)
              .contains("unrecognized name")
              .doesNotContain("BEGIN CERTIFICATE");
        }
        assertThat(client(service.port(), NAMES.ecClient, "-servername shop.example " + protocol))
            .contains("200 OK");
        assertThat(client(service.port(), NAMES.ecClient, "-noservername " + protocol))
            .contains("200 OK");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2", "-tls1_2 -no_ticket"})
  void MT14_sessionOfAnotherName_isNotResumed(String options) throws Exception {
    for (boolean engines : new boolean[] {false, true}) {
      List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
      try (ServerTls tls = NAMES.server().withListener(new MutualTlsTest.Recorder(events)).build();
          BadCertificateContract.Service service = serve(tls, engines)) {
        String[] asked = {"shop.example", "shop.example", "a.example", "x.shop.example"};
        String[] subjects = {"shop", "shop", "ec", "wild"};
        for (int i = 0; i < asked.length; i++) {
          Path session = folder.resolve("session.pem");
          String out =
              client(
                  service.port(),
                  NAMES.ecClient,
                  "-servername "
                      + asked[i]
                      + (Files.exists(session) ? " -sess_in " + session : "")
                      + (i == 0 ? " -sess_out " + session : "")
                      + " "
                      + options);
          assertThat(out)
              .contains("200 OK")
              .contains(i == 1 ? "Reused, TLSv1" : "New, TLSv1")
              .contains("CN = " + subjects[i] + "\n");
        }
        Files.delete(folder.resolve("session.pem"));
        assertThat(events)
            .extracting(HandshakeEvent::resumed)
            .containsExactly(false, true, false, false);
      }
    }
  }
}
