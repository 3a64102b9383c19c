package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Refusal;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.DevKeyType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MT-14: several identities in one context, chosen by server name and kind of key. */
class SeveralIdentitiesTest {

  private static final String RSA_ID = "spiffe://test.example/ns/a/sa/rsa";
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private static final TestPki PKI = TestPki.SHARED;
  private static final DevCa RSA_CA =
      DevCa.builder("RSA Root").withKeys(DevKeyType.RSA_2048).build();
  private static final DevCertificate RSA_CLIENT = RSA_CA.leaf("rsaclient").uri(RSA_ID).issue();
  private static final DevCertificate EC = leaf("ec", DevKeyType.EC_P256, "localhost", "a.example");
  private static final DevCertificate RSA =
      leaf("rsa", DevKeyType.RSA_2048, "localhost", "a.example");
  private static final DevCertificate SHOP = leaf("shop", DevKeyType.EC_P256, "shop.example");
  private static final DevCertificate WILD = leaf("wild", DevKeyType.EC_P256, "*.shop.example");
  private static final DevCertificate CART = leaf("cart", DevKeyType.EC_P256, "cart.shop.example");
  private static final DevCertificate GIVEN = leaf("given", DevKeyType.RSA_2048, "other.example");
  private static final ServerTls ALL = server(all()).build();
  @TempDir Path folder;

  private static DevCertificate leaf(String name, DevKeyType type, String... names) {
    DevCertificate.Builder leaf =
        (type == DevKeyType.RSA_2048 ? RSA_CA : PKI.ca).leaf(name).withKeys(type).forServer();
    for (String one : names) {
      leaf = leaf.dns(one);
    }
    return leaf.issue();
  }

  private static Identity all() {
    return TestPki.identity(EC)
        .and(TestPki.identity(RSA))
        .and(TestPki.identity(WILD))
        .and(TestPki.identity(SHOP).and(TestPki.identity(CART)))
        .and(TestPki.identity(GIVEN).forServerNames("Given.example.", "*.given.example"));
  }

  private static MutualTls.Builder<ServerTls> server(Identity identity) {
    return ServerTls.builder(
        identity,
        TestPki.anchors(PKI.ca).and(TestPki.anchors(RSA_CA)),
        PeerPolicy.anyTrustedPeer());
  }

  private static ClientTls client() {
    return ClientTls.of(
        TestPki.identity(PKI.client).and(TestPki.identity(RSA_CLIENT)),
        TestPki.anchors(PKI.ca).and(TestPki.anchors(RSA_CA)),
        PeerPolicy.anyTrustedPeer());
  }

  /** Lets a client say that it knows signature schemes of one kind alone, of RSA or a curve. */
  private record Only(String kind) implements AlgorithmConstraints {
    @Override
    public boolean permits(
        Set<CryptoPrimitive> primitives, String algorithm, AlgorithmParameters parameters) {
      boolean scheme = algorithm.matches("(rsa|ecdsa|ed|dsa)[_0-9].*");
      return !scheme || algorithm.matches(".*(" + kind + ").*");
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
      return true;
    }

    @Override
    public boolean permits(
        Set<CryptoPrimitive> primitives,
        String algorithm,
        Key key,
        AlgorithmParameters parameters) {
      return true;
    }
  }

  private static SSLEngine asking(SSLContext client, String name, String protocol, String kind) {
    SSLEngine engine = client.createSSLEngine(name.isEmpty() ? "localhost" : name, 443);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[] {protocol});
    parameters.setServerNames(name.isEmpty() ? List.of() : List.of(new SNIHostName(name)));
    if (!kind.isEmpty()) {
      parameters.setAlgorithmConstraints(new Only(kind));
    }
    engine.setSSLParameters(parameters);
    return engine;
  }

  private static Engines run(SSLContext client, SSLContext server, String name, String protocol)
      throws SSLException {
    return new Engines(asking(client, name, protocol, ""), server.createSSLEngine()).run();
  }

  /** Whom a client meets that asks for this name. */
  private String met(ServerTls server, String name, String protocol, String kind) throws Exception {
    Engines done =
        new Engines(
                asking(client().sslContext(), name, protocol, kind),
                server.sslContext().createSSLEngine())
            .run();
    return commonName(done);
  }

  private static String commonName(Engines done) throws SSLException {
    X509Certificate met = (X509Certificate) done.client.getSession().getPeerCertificates()[0];
    return met.getSubjectX500Principal().getName().replaceAll("CN=([a-z0-9]+).*", "$1");
  }

  @Test
  void MT14_serverName_choosesExactThenWildcardThenFirst() throws Exception {
    ServerTls server = ALL;
    for (String protocol : PROTOCOLS) {
      for (String[] pair :
          new String[][] {
            {"localhost.a.example", "ec"},
            {"a.example", "ec"},
            {"A.Example", "ec"},
            {"shop.example", "shop"},
            {"x.shop.example", "wild"},
            {"cart.shop.example", "cart"},
            {"x.cart.shop.example", "ec"},
            {"given.example", "given"},
            {"x.given.example", "given"},
            {"other.example", "ec"},
            {"unknown.example", "ec"},
            {"example", "ec"},
            {"", "ec"}
          }) {
        assertThat(met(server, pair[0], protocol, "")).as("%s", (Object) pair).isEqualTo(pair[1]);
      }
    }
  }

  @Test
  void MT14_kindOfKey_followsThePeersSignatures() throws Exception {
    ServerTls server = ALL;
    for (String protocol : PROTOCOLS) {
      for (String name : new String[] {"a.example", "", "unknown.example"}) {
        assertThat(met(server, name, protocol, "ecdsa")).isEqualTo("ec");
        assertThat(met(server, name, protocol, "rsa_")).isEqualTo("rsa");
      }
      assertThat(met(server, "given.example", protocol, "rsa_")).isEqualTo("given");
      for (String[] pair : new String[][] {{"ecdsa", TestPki.CLIENT_ID}, {"rsa_", RSA_ID}}) {
        Engines done =
            new Engines(
                    asking(client().sslContext(), "a.example", protocol, pair[0]),
                    server.sslContext().createSSLEngine())
                .run();
        assertThat(PeerIdentity.of(done.server.getSession()).spiffeId()).hasValue(pair[1]);
      }
      // The name of another is never lent for its key.
      assertThatThrownBy(() -> met(server, "shop.example", protocol, "rsa_"))
          .isInstanceOf(SSLException.class);
      assertThatThrownBy(() -> met(server, "given.example", protocol, "ecdsa"))
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void MT14_wildcardOfAnotherKey_servesWhereTheExactOneCannot() throws Exception {
    DevCertificate rsaWild = leaf("rsawild", DevKeyType.RSA_2048, "*.shop.example");
    ServerTls server =
        server(TestPki.identity(EC).and(TestPki.identity(rsaWild)).and(TestPki.identity(CART)))
            .build();
    for (String protocol : PROTOCOLS) {
      assertThat(met(server, "cart.shop.example", protocol, "")).isEqualTo("cart");
      assertThat(met(server, "cart.shop.example", protocol, "rsa_")).isEqualTo("rsawild");
      assertThat(met(server, "x.shop.example", protocol, "rsa_")).isEqualTo("rsawild");
    }
  }

  @Test
  void MT14_curves_areChosenByWhatTheClientKnows() throws Exception {
    TestAuthority ca = TestAuthority.root("CN=Root", TestAuthority.keys("RSA", 2048), c -> {});
    KeyPair large = TestAuthority.keys("EC", 384);
    X509Certificate p384 =
        ca.issue(
            "CN=large", large.getPublic(), TestAuthority.names(TestAuthority.dns("a.example")));
    KeyPair small = TestAuthority.keys("EC", 256);
    X509Certificate p256 =
        ca.issue(
            "CN=small", small.getPublic(), TestAuthority.names(TestAuthority.dns("a.example")));
    ServerTls server =
        server(
                Identity.of(large.getPrivate(), List.of(p384))
                    .and(Identity.of(small.getPrivate(), List.of(p256))))
            .build();
    ClientTls client =
        ClientTls.of(TestPki.identity(RSA_CLIENT), ca.anchors(), PeerPolicy.anyTrustedPeer());
    for (String[] pair :
        new String[][] {{"secp256r1|rsa_", "small"}, {"secp384r1|rsa_", "large"}, {"", "large"}}) {
      Engines done =
          new Engines(
                  asking(client.sslContext(), "a.example", "TLSv1.3", pair[0]),
                  server.sslContext().createSSLEngine())
              .run();
      assertThat(commonName(done)).isEqualTo(pair[1]);
    }
  }

  @Test
  void MT14_unknownNames_areRefusedWhereConfigured() throws Exception {
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    ServerTls server =
        server(all())
            .withUnknownServerNamesRefused()
            .withListener(new MutualTlsTest.Recorder(events))
            .build();
    for (String protocol : PROTOCOLS) {
      assertThat(met(server, "shop.example", protocol, "")).isEqualTo("shop");
      assertThat(met(server, "", protocol, "")).isEqualTo("ec");
      events.clear();
      for (String name : new String[] {"unknown.example", "x.cart.shop.example"}) {
        assertThatThrownBy(() -> met(server, name, protocol, ""))
            .isInstanceOf(SSLException.class)
            .hasMessageContaining("Unrecognized server name");
      }
      assertThat(events)
          .extracting(event -> event.outcome().fold(x -> null, Refusal::reason))
          .containsOnly(PeerReason.HANDSHAKE_FAILED);
    }
    ServerTls one = server(TestPki.identity(SHOP)).withUnknownServerNamesRefused().build();
    assertThat(met(one, "shop.example", "TLSv1.3", "")).isEqualTo("shop");
    assertThatThrownBy(() -> met(one, "a.example", "TLSv1.3", "")).isInstanceOf(SSLException.class);
    assertThatIllegalStateException()
        .isThrownBy(() -> PKI.clientTls().withUnknownServerNamesRefused());
  }

  @Test
  void MT14_resumption_isOfTheSameIdentity() throws Exception {
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    ServerTls server = server(all()).withListener(new MutualTlsTest.Recorder(events)).build();
    for (String protocol : PROTOCOLS) {
      events.clear();
      SSLContext client = client().sslContext();
      List<String> met = new ArrayList<>();
      for (String name : new String[] {"shop.example", "a.example", "shop.example", "a.example"}) {
        Engines done = run(client, server.sslContext(), name, protocol);
        met.add(commonName(done));
        assertThat(((ExtendedSSLSession) done.server.getSession()).getRequestedServerNames())
            .containsExactly(new SNIHostName(name));
        assertThat(done.server.getSession().getLocalCertificates())
            .isEqualTo(done.client.getSession().getPeerCertificates());
      }
      assertThat(met).as(protocol).containsExactly("shop", "ec", "shop", "ec");
      // Of several sessions the client of JDK 25 may have forgotten the first.
      assertThat(events)
          .as(protocol)
          .extracting(HandshakeEvent::resumed)
          .startsWith(false, false)
          .endsWith(true)
          .hasSize(4);
    }
  }

  /**
   * Bouncy Castle's client offers what it has for this host and port, whatever name it asks for.
   */
  @Test
  void MT14_resumptionUnderAnotherName_isAFullHandshake() throws Exception {
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    ServerTls server = server(all()).withListener(new MutualTlsTest.Recorder(events)).build();
    SSLContext client =
        SSLContext.getInstance("TLS", new BouncyCastleJsseProvider(new BouncyCastleProvider()));
    ClientTls ours = client();
    client.init(
        ours.keyManagerFactory().getKeyManagers(),
        ours.trustManagerFactory().getTrustManagers(),
        null);
    List<String> met = new ArrayList<>();
    for (String name : new String[] {"shop.example", "shop.example", "a.example", "a.example"}) {
      SSLEngine engine = client.createSSLEngine("localhost", 443);
      engine.setUseClientMode(true);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setProtocols(new String[] {"TLSv1.2"});
      parameters.setServerNames(List.of(new SNIHostName(name)));
      engine.setSSLParameters(parameters);
      met.add(commonName(new Engines(engine, server.sslContext().createSSLEngine()).run()));
    }
    assertThat(met).containsExactly("shop", "shop", "ec", "ec");
    assertThat(events)
        .extracting(HandshakeEvent::resumed)
        .containsExactly(false, true, false, true);
  }

  @Test
  void MT14_applicationsOwnMatcher_isAskedToo() throws Exception {
    ServerTls server = ALL;
    for (String protocol : PROTOCOLS) {
      for (String name : new String[] {"shop.example", "a.example"}) {
        SSLEngine own = server.sslContext().createSSLEngine();
        SSLParameters parameters = own.getSSLParameters();
        parameters.setSNIMatchers(List.of(SNIHostName.createSNIMatcher("shop\\.example")));
        own.setSSLParameters(parameters);
        own.setSSLParameters(own.getSSLParameters());
        Engines engines = new Engines(asking(client().sslContext(), name, protocol, ""), own);
        if (name.equals("shop.example")) {
          assertThat(commonName(engines.run())).isEqualTo("shop");
        } else {
          assertThatThrownBy(engines::run).isInstanceOf(SSLException.class);
        }
      }
    }
  }

  /** What a matcher of the application is given. */
  private static final class Everything extends SNIMatcher {
    private final List<String> seen = new ArrayList<>();

    Everything() {
      super(0);
    }

    @Override
    public boolean matches(SNIServerName name) {
      seen.add(((SNIHostName) name).getAsciiName());
      return true;
    }
  }

  @Test
  void MT14_oneIdentity_leavesNamesAlone() throws Exception {
    ServerTls server = server(TestPki.identity(EC)).build();
    assertThat(server.sslContext().createSSLEngine().getSSLParameters().getSNIMatchers()).isNull();
    SSLEngine own = server.sslContext().createSSLEngine();
    SSLParameters parameters = own.getSSLParameters();
    Everything matcher = new Everything();
    parameters.setSNIMatchers(List.of(matcher));
    own.setSSLParameters(parameters);
    Engines done =
        new Engines(asking(client().sslContext(), "x.example", "TLSv1.3", ""), own).run();
    assertThat(commonName(done)).isEqualTo("ec");
    assertThat(matcher.seen).containsOnly("x.example");
  }

  @Test
  void MT14_eachIdentity_isReloadedAndNoneIsTakenHalf() throws Exception {
    Path first = folder.resolve("first.pem");
    Path second = folder.resolve("second.pem");
    Files.writeString(first, EC.privateKeyPem() + EC.chainPem());
    Files.writeString(second, SHOP.privateKeyPem() + SHOP.chainPem());
    ServerTls server = server(Identity.pem(first).and(Identity.pem(second))).build();
    SSLContext client = client().sslContext();
    assertThat(commonName(run(client, server.sslContext(), "shop.example", "TLSv1.3")))
        .isEqualTo("shop");

    DevCertificate renewed = leaf("renewed", DevKeyType.RSA_2048, "shop.example");
    Files.writeString(second, renewed.privateKeyPem() + renewed.chainPem());
    assertThat(server.reload()).isTrue();
    assertThat(commonName(run(client, server.sslContext(), "shop.example", "TLSv1.3")))
        .isEqualTo("renewed");
    assertThat(commonName(run(client, server.sslContext(), "a.example", "TLSv1.3")))
        .isEqualTo("ec");

    Files.writeString(first, EC.privateKeyPem() + SHOP.chainPem());
    assertThatThrownBy(server::reload)
        .isInstanceOf(TlsMaterialException.class)
        .hasMessageContaining("first.pem");
    assertThat(met(server, "a.example", "TLSv1.2", "")).isEqualTo("ec");
    assertThat(met(server, "shop.example", "TLSv1.2", "")).isEqualTo("renewed");
    assertThat(server.validUntil())
        .isEqualTo(
            List.of(EC, renewed).stream()
                .map(one -> one.certificate().getNotAfter().toInstant())
                .min(java.util.Comparator.naturalOrder())
                .orElseThrow());
  }

  @Test
  void MT14_keyManagersOfFrameworks_chooseAlike() throws Exception {
    ServerTls server = ALL;
    SSLContext framework = SSLContext.getInstance("TLS");
    framework.init(
        server.keyManagerFactory().getKeyManagers(),
        server.trustManagerFactory().getTrustManagers(),
        null);
    for (String protocol : PROTOCOLS) {
      SSLEngine own = framework.createSSLEngine();
      own.setUseClientMode(false);
      own.setNeedClientAuth(true);
      Engines done =
          new Engines(asking(client().sslContext(), "shop.example", protocol, ""), own).run();
      assertThat(commonName(done)).isEqualTo("shop");
    }
  }

  /** A client shows what leads to an authority that the server names, else the first. */
  @Test
  void MT14_client_showsWhatTheServersAnchorsFit() throws Exception {
    DevCa other = DevCa.of("Other Root");
    DevCertificate second = other.leaf("second").uri("spiffe://b.example/x").forClient().issue();
    ClientTls client =
        ClientTls.of(
            TestPki.identity(PKI.client).and(TestPki.identity(second)),
            TestPki.anchors(PKI.ca),
            PeerPolicy.anyTrustedPeer());
    for (String protocol : PROTOCOLS) {
      for (DevCa trusted : List.of(other, PKI.ca)) {
        ServerTls server =
            ServerTls.of(
                TestPki.identity(PKI.server),
                TestPki.anchors(trusted),
                PeerPolicy.anyTrustedPeer());
        Engines done = Engines.between(client.sslContext(), server.sslContext(), protocol).run();
        assertThat(PeerIdentity.of(done.server.getSession()).spiffeId())
            .hasValue(trusted == other ? "spiffe://b.example/x" : TestPki.CLIENT_ID);
      }
    }
  }

  @Test
  void MT14_bouncyCastlesTls_choosesAlike() throws Exception {
    ServerTls server =
        server(all())
            .withProvider(new BouncyCastleJsseProvider(new BouncyCastleProvider()))
            .build();
    for (String protocol : PROTOCOLS) {
      assertThat(met(server, "shop.example", protocol, "")).isEqualTo("shop");
      assertThat(met(server, "cart.shop.example", protocol, "")).isEqualTo("cart");
      assertThat(met(server, "x.shop.example", protocol, "")).isEqualTo("wild");
      assertThat(met(server, "a.example", protocol, "rsa_")).isEqualTo("rsa");
      assertThat(met(server, "unknown.example", protocol, "ecdsa")).isEqualTo("ec");
      SSLContext client = client().sslContext();
      List<String> met = new ArrayList<>();
      for (String name : new String[] {"shop.example", "shop.example", "a.example"}) {
        met.add(commonName(run(client, server.sslContext(), name, protocol)));
      }
      assertThat(met).as(protocol).containsExactly("shop", "shop", "ec");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "*.", "a..b", "*.*.example", "f*o.example", "a_b.example", "*x"})
  void forServerNames_ofAnotherForm_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TestPki.identity(EC).forServerNames("a.example", name))
        .withMessageContaining("shop.example");
  }

  @Test
  void and_withNone_isRefusedAndTextsNameAll() {
    assertThatIllegalArgumentException().isThrownBy(() -> Identity.none().and(all()));
    assertThatIllegalArgumentException().isThrownBy(() -> all().and(Identity.none()));
    assertThatIllegalArgumentException().isThrownBy(() -> all().forServerNames());
    assertThat(all().toString()).contains("identity and identity").contains("for given.example");
  }

  @Test
  void identityThatNobodyIsShown_isNoted() {
    DevCertificate twin = leaf("twin", DevKeyType.EC_P256, "a.example", "localhost");
    ServerTls server = server(TestPki.identity(EC).and(TestPki.identity(twin))).build();
    assertThat(server.generations().newest().identities().notes())
        .singleElement()
        .asString()
        .contains("CN=twin")
        .contains("shown to nobody");
    assertThat(ALL.generations().newest().identities().notes()).isEmpty();
  }
}
