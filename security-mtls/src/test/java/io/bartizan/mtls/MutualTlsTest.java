package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.DevKeyType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MutualTlsTest {

  private final TestPki pki = TestPki.SHARED;

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void handshake_goodPeers_bothKnowEachOther(String protocol) throws Exception {
    SSLContext client = pki.clientTls().build().sslContext();
    SSLContext server = pki.serverTls().build().sslContext();

    Engines done = Engines.between(client, server, protocol).run();

    assertThat(PeerIdentity.of(done.server.getSession()).spiffeId()).hasValue(TestPki.CLIENT_ID);
    assertThat(PeerIdentity.of(done.client.getSession()).dnsNames()).contains("localhost");
    assertThat(done.client.getSession().getProtocol()).isEqualTo(protocol);
  }

  @ParameterizedTest
  @EnumSource(DevKeyType.class)
  void handshake_everyKeyType_works(DevKeyType type) throws Exception {
    DevCa ca = DevCa.builder("Root").withKeys(type).build();
    var server =
        ServerTls.builder(
                TestPki.identity(TestPki.server(ca)),
                TestPki.anchors(ca),
                PeerPolicy.anyTrustedPeer())
            .build();
    var client =
        ClientTls.builder(
                TestPki.identity(TestPki.client(ca)),
                TestPki.anchors(ca),
                PeerPolicy.requestedHost())
            .build();

    Engines.between(client.sslContext(), server.sslContext()).run();
    Engines.between(client.sslContext(), server.sslContext(), "TLSv1.2").run();
  }

  @Test
  void handshake_clientOfOtherName_isRefusedWithReasonAndOneEvent() {
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    DevCertificate other = pki.ca.leaf("x").uri("spiffe://test.example/other").forClient().issue();
    SSLContext server = pki.serverTls().withListener(new Recorder(events)).build().sslContext();
    SSLContext client =
        ClientTls.builder(
                TestPki.identity(other), TestPki.anchors(pki.ca), PeerPolicy.requestedHost())
            .build()
            .sslContext();

    assertThatThrownBy(() -> Engines.between(client, server).run())
        .isInstanceOf(SSLException.class)
        .rootCause()
        .isInstanceOfSatisfying(
            PeerRejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(PeerReason.POLICY_MISMATCH));
    assertThat(events)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.outcome().isAccepted()).isFalse();
              assertThat(event.presented()).containsExactly("uri:spiffe://test.example/other");
            });
  }

  @Test
  void handshake_serverOfOtherHost_isRefusedByTheClient() {
    DevCertificate other = pki.ca.leaf("localhost").dns("other.example").forServer().issue();
    SSLContext server =
        ServerTls.builder(
                TestPki.identity(other), TestPki.anchors(pki.ca), PeerPolicy.anyTrustedPeer())
            .build()
            .sslContext();

    assertThatThrownBy(() -> Engines.between(pki.clientTls().build().sslContext(), server).run())
        .rootCause()
        .hasMessageContaining("requestedHost() for the host localhost");
  }

  @Test
  void handshake_spiffeOnlyServer_isAcceptedThoughTheFrameworkAsksForHttps() throws Exception {
    DevCertificate spiffe = pki.ca.leaf("s").uri("spiffe://test.example/s").forServer().issue();
    SSLContext server =
        ServerTls.builder(
                TestPki.identity(spiffe), TestPki.anchors(pki.ca), PeerPolicy.anyTrustedPeer())
            .build()
            .sslContext();
    SSLContext client =
        ClientTls.builder(
                TestPki.identity(pki.client),
                TestPki.anchors(pki.ca),
                PeerPolicy.spiffeId("spiffe://test.example/s"))
            .build()
            .sslContext();
    Engines engines = Engines.between(client, server);
    SSLParameters parameters = engines.client.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engines.client.setSSLParameters(parameters);

    engines.run();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void server_frameworkOnlyWantsTheCertificate_itIsRequiredStill(String protocol) throws Exception {
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    SSLContext without = SSLContext.getInstance("TLS");
    without.init(
        new KeyManager[0], new TrustManager[] {pki.clientTls().build().trustManager()}, null);
    ServerTls server = pki.serverTls().withListener(new Recorder(events)).build();
    Engines engines = Engines.between(without, server.sslContext(), protocol);
    engines.server.setWantClientAuth(true);
    engines.server.setNeedClientAuth(false);
    SSLParameters wants = engines.server.getSSLParameters();
    wants.setWantClientAuth(true);
    engines.server.setSSLParameters(wants);

    assertThat(engines.server.getNeedClientAuth()).isTrue();
    assertThatThrownBy(engines::run).isInstanceOf(SSLHandshakeException.class);
    assertThat(events)
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.outcome().<Object>fold(a -> "accepted", Refusal::reason))
                    .isEqualTo(PeerReason.CERTIFICATE_MISSING));
  }

  @Test
  void engine_weakProtocolsAlone_areRefused() {
    SSLEngine engine = pki.serverTls().build().sslContext().createSSLEngine();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.setEnabledProtocols(new String[] {"TLSv1.1"}));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> engine.setEnabledCipherSuites(new String[] {"TLS_RSA_WITH_AES_128_GCM_SHA256"}));
    assertThatIllegalArgumentException().isThrownBy(() -> engine.setUseClientMode(true));
    assertThat(engine.getEnabledProtocols()).containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
    assertThat(engine.getEnabledCipherSuites())
        .allMatch(suite -> suite.contains("GCM") || suite.contains("CHACHA20"))
        .noneMatch(suite -> suite.startsWith("TLS_RSA"));
  }

  @Test
  void server_policyOfRequestedHost_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ServerTls.builder(
                    TestPki.identity(pki.server),
                    TestPki.anchors(pki.ca),
                    PeerPolicy.anyOf(PeerPolicy.dns("a.b"), PeerPolicy.requestedHost())))
        .withMessageContaining("requestedHost()");
  }

  @Test
  void trustManager_withoutConnection_refuses() {
    var manager = pki.serverTls().build().trustManager();
    var chain = pki.client.chain().toArray(java.security.cert.X509Certificate[]::new);
    assertThatThrownBy(() -> manager.checkClientTrusted(chain, "UNKNOWN"))
        .isInstanceOfSatisfying(
            PeerRejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(PeerReason.CONNECTION_UNKNOWN));
    assertThatThrownBy(() -> manager.checkServerTrusted(chain, "UNKNOWN"))
        .isInstanceOf(PeerRejectedException.class);
    assertThatThrownBy(() -> manager.checkClientTrusted(chain, "UNKNOWN", (java.net.Socket) null))
        .isInstanceOf(PeerRejectedException.class);
  }

  @Test
  void explain_tellsWithoutAConnection() {
    ServerTls server = pki.serverTls().build();
    assertThat(server.explain(pki.client.chain(), null).isAccepted()).isTrue();
    Checked<AcceptedPeer> wrongUsage = server.explain(pki.server.chain(), null);
    assertThat(wrongUsage.<Reason>fold(a -> null, Refusal::reason))
        .isEqualTo(PeerReason.USAGE_WRONG);
  }

  /** Keeps events. */
  record Recorder(List<HandshakeEvent> events) implements TlsListener {
    @Override
    public void decided(HandshakeEvent event) {
      events.add(event);
    }
  }
}
