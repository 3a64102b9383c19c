package io.bartizan.mtls;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.DevKeyType;

/** A server with several identities, and clients that can verify one kind of them or both. */
final class ServerNames {

  final DevCa ecCa = DevCa.of("EC Root");
  final DevCa rsaCa = DevCa.builder("RSA Root").withKeys(DevKeyType.RSA_2048).build();
  final DevCertificate ec = leaf(ecCa, DevKeyType.EC_P256, "ec", "a.example");
  final DevCertificate rsa = leaf(rsaCa, DevKeyType.RSA_2048, "rsa", "a.example");
  final DevCertificate shop = leaf(ecCa, DevKeyType.EC_P256, "shop", "shop.example");
  final DevCertificate wild = leaf(ecCa, DevKeyType.EC_P256, "wild", "*.shop.example");
  final DevCertificate ecClient = ecCa.leaf("ecclient").uri(TestPki.CLIENT_ID).issue();
  final DevCertificate rsaClient =
      rsaCa.leaf("rsaclient").withKeys(DevKeyType.RSA_2048).uri(TestPki.CLIENT_ID).issue();

  private static DevCertificate leaf(DevCa ca, DevKeyType type, String name, String dns) {
    return ca.leaf(name).withKeys(type).dns(dns).forServer().issue();
  }

  TrustAnchors anchors() {
    return TestPki.anchors(ecCa).and(TestPki.anchors(rsaCa));
  }

  MutualTls.Builder<ServerTls> server() {
    return ServerTls.builder(
        TestPki.identity(ec)
            .and(TestPki.identity(rsa))
            .and(TestPki.identity(shop))
            .and(TestPki.identity(wild)),
        anchors(),
        PeerPolicy.spiffeId(TestPki.CLIENT_ID));
  }

  MutualTls.Builder<ClientTls> client() {
    return ClientTls.builder(TestPki.identity(ecClient), anchors(), PeerPolicy.requestedHost());
  }
}
