package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Reason;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The traps of a plain JDK set-up: each is sprung there and does not spring here. */
class JdkTrapsTest {

  private static final char[] PASSWORD = "changeit".toCharArray();

  private final TestPki pki = TestPki.SHARED;

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void trap1_ticketsOutliveATrustChange_notHere(String protocol) throws Exception {
    AtomicBoolean trusted = new AtomicBoolean(true);
    SSLContext plainServer = plain(pki.server, new Switch(jdkTrust(pki.ca.certificate()), trusted));
    SSLContext plainClient = plain(pki.client, jdkTrust(pki.ca.certificate()));
    Engines.between(plainClient, plainServer, protocol).run();
    trusted.set(false);
    Collections.list(plainServer.getServerSessionContext().getIds())
        .forEach(id -> plainServer.getServerSessionContext().getSession(id).invalidate());
    assertThatCode(() -> Engines.between(plainClient, plainServer, protocol).run())
        .as("a plain JDK server resumes with a peer it no longer trusts")
        .doesNotThrowAnyException();

    DevCa next = DevCa.of("Next Root");
    AtomicReference<String> anchors = new AtomicReference<>(pki.ca.certificatePem());
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    ServerTls server =
        ServerTls.builder(
                TestPki.identity(pki.server),
                TrustAnchors.pemText(anchors::get),
                PeerPolicy.anyTrustedPeer())
            .withListener(new MutualTlsTest.Recorder(events))
            .build();
    SSLContext client = plain(pki.client, jdkTrust(pki.ca.certificate()));
    SSLContext handedOut = server.sslContext();
    Engines.between(client, handedOut, protocol).run();
    Engines.between(client, handedOut, protocol).run();
    assertThat(events).extracting(HandshakeEvent::resumed).containsExactly(false, true);

    anchors.set(next.certificatePem());
    assertThat(server.reload()).isTrue();

    assertThatThrownBy(() -> Engines.between(client, handedOut, protocol).run())
        .isInstanceOf(SSLException.class);
    assertThat(events.get(2).outcome().isAccepted()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void trap1_onAContextOfTheFramework_theGenerationMarkEndsTickets(String protocol)
      throws Exception {
    DevCa next = DevCa.of("Next Root");
    AtomicReference<String> anchors = new AtomicReference<>(pki.ca.certificatePem());
    ServerTls tls =
        ServerTls.builder(
                TestPki.identity(pki.server),
                TrustAnchors.pemText(anchors::get),
                PeerPolicy.anyTrustedPeer())
            .build();
    SSLContext fixed = SSLContext.getInstance("TLS");
    fixed.init(
        tls.keyManagerFactory().getKeyManagers(),
        tls.trustManagerFactory().getTrustManagers(),
        null);
    SSLContext client = plain(pki.client, jdkTrust(pki.ca.certificate()));
    marked(tls, client, fixed, protocol).run();
    Engines resumed = marked(tls, client, fixed, protocol).run();
    assertThat(resumed.server.getSession().getPeerCertificates()).isNotEmpty();

    anchors.set(next.certificatePem());
    assertThat(tls.reload()).isTrue();

    assertThatThrownBy(() -> marked(tls, client, fixed, protocol).run())
        .isInstanceOf(SSLException.class);
  }

  private static Engines marked(
      ServerTls tls, SSLContext client, SSLContext server, String protocol) {
    Engines engines = Engines.between(client, server, protocol);
    engines.server.setSSLParameters(tls.sslParameters());
    return engines;
  }

  @Test
  void trap2_constraintsOfTheRootAreIgnored_notHere() throws Exception {
    DevCa constrained = DevCa.builder("Constrained").withPermittedDns("good.example").build();
    DevCertificate evil = constrained.leaf("evil").dns("localhost").forServer().issue();
    assertThatCode(() -> jdkAsksServer(constrained.certificate(), evil)).doesNotThrowAnyException();
    assertThat(reasonOf(TestPki.anchors(constrained), evil))
        .isEqualTo(PeerReason.NAME_CONSTRAINT_VIOLATED);

    DevCa expired =
        DevCa.builder("Expired")
            .withStart(Instant.now().minus(Duration.ofDays(2)))
            .withLifetime(Duration.ofDays(1))
            .build();
    DevCertificate below =
        expired.leaf("s").dns("localhost").forServer().withStart(Instant.now()).issue();
    TrustAnchors both = TestPki.anchors(expired).and(TestPki.anchors(pki.ca));
    assertThatCode(() -> jdkAsksServer(expired.certificate(), below)).doesNotThrowAnyException();
    assertThat(reasonOf(both, below)).isEqualTo(PeerReason.EXPIRED);

    DevCa spiffe = DevCa.builder("Spiffe").withPermittedUriHost("td.example").build();
    DevCertificate foreign = spiffe.leaf("s").uri("spiffe://evil.example/x").forServer().issue();
    assertThatCode(() -> jdkAsksServer(spiffe.certificate(), foreign)).doesNotThrowAnyException();
    assertThat(reasonOf(TestPki.anchors(spiffe), foreign))
        .isEqualTo(PeerReason.NAME_CONSTRAINT_VIOLATED);
  }

  @Test
  void trap3_expiredLeafInTheTrustStoreIsAcceptedForEver_notHere() {
    DevCertificate old =
        pki.ca
            .leaf("old")
            .dns("localhost")
            .forServer()
            .withStart(Instant.now().minus(Duration.ofDays(3)))
            .withLifetime(Duration.ofDays(1))
            .issue();
    assertThatCode(() -> jdkAsksServer(old.certificate(), old)).doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                ClientTls.builder(
                        TestPki.identity(pki.client),
                        TrustAnchors.of(List.of(old.certificate())),
                        PeerPolicy.requestedHost())
                    .build())
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> assertThat(e.reason()).isEqualTo(MaterialReason.ANCHOR_NOT_CA));
  }

  @Test
  void trap4_commonNameAndPartialWildcardCount_notHere() throws Exception {
    DevCertificate byCn =
        pki.ca.leaf("localhost").uri("spiffe://test.example/x").forServer().issue();
    DevCertificate partial = pki.ca.leaf("p").dns("f*o.test.example").forServer().issue();
    assertThatCode(() -> plainHttps(byCn, "localhost")).doesNotThrowAnyException();
    assertThatCode(() -> plainHttps(partial, "foo.test.example")).doesNotThrowAnyException();

    ClientTls ours = pki.clientTls().build();
    assertThat(ours.explain(byCn.chain(), "localhost").isAccepted()).isFalse();
    assertThat(ours.explain(partial.chain(), "foo.test.example").isAccepted()).isFalse();
    DevCertificate whole = pki.ca.leaf("p").dns("*.test.example").forServer().issue();
    assertThat(ours.explain(whole.chain(), "foo.test.example").isAccepted()).isTrue();
    assertThat(ours.explain(whole.chain(), "a.foo.test.example").isAccepted()).isFalse();
    assertThat(ours.explain(whole.chain(), "test.example").isAccepted()).isFalse();
  }

  @Test
  void trap5_predicateOverridesTheChain_notHere() throws Exception {
    DevCertificate stranger = DevCa.of("Stranger").leaf("Foo").dns("localhost").forServer().issue();
    X509TrustManager overriding =
        new Overriding(
            jdkTrust(pki.ca.certificate()),
            leaf -> leaf.getSubjectX500Principal().getName().contains("Foo"));
    assertThatCode(
            () ->
                overriding.checkServerTrusted(
                    stranger.chain().toArray(X509Certificate[]::new), "UNKNOWN"))
        .doesNotThrowAnyException();

    ClientTls ours =
        ClientTls.builder(
                TestPki.identity(pki.client),
                TestPki.anchors(pki.ca),
                PeerPolicy.requestedHost().narrowedBy("always", peer -> true))
            .build();
    assertThat(ours.explain(stranger.chain(), "localhost").isAccepted()).isFalse();
    assertThat(ours.explain(pki.server.chain(), "localhost").isAccepted()).isTrue();
  }

  private Reason reasonOf(TrustAnchors anchors, DevCertificate server) {
    ClientTls ours =
        ClientTls.builder(TestPki.identity(pki.client), anchors, PeerPolicy.anyTrustedPeer())
            .build();
    return ours.explain(server.chain(), "localhost").fold(a -> null, r -> r.reason());
  }

  private void jdkAsksServer(X509Certificate anchor, DevCertificate server) throws Exception {
    jdkTrust(anchor).checkServerTrusted(server.chain().toArray(X509Certificate[]::new), "UNKNOWN");
  }

  private void plainHttps(DevCertificate server, String host) throws Exception {
    SSLContext client = plain(pki.client, jdkTrust(pki.ca.certificate()));
    SSLEngine engine = client.createSSLEngine(host, 443);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    SSLEngine other = plain(server, jdkTrust(pki.ca.certificate())).createSSLEngine();
    other.setUseClientMode(false);
    new Engines(engine, other).run();
  }

  static X509ExtendedTrustManager jdkTrust(X509Certificate anchor) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("anchor", anchor);
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  static SSLContext plain(DevCertificate own, TrustManager trust) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own.keyStore(PASSWORD), PASSWORD);
    KeyManager[] managers = keys.getKeyManagers();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers, new TrustManager[] {trust}, null);
    return context;
  }

  /** Trusts as another does until switched off. */
  private static class Switch implements X509TrustManager {
    private final X509TrustManager inner;
    private final AtomicBoolean on;

    Switch(X509TrustManager inner, AtomicBoolean on) {
      this.inner = inner;
      this.on = on;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      if (!on.get()) {
        throw new CertificateException("switched off");
      }
      inner.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      inner.checkServerTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return inner.getAcceptedIssuers();
    }
  }

  /** What builders with a "trust enhancer" make. */
  private record Overriding(X509TrustManager inner, Predicate<X509Certificate> predicate)
      implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      if (!predicate.test(chain[0])) {
        inner.checkClientTrusted(chain, type);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      if (!predicate.test(chain[0])) {
        inner.checkServerTrusted(chain, type);
      }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return inner.getAcceptedIssuers();
    }
  }
}
