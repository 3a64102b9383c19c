package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Refusal;
import io.bartizan.mtls.x509.SubjectNames;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.testkit.RogueClient;
import io.bartizan.testkit.RogueServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A peer that was good and went bad does not come back with the session it kept. */
@Tag("deep")
class BadCertificateResumptionIT {

  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualInstantSource clock =
      new ManualInstantSource(Instant.now().truncatedTo(ChronoUnit.SECONDS));
  private final DevCa ownCa = DevCa.builder("Own Root").withClock(clock).build();
  private final AtomicReference<String> anchors = new AtomicReference<>();
  private final Queue<HandshakeEvent> events = new ConcurrentLinkedQueue<>();
  private final TlsListener listener =
      new TlsListener() {
        @Override
        public void decided(HandshakeEvent event) {
          events.add(event);
        }
      };
  private final BadCertificateSocketIT sockets = new BadCertificateSocketIT();
  private final BadCertificateEngineIT engines = new BadCertificateEngineIT();
  private final BadCertificateHttpIT https = new BadCertificateHttpIT();
  private DevCa issuer = ownCa;
  @TempDir Path lists;

  /** What ends after an hour, or that root or trust is taken away. */
  enum Turn {
    LEAF_EXPIRES,
    INTERMEDIATE_EXPIRES,
    ROOT_EXPIRES,
    ROOT_REMOVED,
    /** Put on the list of its issuer. */
    REVOKED,
    /** Put on the deny-list. */
    DENIED
  }

  private DevCertificate peer(Turn turn) throws IOException {
    var root = DevCa.builder("Peer Root").withClock(clock);
    DevCa top = (turn == Turn.ROOT_EXPIRES ? root.withLifetime(HOUR) : root).build();
    var issuing = DevCa.builder("Issuing").withIssuer(top);
    DevCa middle =
        (turn == Turn.INTERMEDIATE_EXPIRES ? issuing.withLifetime(HOUR) : issuing).build();
    var leaf = middle.leaf("peer").dns(PeerCast.DNS);
    anchors.set(top.certificatePem());
    issuer = middle;
    Files.writeString(lists.resolve("top.crl"), DevCa.pem(top.crl()));
    Files.writeString(lists.resolve("issuing.crl"), DevCa.pem(middle.crl()));
    Files.writeString(lists.resolve("denied.txt"), "");
    return (turn == Turn.LEAF_EXPIRES ? leaf.withLifetime(HOUR) : leaf).issue();
  }

  private Revocation revocation() {
    return Revocation.crls(lists).withDenyList(lists.resolve("denied.txt"));
  }

  private void turn(Turn turn, DevCertificate peer, MutualTls tls) throws IOException {
    switch (turn) {
      case ROOT_REMOVED -> anchors.set(ownCa.certificatePem());
      case REVOKED ->
          Files.writeString(
              lists.resolve("issuing.crl"), DevCa.pem(issuer.crl(peer.certificate())));
      case DENIED ->
          Files.writeString(lists.resolve("denied.txt"), SubjectNames.spkiPin(peer.certificate()));
      default -> {
        clock.advance(HOUR.plusSeconds(1));
        return;
      }
    }
    assertThat(tls.reload()).isTrue();
  }

  private Identity own() {
    DevCertificate leaf = ownCa.leaf("own").dns(PeerCast.DNS).issue();
    return Identity.of(leaf.privateKey(), leaf.chain());
  }

  @ParameterizedTest
  @CsvSource({
    "LEAF_EXPIRES, TLSv1.3", "LEAF_EXPIRES, TLSv1.2",
    "INTERMEDIATE_EXPIRES, TLSv1.3", "INTERMEDIATE_EXPIRES, TLSv1.2",
    "ROOT_EXPIRES, TLSv1.3", "ROOT_EXPIRES, TLSv1.2",
    "ROOT_REMOVED, TLSv1.3", "ROOT_REMOVED, TLSv1.2",
    "REVOKED, TLSv1.3", "REVOKED, TLSv1.2",
    "DENIED, TLSv1.3", "DENIED, TLSv1.2"
  })
  void server_clientThatWentBad_isRefusedWithItsTicket(Turn turn, String protocol)
      throws Exception {
    for (BadCertificateContract stack : List.of(sockets, engines, https)) {
      DevCertificate peer = peer(turn);
      try (ServerTls tls =
              ServerTls.builder(
                      own(), TrustAnchors.pemText(anchors::get), PeerPolicy.dns(PeerCast.DNS))
                  .withClock(clock)
                  .withRevocation(revocation())
                  .withListener(listener)
                  .build();
          BadCertificateContract.Service service = stack.serve(tls)) {
        RogueClient client = RogueClient.showing(peer, protocol);
        assertThat(client.isServedBy(service.port())).isTrue();
        assertThat(client.isServedBy(service.port())).isTrue();
        assertResumed();
        turn(turn, peer, tls);
        assertThat(client.isServedBy(service.port())).isFalse();
        assertThat(client.isServedBy(service.port())).isFalse();
        assertRefused(turn);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LEAF_EXPIRES, TLSv1.3", "LEAF_EXPIRES, TLSv1.2",
    "INTERMEDIATE_EXPIRES, TLSv1.3", "INTERMEDIATE_EXPIRES, TLSv1.2",
    "ROOT_EXPIRES, TLSv1.3", "ROOT_EXPIRES, TLSv1.2",
    "ROOT_REMOVED, TLSv1.3", "ROOT_REMOVED, TLSv1.2",
    "REVOKED, TLSv1.3", "REVOKED, TLSv1.2",
    "DENIED, TLSv1.3", "DENIED, TLSv1.2"
  })
  void client_serverThatWentBad_isRefusedWithItsSession(Turn turn, String protocol)
      throws Exception {
    for (BadCertificateContract stack : List.of(sockets, engines, https)) {
      DevCertificate peer = peer(turn);
      try (RogueServer server = RogueServer.showing(peer, protocol);
          ClientTls tls =
              ClientTls.builder(own(), TrustAnchors.pemText(anchors::get), stack.expectedName())
                  .withClock(clock)
                  .withRevocation(revocation())
                  .withListener(listener)
                  .build()) {
        assertThat(stack.fetch(tls, server.port())).contains("ok");
        assertThat(stack.fetch(tls, server.port())).contains("ok");
        assertResumed();
        turn(turn, peer, tls);
        assertThatThrownBy(() -> stack.fetch(tls, server.port())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> stack.fetch(tls, server.port())).isInstanceOf(IOException.class);
        assertThat(server.requests()).isEqualTo(2);
        assertRefused(turn);
      }
    }
  }

  private static PeerReason reason(Turn turn) {
    return switch (turn) {
      case ROOT_REMOVED -> PeerReason.CHAIN_UNTRUSTED;
      case REVOKED, DENIED -> PeerReason.REVOKED;
      default -> PeerReason.EXPIRED;
    };
  }

  /** Or the test would prove nothing about resumption. */
  private void assertResumed() {
    assertThat(events).hasSize(2).allMatch(event -> event.outcome().isAccepted());
    assertThat(events).extracting(HandshakeEvent::resumed).containsExactly(false, true);
    events.clear();
  }

  private void assertRefused(Turn turn) {
    Consumer<HandshakeEvent> refused =
        event ->
            assertThat(event.outcome().<Object>fold(accepted -> "accepted", Refusal::reason))
                .isEqualTo(reason(turn));
    PeerCast.awaitSize(events, 2);
    assertThat(events).hasSize(2).allSatisfy(refused);
    events.clear();
  }
}
