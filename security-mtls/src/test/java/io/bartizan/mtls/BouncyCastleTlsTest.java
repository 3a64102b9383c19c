package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.DevKeyType;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same rules on Bouncy Castle's TLS, as an instance that the JVM does not know. */
class BouncyCastleTlsTest {

  private final Provider provider = new BouncyCastleJsseProvider(new BouncyCastleProvider());

  private static MutualTls.Builder<ServerTls> server(DevCa ca) {
    return ServerTls.builder(
        TestPki.identity(TestPki.server(ca)),
        TestPki.anchors(ca),
        PeerPolicy.spiffeId(TestPki.CLIENT_ID));
  }

  private static MutualTls.Builder<ClientTls> client(DevCa ca, DevCertificate own) {
    return ClientTls.builder(
        TestPki.identity(own), TestPki.anchors(ca), PeerPolicy.requestedHost());
  }

  @ParameterizedTest
  @EnumSource(DevKeyType.class)
  void handshake_everyKeyTypeOnEverySide_works(DevKeyType type) throws Exception {
    DevCa ca = DevCa.builder("Root").withKeys(type).build();
    DevCertificate own = TestPki.client(ca);
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    SSLContext bcServer =
        server(ca)
            .withProvider(provider)
            .withListener(new MutualTlsTest.Recorder(events))
            .build()
            .sslContext();
    SSLContext bcClient = client(ca, own).withProvider(provider).build().sslContext();
    SSLContext jdkServer = server(ca).build().sslContext();
    SSLContext jdkClient = client(ca, own).build().sslContext();

    for (String protocol : new String[] {"TLSv1.3", "TLSv1.2"}) {
      Engines.between(bcClient, bcServer, protocol).run();
      Engines.between(jdkClient, bcServer, protocol).run();
      Engines done = Engines.between(bcClient, jdkServer, protocol).run();
      assertThat(PeerIdentity.of(done.server.getSession()).spiffeId()).hasValue(TestPki.CLIENT_ID);
    }
    assertThat(events).hasSize(4).allMatch(event -> event.outcome().isAccepted());
    assertThat(Security.getProvider("BCJSSE")).isNull();
    assertThat(Security.getProvider("BC")).isNull();
  }

  @Test
  void edwardsKeyOfADevice_isRefusedWithItsReason() {
    DevCa ca = DevCa.builder("Root").withKeys(DevKeyType.ED25519).build();
    DevCertificate own = TestPki.server(ca);
    KeyMaterial inDevice = new KeyMaterial("identity", new DeviceKey(), own.chain());
    assertThatThrownBy(inDevice::forBouncyCastle)
        .hasMessage(
            "key-unsupported: identity holds an Edwards key that a device keeps, and Bouncy"
                + " Castle's TLS uses its own only")
        .isInstanceOfSatisfying(
            TlsMaterialException.class,
            e -> assertThat(e.reason()).isEqualTo(MaterialReason.KEY_UNSUPPORTED));
    KeyMaterial ec = new KeyMaterial("identity", new DeviceKey(), new TestPki().server.chain());
    assertThat(ec.forBouncyCastle()).isSameAs(ec);
  }

  /** A key that shows nothing of itself. */
  private static final class DeviceKey implements PrivateKey {
    private static final long serialVersionUID = 1L;

    @Override
    public String getAlgorithm() {
      return "EdDSA";
    }

    @Override
    public String getFormat() {
      return null;
    }

    @Override
    public byte[] getEncoded() {
      return null;
    }
  }

  @Test
  void handshake_strangersAndNoCertificate_areRefused() {
    TestPki pki = new TestPki();
    DevCertificate other = pki.ca.leaf("x").uri("spiffe://test.example/x").forClient().issue();
    SSLContext bc = server(pki.ca).withProvider(provider).build().sslContext();
    assertThatThrownBy(() -> Engines.between(client(pki.ca, other).build().sslContext(), bc).run())
        .isInstanceOf(SSLException.class);
    DevCertificate wrongHost = pki.ca.leaf("s").dns("other.example").forServer().issue();
    SSLContext server =
        ServerTls.builder(
                TestPki.identity(wrongHost), TestPki.anchors(pki.ca), PeerPolicy.anyTrustedPeer())
            .build()
            .sslContext();
    SSLContext bcClient = client(pki.ca, pki.client).withProvider(provider).build().sslContext();
    assertThatThrownBy(() -> Engines.between(bcClient, server).run())
        .isInstanceOf(SSLException.class);
  }
}
