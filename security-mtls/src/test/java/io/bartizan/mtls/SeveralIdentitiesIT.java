package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Refusal;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MT-14: several identities behind server sockets, met by the JDK's client sockets. */
class SeveralIdentitiesIT {

  private final ServerNames names = new ServerNames();
  private final BadCertificateSocketIT sockets = new BadCertificateSocketIT();

  /** The subject of whom a client meets that asks for a name, having got an answer. */
  private static String met(ClientTls client, int port, String name, String protocol)
      throws IOException {
    try (Socket plain = PeerLoop.connect(port);
        SSLSocket socket =
            (SSLSocket)
                client.sslContext().getSocketFactory().createSocket(plain, name, port, true)) {
      socket.setEnabledProtocols(new String[] {protocol});
      socket.getOutputStream().write(PeerLoop.REQUEST);
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .contains("200 OK");
      return PeerIdentity.of(socket.getSession())
          .certificate()
          .getSubjectX500Principal()
          .getName()
          .replaceAll("CN=([a-z0-9]+).*", "$1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void MT14_serverSockets_showTheIdentityOfTheName(String protocol) throws Exception {
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    try (ServerTls server =
            names.server().withListener(new MutualTlsTest.Recorder(events)).build();
        ClientTls client = names.client().build();
        BadCertificateContract.Service service = sockets.serve(server)) {
      for (int round = 0; round < 2; round++) {
        assertThat(met(client, service.port(), "a.example", protocol)).isEqualTo("ec");
        assertThat(met(client, service.port(), "shop.example", protocol)).isEqualTo("shop");
        assertThat(met(client, service.port(), "x.shop.example", protocol)).isEqualTo("wild");
      }
      // Of several sessions the client of JDK 25 offers the latest alone.
      assertThat(events)
          .extracting(HandshakeEvent::resumed)
          .startsWith(false, false, false)
          .contains(true)
          .hasSize(6);
      assertThatThrownBy(() -> met(client, service.port(), "unknown.example", protocol))
          .as("the first identity, which is not of that name")
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void MT14_serverSockets_refuseUnknownNamesWhereConfigured() throws Exception {
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    try (ServerTls server =
            names
                .server()
                .withUnknownServerNamesRefused()
                .withListener(new MutualTlsTest.Recorder(events))
                .build();
        ClientTls client = names.client().build();
        BadCertificateContract.Service service = sockets.serve(server)) {
      assertThat(met(client, service.port(), "shop.example", "TLSv1.3")).isEqualTo("shop");
      assertThatThrownBy(() -> met(client, service.port(), "unknown.example", "TLSv1.3"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("unrecognized_name");
      assertThat(met(client, service.port(), "shop.example", "TLSv1.2")).isEqualTo("shop");
      assertThat(events.get(1).outcome().fold(x -> null, Refusal::reason))
          .isEqualTo(PeerReason.HANDSHAKE_FAILED);
    }
  }
}
