package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.RogueClient;
import io.bartizan.testkit.RogueServer;
import java.io.IOException;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every bad kind is refused by both sides of one stack, and refused again when it comes back with
 * what it kept; the good peer is served before, between and after.
 */
abstract class BadCertificateContract {

  private static final PeerCast CAST = new PeerCast();

  /** A running server that answers HTTP on the loopback address. */
  interface Service extends AutoCloseable {
    int port();

    @Override
    void close() throws IOException;
  }

  /** Serves with this stack. */
  abstract Service serve(ServerTls tls) throws Exception;

  /** Asks the loopback address for {@code /} as the host {@link PeerCast#DNS}. */
  abstract String fetch(ClientTls tls, int port) throws Exception;

  /** What the client expects of names; stacks that must resolve a host name it in the policy. */
  PeerPolicy expectedName() {
    return PeerPolicy.requestedHost();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void server_everyBadClient_isNeverServed(String protocol) throws Exception {
    SoftAssertions all = new SoftAssertions();
    try (ServerTls tls = CAST.server().build();
        Service service = serve(tls)) {
      RogueClient good = RogueClient.showing(CAST.goodClient, protocol);
      assertThat(good.isServedBy(service.port())).isTrue();
      for (BadCertificate kind : BadCertificate.values()) {
        RogueClient rogue = RogueClient.showing(CAST.clients.get(kind), protocol);
        all.assertThat(rogue.isServedBy(service.port())).as("%s", kind).isFalse();
        all.assertThat(rogue.isServedBy(service.port())).as("%s again", kind).isFalse();
      }
      assertThat(good.isServedBy(service.port())).isTrue();
    }
    all.assertAll();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void client_everyBadServer_getsNoRequest(String protocol) throws Exception {
    SoftAssertions all = new SoftAssertions();
    try (ClientTls tls = CAST.client(expectedName()).build();
        RogueServer server = RogueServer.showing(CAST.goodServer, protocol)) {
      assertThat(fetch(tls, server.port())).contains("ok");
      for (BadCertificate kind : BadCertificate.values()) {
        server.show(CAST.servers.get(kind));
        for (String time : new String[] {"", " again"}) {
          all.assertThatThrownBy(() -> fetch(tls, server.port()))
              .as("%s%s", kind, time)
              .isInstanceOf(IOException.class);
        }
      }
      all.assertThat(server.requests()).isEqualTo(1);
      server.show(CAST.goodServer);
      assertThat(fetch(tls, server.port())).contains("ok");
    }
    all.assertAll();
  }

  @Test
  void bothSides_withEachOther_agree() throws Exception {
    try (ServerTls serverTls = CAST.server().build();
        ClientTls clientTls = CAST.client(expectedName()).build();
        Service service = serve(serverTls)) {
      assertThat(fetch(clientTls, service.port())).contains("ok");
      ClientTls stranger =
          MutualTls.client(
                  Identity.of(CAST.goodClient.privateKey(), CAST.goodClient.chain()),
                  TrustAnchors.of(List.of(CAST.ca.certificate())),
                  PeerPolicy.dns("other.internal"))
              .build();
      assertThatThrownBy(() -> fetch(stranger, service.port())).isInstanceOf(IOException.class);
    }
  }
}
