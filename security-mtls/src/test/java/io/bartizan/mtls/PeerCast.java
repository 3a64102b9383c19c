package io.bartizan.mtls;

import io.bartizan.testkit.BadCertificate;
import io.bartizan.testkit.BadCertificates;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.security.cert.X509Certificate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Good and bad peers of one root, and the two sides that have to tell them apart.
 *
 * <p>Either expected name is enough for the policies, so that a bad certificate has two ways in.
 */
final class PeerCast {

  static final String DNS = "billing.internal";
  static final String SPIFFE = "spiffe://prod.example/ns/pay/sa/api";

  final DevCa ca = DevCa.create("Peers' Root");
  final DevCertificate goodServer;
  final DevCertificate goodClient;
  final Map<BadCertificate, DevCertificate> servers;
  final Map<BadCertificate, DevCertificate> clients;

  PeerCast() {
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

  MutualTlsBuilder<ServerTls> server() {
    return MutualTls.server(
        Identity.of(goodServer.privateKey(), goodServer.chain()),
        TrustAnchors.of(roots(clients)),
        PeerPolicy.anyOf(PeerPolicy.dns(DNS), PeerPolicy.spiffeId(SPIFFE)));
  }

  MutualTlsBuilder<ClientTls> client(PeerPolicy name) {
    return MutualTls.client(
        Identity.of(goodClient.privateKey(), goodClient.chain()),
        TrustAnchors.of(roots(servers)),
        PeerPolicy.anyOf(name, PeerPolicy.spiffeId(SPIFFE)));
  }
}
