package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.core.Refusal;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MT-14: a policy that belongs to the reload, and a client that shows no certificate. */
class PolicyReloadTest {

  private static final String OTHER = "spiffe://test.example/ns/a/sa/other";

  private final TestPki pki = TestPki.SHARED;
  private final DevCertificate other = pki.ca.leaf("other").uri(OTHER).forClient().issue();
  @TempDir Path folder;

  private void accepts(ServerTls server, DevCertificate peer, boolean expected) throws Exception {
    assertThat(server.explain(peer.chain(), null).isAccepted()).isEqualTo(expected);
    ClientTls client =
        ClientTls.of(TestPki.identity(peer), TestPki.anchors(pki.ca), PeerPolicy.requestedHost());
    if (expected) {
      Engines.between(client.sslContext(), server.sslContext()).run();
    } else {
      assertThatThrownBy(() -> Engines.between(client.sslContext(), server.sslContext()).run())
          .isInstanceOf(SSLException.class);
    }
  }

  private ServerTls server(PeerPolicy policy) {
    return ServerTls.of(TestPki.identity(pki.server), TestPki.anchors(pki.ca), policy);
  }

  @Test
  void MT14_policyFile_addsAndRemovesCallersByReload() throws Exception {
    Path file = folder.resolve("callers.policy");
    Files.writeString(file, "spiffeId(" + TestPki.CLIENT_ID + ")\n");
    List<Refusal> told = Collections.synchronizedList(new ArrayList<>());
    ServerTls server =
        ServerTls.builder(
                TestPki.identity(pki.server),
                TestPki.anchors(pki.ca),
                PeerPolicy.anyOf(PeerPolicy.file(file), PeerPolicy.dns("fixed.example")))
            .withListener(
                new TlsListener() {
                  @Override
                  public void noLongerAccepted(SSLSession session, Refusal why) {
                    told.add(why);
                  }
                })
            .build();
    accepts(server, pki.client, true);
    accepts(server, other, false);
    ClientTls resuming = pki.clientTls().build();
    Engines open = Engines.between(resuming.sslContext(), server.sslContext()).run();

    Files.writeString(
        file, "anyOf(spiffeId(" + TestPki.CLIENT_ID + "),\n  spiffeId(" + OTHER + "))\n");
    assertThat(server.reload()).isTrue();
    accepts(server, pki.client, true);
    accepts(server, other, true);

    for (String bad : List.of("", "anyOf(", "requestedHost()", "spiffeId(nonsense)")) {
      Files.writeString(file, bad);
      assertThatThrownBy(server::reload)
          .isInstanceOfSatisfying(
              TlsMaterialException.class,
              e -> assertThat(e.reason()).isEqualTo(MaterialReason.POLICY_MALFORMED))
          .hasMessageContaining("callers.policy");
      assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
      accepts(server, other, true);
    }
    assertThat(told).isEmpty();
    Files.writeString(file, "spiffeId(" + OTHER + ")");
    assertThat(server.reload()).isTrue();
    assertThat(told).isNotEmpty();
    accepts(server, pki.client, false);
    accepts(server, other, true);
    assertThatThrownBy(() -> Engines.between(resuming.sslContext(), server.sslContext()).run())
        .isInstanceOf(SSLException.class);
    open.run();
  }

  @Test
  void MT14_policyText_isAskedAtEachLoad() throws Exception {
    AtomicReference<String> text = new AtomicReference<>("spiffeId(" + OTHER + ")");
    ServerTls server = server(PeerPolicy.text(text::get).narrowedBy("any", identity -> true));
    accepts(server, pki.client, false);
    assertThat(server.reload()).isFalse();
    text.set("trustDomain(test.example)");
    assertThat(server.reload()).isTrue();
    accepts(server, pki.client, true);
    text.set(null);
    assertThatThrownBy(server::reload).isInstanceOf(TlsMaterialException.class);
    accepts(server, pki.client, true);
  }

  @Test
  void MT14_firstPolicyThatIsNone_failsTheBuild() {
    assertThatThrownBy(() -> server(PeerPolicy.text(() -> "x")))
        .isInstanceOf(TlsMaterialException.class)
        .hasMessageContaining("policy text");
    assertThatThrownBy(() -> server(PeerPolicy.file(folder.resolve("none"))))
        .isInstanceOf(TlsMaterialException.class)
        .hasMessageContaining("none");
  }

  @Test
  void MT14_anonymousClient_decidesAboutTheServerThroughARotation() throws Exception {
    AtomicReference<String> anchors = new AtomicReference<>(pki.ca.certificatePem());
    ClientTls client =
        ClientTls.anonymous(TrustAnchors.pemText(anchors::get), PeerPolicy.requestedHost());
    assertThat(client.health().status()).isEqualTo(Health.Status.UP);
    assertThat(client.health().detail()).contains("without a certificate of its own");
    SSLContext plain = plainServer(pki.server);
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      Engines engines = Engines.between(client.sslContext(), plain, protocol).run();
      assertThat(engines.client.getSession().getLocalCertificates()).isNull();
      assertThatThrownBy(() -> engines.server.getSession().getPeerCertificates())
          .isInstanceOf(SSLPeerUnverifiedException.class);
    }
    DevCertificate elsewhere = pki.ca.leaf("e").dns("elsewhere.example").forServer().issue();
    assertThatThrownBy(() -> Engines.between(client.sslContext(), plainServer(elsewhere)).run())
        .isInstanceOf(SSLException.class);
    // One that insists on a certificate gets none.
    ServerTls strict = pki.serverTls().build();
    assertThatThrownBy(() -> Engines.between(client.sslContext(), strict.sslContext()).run())
        .isInstanceOf(SSLException.class);

    DevCa next = DevCa.of("Next Root");
    anchors.set(next.certificatePem());
    assertThat(client.reload()).isTrue();
    assertThatThrownBy(() -> Engines.between(client.sslContext(), plain).run())
        .isInstanceOf(SSLException.class);
    Engines.between(client.sslContext(), plainServer(TestPki.server(next))).run();
    assertThat(client.toString()).contains("no identity");
  }

  private static SSLContext plainServer(DevCertificate certificate) throws Exception {
    char[] password = "x".toCharArray();
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(certificate.keyStore(password), password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
