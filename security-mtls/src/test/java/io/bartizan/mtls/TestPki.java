package io.bartizan.mtls;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.util.List;

/** One root, one server and one client for tests, and contexts made of them. */
final class TestPki {

  static final String CLIENT_ID = "spiffe://test.example/ns/a/sa/client";

  /** For tests that need no root of their own: three keys for each of hundreds take seconds. */
  static final TestPki SHARED = new TestPki();

  final DevCa ca = DevCa.of("Test Root");
  final DevCertificate server = server(ca);
  final DevCertificate client = client(ca);

  static DevCertificate server(DevCa ca) {
    return ca.leaf("server").dns("localhost").ip("127.0.0.1").forServer().issue();
  }

  static DevCertificate client(DevCa ca) {
    return ca.leaf("client").uri(CLIENT_ID).forClient().issue();
  }

  static Identity identity(DevCertificate certificate) {
    return Identity.of(certificate.privateKey(), certificate.chain());
  }

  static TrustAnchors anchors(DevCa ca) {
    return TrustAnchors.of(List.of(ca.certificate()));
  }

  MutualTls.Builder<ServerTls> serverTls() {
    return ServerTls.builder(identity(server), anchors(ca), PeerPolicy.spiffeId(CLIENT_ID));
  }

  MutualTls.Builder<ClientTls> clientTls() {
    return ClientTls.builder(identity(client), anchors(ca), PeerPolicy.requestedHost());
  }
}
