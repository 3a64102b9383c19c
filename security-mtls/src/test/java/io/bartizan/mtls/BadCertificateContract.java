package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.RogueClient;
import io.bartizan.testkit.RogueServer;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every bad kind is refused by both sides of one stack, and refused again when it comes back with
 * what it kept; the good peer is served before, between and after.
 */
abstract class BadCertificateContract {

  private static final PeerCast CAST = PeerCast.SHARED;

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

  /** What this stack adds to a side. */
  <T extends MutualTls> MutualTls.Builder<T> prepared(MutualTls.Builder<T> builder) {
    return builder;
  }

  /** Whether sessions of a protocol are resumed at all. */
  boolean isResuming(String protocol) {
    return true;
  }

  /**
   * One kind in so many is tried. A stack that costs much has a sibling in the deep tier with 1.
   */
  int step() {
    return 1;
  }

  private List<BadCertificate> kinds() {
    BadCertificate[] all = BadCertificate.values();
    return IntStream.range(0, all.length)
        .filter(i -> i % step() == step() / 2)
        .mapToObj(i -> all[i])
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void server_everyBadClient_isNeverServed(String protocol) throws Exception {
    SoftAssertions all = new SoftAssertions();
    try (ServerTls tls = prepared(CAST.server()).build();
        Service service = serve(tls)) {
      RogueClient good = RogueClient.showing(CAST.goodClient, protocol);
      assertThat(good.isServedBy(service.port())).isTrue();
      for (BadCertificate kind : kinds()) {
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
    try (ClientTls tls = prepared(CAST.client(expectedName())).build();
        RogueServer server = RogueServer.showing(CAST.goodServer, protocol)) {
      assertThat(fetch(tls, server.port())).contains("ok");
      for (BadCertificate kind : kinds()) {
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

  /** Kinds whose chain is good, so that a lax policy lets them in and they get a ticket. */
  private List<BadCertificate> kindsOfNames() {
    return kinds().stream().filter(kind -> kind.why().startsWith("A verifier of")).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void server_clientsThatALaxPolicyLetIn_areRefusedWithTheirTickets(String protocol)
      throws Exception {
    Map<BadCertificate, RogueClient> in = new EnumMap<>(BadCertificate.class);
    SoftAssertions all = new SoftAssertions();
    PeerCast.Turn turn = new PeerCast.Turn();
    try (ServerTls tls = prepared(CAST.server(turn)).build();
        Service service = serve(tls)) {
      for (BadCertificate kind : kindsOfNames()) {
        RogueClient rogue = RogueClient.showing(CAST.clients.get(kind), protocol);
        if (rogue.isServedBy(service.port())) {
          in.put(kind, rogue);
          all.assertThat(rogue.isServedBy(service.port())).as("%s again", kind).isTrue();
        }
      }
      assertThat(in).hasSizeGreaterThan(25 / step());
      assertThat(turn.resumed()).isEqualTo(isResuming(protocol) ? in.size() : 0);
      turn.toStrict();
      in.forEach(
          (kind, rogue) -> {
            all.assertThat(rogue.isServedBy(service.port())).as("%s", kind).isFalse();
            all.assertThat(rogue.isServedBy(service.port())).as("%s again", kind).isFalse();
          });
      all.assertThat(turn.reasons(2 * in.size()))
          .hasSize(2 * in.size())
          .containsOnly("policy-mismatch");
      all.assertThat(turn.resumed() >= in.size()).isEqualTo(isResuming(protocol));
      RogueClient good = RogueClient.showing(CAST.goodClient, protocol);
      assertThat(good.isServedBy(service.port())).isTrue();
    }
    all.assertAll();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void client_serversThatALaxPolicyBelieved_areRefusedWithTheirSessions(String protocol)
      throws Exception {
    SoftAssertions all = new SoftAssertions();
    PeerCast.Turn turn = new PeerCast.Turn();
    int believed = 0;
    try (ClientTls tls = prepared(CAST.client(turn)).build();
        RogueServer server = RogueServer.showing(CAST.goodServer, protocol)) {
      for (BadCertificate kind : kindsOfNames()) {
        server.show(CAST.servers.get(kind));
        turn.toLax();
        try {
          assertThat(fetch(tls, server.port())).contains("ok");
        } catch (IOException malformedNames) {
          continue;
        }
        believed++;
        assertThat(fetch(tls, server.port())).contains("ok");
        assertThat(turn.resumed()).as("%s", kind).isEqualTo(isResuming(protocol) ? 1 : 0);
        turn.toStrict();
        for (int i = 0; i < 2; i++) {
          all.assertThatThrownBy(() -> fetch(tls, server.port()))
              .as("%s", kind)
              .isInstanceOf(IOException.class);
        }
        // The JDK's HttpClient may try a request a second time.
        all.assertThat(turn.reasons(2)).hasSizeBetween(2, 4).containsOnly("policy-mismatch");
        all.assertThat(turn.resumed()).as("%s", kind).isEqualTo(isResuming(protocol) ? 1 : 0);
      }
      all.assertThat(server.requests()).isEqualTo(2L * believed);
    }
    assertThat(believed).isGreaterThan(25 / step());
    all.assertAll();
  }

  @Test
  void bothSides_withEachOther_agree() throws Exception {
    try (ServerTls serverTls = prepared(CAST.server()).build();
        ClientTls clientTls = prepared(CAST.client(expectedName())).build();
        Service service = serve(serverTls)) {
      assertThat(fetch(clientTls, service.port())).contains("ok");
      ClientTls stranger =
          ClientTls.builder(
                  Identity.of(CAST.goodClient.privateKey(), CAST.goodClient.chain()),
                  TrustAnchors.of(List.of(CAST.ca.certificate())),
                  PeerPolicy.dns("other.internal"))
              .build();
      assertThatThrownBy(() -> fetch(stranger, service.port())).isInstanceOf(IOException.class);
    }
  }
}
