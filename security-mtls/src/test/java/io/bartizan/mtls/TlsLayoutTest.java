package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.DevKeyType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each preset with the files as their writers leave them. */
class TlsLayoutTest {

  private final DevCa root = DevCa.of("Root");
  private final DevCa issuing = root.intermediate("Issuing");
  private final DevCertificate own = TestPki.server(issuing);
  @TempDir Path folder;

  @CanIgnoreReturnValue
  private Path write(String name, String text) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private ServerTls server(TlsLayout layout) {
    return ServerTls.builder(
            layout.identity(), layout.anchors(), PeerPolicy.spiffeId(TestPki.CLIENT_ID))
        .build();
  }

  /** A client of the anchors gets through and sees this certificate. */
  private void serves(ServerTls server, DevCertificate shown, DevCa ofClient) throws Exception {
    ClientTls client =
        ClientTls.builder(
                TestPki.identity(TestPki.client(ofClient)),
                TestPki.anchors(root),
                PeerPolicy.anyTrustedPeer())
            .build();
    Engines done = Engines.between(client.sslContext(), server.sslContext()).run();
    assertThat((X509Certificate) done.client.getSession().getPeerCertificates()[0])
        .isEqualTo(shown.certificate());
  }

  @Test
  void docker_withOpensslsTextBetween() throws Exception {
    String text = "Certificate:\n    Data:\n        Version: 3 (0x2)\n";
    write("cert.pem", text + own.chainPem());
    write("key.pem", KeyFormatTest.sec1(own.privateKey()));
    write("ca.pem", text + root.certificatePem());
    write("config.json", "{}");
    serves(server(TlsLayout.docker(folder)), own, root);
  }

  @Test
  void dockerRegistry_withTwoAuthorities_andOnePair() throws Exception {
    DevCa second = DevCa.of("Second");
    write("registry.example:5000/client.cert", own.chainPem());
    write("registry.example:5000/client.key", own.privateKeyPem());
    write("registry.example:5000/ca.crt", root.certificatePem());
    write("registry.example:5000/old-ca.crt", second.certificatePem());
    TlsLayout layout = TlsLayout.dockerRegistry(folder.resolve("registry.example:5000"));
    ServerTls server = server(layout);
    serves(server, own, root);
    serves(server, own, second);

    Files.delete(folder.resolve("registry.example:5000/old-ca.crt"));
    assertThat(server.reload()).isTrue();
    assertThatThrownBy(() -> serves(server, own, second));
    write("registry.example:5000/other.cert", own.chainPem());
    assertThatThrownBy(server::reload).hasMessageContaining("holds 2 files named *.cert");
    serves(server, own, root);
  }

  @Test
  void kubernetesSecret_ofCertManager_behindItsLinks() throws Exception {
    DevCa rsa = root.intermediate("RSA");
    DevCertificate first =
        rsa.leaf("server").dns("localhost").withKeys(DevKeyType.RSA_2048).forServer().issue();
    mount("..2026_11_21_07_00_00.1", first);
    for (String name : new String[] {"tls.crt", "tls.key", "ca.crt"}) {
      Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
    }
    ServerTls server = server(TlsLayout.kubernetesSecret(folder));
    serves(server, first, root);

    DevCertificate next =
        rsa.leaf("server").dns("localhost").withKeys(DevKeyType.RSA_2048).forServer().issue();
    mount("..2026_11_21_08_00_00.2", next);
    assertThat(server.reload()).isTrue();
    serves(server, next, root);
  }

  private void mount(String version, DevCertificate certificate) throws Exception {
    write(version + "/tls.crt", certificate.chainPem());
    write(version + "/tls.key", KeyFormatTest.pkcs1(certificate.privateKey()));
    write(version + "/ca.crt", root.certificatePem());
    Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of(version));
    Files.move(
        link,
        folder.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void credentialBundle_keyFirstThenChain() throws Exception {
    Path bundle = write("credentialbundle.pem", own.privateKeyPem() + own.chainPem());
    Path trust = write("trust/trust-bundle.pem", root.certificatePem());
    ServerTls server = server(TlsLayout.credentialBundle(bundle, trust));
    serves(server, own, root);
    DevCertificate next = TestPki.server(issuing);
    write("credentialbundle.pem", next.privateKeyPem() + next.chainPem());
    assertThat(server.reload()).isTrue();
    serves(server, next, root);
  }

  @Test
  void autocert_withTheKeyInSec1() throws Exception {
    write("site.crt", own.chainPem());
    write("site.key", KeyFormatTest.sec1(own.privateKey()));
    write("root.crt", root.certificatePem());
    serves(server(TlsLayout.autocert(folder)), own, root);
  }

  @Test
  void spiffeHelper_withABundleOfTwoRoots() throws Exception {
    DevCa next = DevCa.of("Next Root");
    DevCertificate svid = issuing.leaf("x").uri("spiffe://test.example/ns/a/sa/server").issue();
    write("svid.pem", svid.chainPem());
    write("svid_key.pem", svid.privateKeyPem());
    write("svid_bundle.pem", root.certificatePem() + next.certificatePem());
    ServerTls server = server(TlsLayout.spiffeHelper(folder));
    serves(server, svid, root);
    serves(server, svid, next);
  }
}
