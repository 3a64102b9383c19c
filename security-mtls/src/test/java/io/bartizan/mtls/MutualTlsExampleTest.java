package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.bartizan.core.SecretSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the Javadoc and of the guide. */
class MutualTlsExampleTest {

  private final TestPki pki = new TestPki();
  @TempDir Path folder;

  @Test
  void mutualTls() throws Exception {
    Files.writeString(folder.resolve("tls.crt"), pki.server.chainPem());
    Files.writeString(folder.resolve("tls.key"), pki.server.privateKeyPem());
    Files.writeString(folder.resolve("ca.crt"), pki.ca.certificatePem());
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    ServerTls server =
        MutualTls.server(
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
        MutualTls.server(files.identity(), files.anchors(), PeerPolicy.anyTrustedPeer()).build();
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
        .contains("id.p12", "next-ca.crt", "staleGrace=PT6H");
  }

  @Test
  void layouts_eachReadItsFiles() throws Exception {
    for (String[] names :
        new String[][] {
          {"svid.pem", "svid_key.pem", "svid_bundle.pem"},
          {"site.crt", "site.key", "root.crt"},
          {"cert.pem", "key.pem", "ca.pem"},
          {"client.cert", "client.key", "ca.crt"},
        }) {
      Files.writeString(folder.resolve(names[0]), pki.server.chainPem());
      Files.writeString(folder.resolve(names[1]), pki.server.privateKeyPem());
      Files.writeString(folder.resolve(names[2]), pki.ca.certificatePem());
    }
    Files.delete(folder.resolve("site.crt"));
    Files.writeString(
        folder.resolve("bundle.pem"), pki.server.privateKeyPem() + pki.server.chainPem());
    for (TlsLayout layout :
        new TlsLayout[] {
          TlsLayout.spiffeHelper(folder),
          TlsLayout.docker(folder),
          TlsLayout.dockerRegistry(folder),
          TlsLayout.credentialBundle(folder.resolve("bundle.pem"), folder.resolve("ca.pem"))
        }) {
      assertThat(
              MutualTls.server(layout.identity(), layout.anchors(), PeerPolicy.anyTrustedPeer())
                  .build()
                  .generation())
          .isEqualTo(1);
    }
    Files.writeString(folder.resolve("site.crt"), pki.server.chainPem());
    Files.writeString(folder.resolve("root.crt"), pki.ca.certificatePem());
    TlsLayout autocert = TlsLayout.autocert(folder);
    assertThat(
            MutualTls.server(autocert.identity(), autocert.anchors(), PeerPolicy.anyTrustedPeer())
                .build()
                .generation())
        .isEqualTo(1);
  }
}
