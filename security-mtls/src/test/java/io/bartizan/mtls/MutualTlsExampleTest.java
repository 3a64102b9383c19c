package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.core.SecretSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the Javadoc and of the guide. */
class MutualTlsExampleTest {

  private final TestPki pki = TestPki.SHARED;
  @TempDir Path folder;

  @Test
  void mutualTls() throws Exception {
    Files.writeString(folder.resolve("tls.crt"), pki.server.chainPem());
    Files.writeString(folder.resolve("tls.key"), pki.server.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), pki.ca.certificatePem());
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    ServerTls server =
        ServerTls.builder(
                Identity.pem(folder.resolve("tls.crt"), folder.resolve("tls.key")),
                TrustAnchors.pem(folder.resolve("ca.crt")),
                PeerPolicy.spiffeId("spiffe://prod.example/ns/pay/sa/api"))
            .withReload(Duration.ofSeconds(30))
            .build();
    HttpsServer https = HttpsServer.create(address, 0);
    https.setHttpsConfigurator(new HttpsConfigurator(server.sslContext()));
    https.stop(0);
    server.close();

    TlsLayout files = TlsLayout.kubernetesSecret(folder);
    ServerTls same =
        ServerTls.builder(files.identity(), files.anchors(), PeerPolicy.anyTrustedPeer()).build();
    assertThat(same.generation()).isEqualTo(1);
  }

  @Test
  void policies() {
    PeerPolicy callers =
        PeerPolicy.anyOf(
            PeerPolicy.spiffeId("spiffe://prod.example/ns/pay/sa/api"),
            PeerPolicy.dns("billing.internal"));
    PeerPolicy same = PeerPolicy.parse(callers.toString());
    assertThat(same).hasToString(callers.toString());
  }

  @Test
  void sources() {
    Identity store =
        Identity.pkcs12(Path.of("/tls/id.p12"), SecretSource.file(Path.of("/tls/password")));
    TrustAnchors both =
        TrustAnchors.pem(Path.of("/tls/ca.crt")).and(TrustAnchors.pem(Path.of("/tls/next-ca.crt")));
    Revocation data =
        Revocation.crls(Path.of("/tls/crls"))
            .withDenyList(Path.of("/tls/denied.txt"))
            .withStaleGrace(Duration.ofHours(6));
    assertThat(store + " " + both + " " + data)
        .contains("id.p12", "next-ca.crt", "staleGrace=6 hours");
  }

  @Test
  void metrics() throws Exception {
    MeterRegistry registry = new SimpleMeterRegistry();
    Identity identity = TestPki.identity(pki.server);
    TrustAnchors anchors = TestPki.anchors(pki.ca);
    PeerPolicy policy = PeerPolicy.spiffeId(TestPki.CLIENT_ID);

    TlsMetrics metrics = TlsMetrics.of(registry, "api");
    ServerTls server = ServerTls.builder(identity, anchors, policy).withListener(metrics).build();
    metrics.watch(server);

    Engines.between(pki.clientTls().build().sslContext(), server.sslContext()).run();
    assertThat(registry.get("bartizan.mtls.handshakes").counter().count()).isEqualTo(1);
  }
}
