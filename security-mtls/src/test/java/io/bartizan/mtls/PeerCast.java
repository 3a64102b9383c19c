package io.bartizan.mtls;

import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.BadCertificates;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.Eventually;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Good and bad peers of one root, and the two sides that have to tell them apart.
 *
 * <p>Either expected name is enough for the policies, so that a bad certificate has two ways in.
 */
final class PeerCast {

  static final String DNS = "billing.internal";
  static final String SPIFFE = "spiffe://prod.example/ns/pay/sa/api";

  /** One for all tests of a JVM: two certificates of each kind take a second or two to make. */
  static final PeerCast SHARED = new PeerCast();

  final DevCa ca = DevCa.of("Peers' Root");
  final DevCertificate goodServer;
  final DevCertificate goodClient;
  final Map<BadCertificate, DevCertificate> servers;
  final Map<BadCertificate, DevCertificate> clients;

  private PeerCast() {
    BadCertificates ofServer = BadCertificates.ofServer(ca, DNS, SPIFFE);
    BadCertificates ofClient = BadCertificates.ofClient(ca, DNS, SPIFFE);
    goodServer = ofServer.good();
    goodClient = ofClient.good();
    servers = all(ofServer);
    clients = all(ofClient);
  }

  private static Map<BadCertificate, DevCertificate> all(BadCertificates factory) {
    Map<BadCertificate, DevCertificate> all = new EnumMap<>(BadCertificate.class);
    for (BadCertificate kind : BadCertificate.values()) {
      all.put(kind, factory.of(kind));
    }
    return all;
  }

  /** Every root that some kind needs to be trusted, but no leaf: that one can't be loaded. */
  private List<X509Certificate> roots(Map<BadCertificate, DevCertificate> cast) {
    return Stream.concat(
            Stream.of(ca.certificate()),
            cast.entrySet().stream()
                .filter(entry -> entry.getKey() != BadCertificate.EXPIRED_LEAF_AMONG_ROOTS)
                .map(entry -> entry.getValue().root()))
        .distinct()
        .toList();
  }

  MutualTls.Builder<ServerTls> server() {
    return serverOf(PeerPolicy.anyOf(PeerPolicy.dns(DNS), PeerPolicy.spiffeId(SPIFFE)));
  }

  MutualTls.Builder<ServerTls> server(Turn turn) {
    return serverOf(turn.policy(TlsSide.SERVER)).withListener(turn);
  }

  private MutualTls.Builder<ServerTls> serverOf(PeerPolicy policy) {
    return ServerTls.builder(
        Identity.of(goodServer.privateKey(), goodServer.chain()),
        TrustAnchors.of(roots(clients)),
        policy);
  }

  MutualTls.Builder<ClientTls> client(PeerPolicy name) {
    return clientOf(PeerPolicy.anyOf(name, PeerPolicy.spiffeId(SPIFFE)));
  }

  MutualTls.Builder<ClientTls> client(Turn turn) {
    return clientOf(turn.policy(TlsSide.CLIENT)).withListener(turn);
  }

  private MutualTls.Builder<ClientTls> clientOf(PeerPolicy policy) {
    return ClientTls.builder(
        Identity.of(goodClient.privateKey(), goodClient.chain()),
        TrustAnchors.of(roots(servers)),
        policy);
  }

  /**
   * Waits for so many: a peer sees the alert, and the test goes on, before the listener is told.
   */
  static void awaitSize(Collection<?> told, int count) {
    Eventually.within(
        Duration.ofSeconds(30), count + " decisions are told", () -> told.size() >= count);
  }

  /** A policy that accepts everyone of the roots, until it turns; and what was decided since. */
  static final class Turn implements TlsListener {
    private final AtomicBoolean lax = new AtomicBoolean(true);
    private final Queue<HandshakeEvent> events = new ConcurrentLinkedQueue<>();

    PeerPolicy policy(TlsSide side) {
      Rule strict = (Rule) PeerPolicy.anyOf(PeerPolicy.dns(DNS), PeerPolicy.spiffeId(SPIFFE));
      return PeerPolicy.anyTrustedPeer()
          .narrowedBy(
              "turning", peer -> lax.get() || strict.match(new Met(peer, side, null)) != null);
    }

    void toStrict() {
      events.clear();
      lax.set(false);
    }

    void toLax() {
      events.clear();
      lax.set(true);
    }

    long resumed() {
      return events.stream().filter(HandshakeEvent::resumed).count();
    }

    List<String> reasons(int count) {
      awaitSize(events, count);
      return events.stream()
          .map(event -> event.outcome().fold(a -> "accepted", r -> r.reason().code()))
          .toList();
    }

    @Override
    public void decided(HandshakeEvent event) {
      events.add(event);
    }
  }
}
