package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bartizan.core.Health;
import io.bartizan.core.Pem;
import io.bartizan.testkit.ManualInstantSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MT-07, MT-11, MT-12, MT-15: own material that others serve, and what no peer could take. */
class OwnChainTest {

  private static final TestAuthority.Extender LOCALHOST =
      TestAuthority.names(TestAuthority.dns("localhost"));

  private static final TestPki PKI = TestPki.SHARED;
  private static final KeyPair STRANGERS_KEYS = TestAuthority.keys();

  /** Authorities that no test's peer comes from, made once. */
  private static final List<X509Certificate> STRANGERS = new ArrayList<>();

  @TempDir Path folder;

  private ServerTls server(Identity identity) {
    return ServerTls.of(identity, TestPki.anchors(PKI.ca), PeerPolicy.anyTrustedPeer());
  }

  private void serves(ServerTls server, TestAuthority root, String... protocols) throws Exception {
    ClientTls client =
        ClientTls.of(TestPki.identity(PKI.client), root.anchors(), PeerPolicy.requestedHost());
    Engines.between(client.sslContext(), server.sslContext(), protocols).run();
  }

  private static TlsMaterialException fault(ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isInstanceOf(TlsMaterialException.class);
    return (TlsMaterialException) thrown;
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA-256", "SHA-384", "SHA-512", ""})
  void MT11_keyRestrictedToPssParameters_isServed(String digest) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSASSA-PSS");
    if (digest.isEmpty()) {
      generator.initialize(2048);
    } else {
      int length = Integer.parseInt(digest.substring(4));
      generator.initialize(
          new RSAKeyGenParameterSpec(
              2048,
              RSAKeyGenParameterSpec.F4,
              new PSSParameterSpec(digest, "MGF1", new MGF1ParameterSpec(digest), length / 8, 1)));
    }
    KeyPair keys = generator.generateKeyPair();
    TestAuthority root = TestAuthority.root("CN=Root", c -> {});
    X509Certificate leaf = root.issue("CN=leaf", keys.getPublic(), LOCALHOST);
    serves(server(Identity.of(keys.getPrivate(), List.of(leaf))), root);

    KeyPair other = generator.generateKeyPair();
    assertThat(fault(() -> server(Identity.of(other.getPrivate(), List.of(leaf)))).reason())
        .isEqualTo(MaterialReason.KEY_MISMATCH);
  }

  @Test
  void MT11_keyThatCannotSign_hasItsOwnReason() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSASSA-PSS");
    generator.initialize(
        new RSAKeyGenParameterSpec(
            2048,
            RSAKeyGenParameterSpec.F4,
            new PSSParameterSpec("SHA-224", "MGF1", MGF1ParameterSpec.SHA224, 28, 1)));
    KeyPair keys = generator.generateKeyPair();
    TestAuthority root = TestAuthority.root("CN=Root", c -> {});
    X509Certificate leaf = root.issue("CN=leaf", keys.getPublic(), LOCALHOST);
    TlsMaterialException parameters =
        fault(() -> server(Identity.of(keys.getPrivate(), List.of(leaf))));
    assertThat(parameters.reason()).isEqualTo(MaterialReason.KEY_CANT_SIGN);
    assertThat(parameters).hasMessageContaining("can't sign: ");

    TlsMaterialException device =
        fault(
            () ->
                server(
                    Identity.of(new Opaque(), List.of(root.leaf("CN=l", TestAuthority.dns("l"))))));
    assertThat(device.reason()).isEqualTo(MaterialReason.KEY_CANT_SIGN);
    assertThat(device)
        .hasMessageContaining("can't sign: " + InvalidKeyException.class.getSimpleName());
  }

  /** The key of a device whose provider is not there. */
  private static final class Opaque implements PrivateKey {
    private static final long serialVersionUID = 1L;

    @Override
    public String getAlgorithm() {
      return "EC";
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
  void MT12_certificatesBesideThePath_areSentAndNotJudged() throws Exception {
    TestAuthority oldRoot = TestAuthority.root("CN=Old", c -> {});
    TestAuthority newRoot = TestAuthority.root("CN=New", c -> {});
    TestAuthority issuing = oldRoot.intermediate("CN=Issuing", c -> {});
    X509Certificate crossed = newRoot.crossFor(issuing, c -> {});
    KeyPair keys = TestAuthority.keys();
    X509Certificate leaf = issuing.issue("CN=leaf", keys.getPublic(), LOCALHOST);
    Instant leafEnds = leaf.getNotAfter().toInstant();
    Instant crossedEnds = crossed.getNotAfter().toInstant();
    Instant pathEnds = leafEnds.isBefore(crossedEnds) ? leafEnds : crossedEnds;
    Instant now = Instant.now();
    X509Certificate ended =
        oldRoot.issue(
            "CN=New",
            newRoot.keys.getPublic(),
            now.minusSeconds(900),
            now.minusSeconds(60),
            TestAuthority.authority());

    AtomicReference<List<X509Certificate>> chain =
        new AtomicReference<>(List.of(leaf, issuing.certificate, crossed));
    ServerTls server =
        server(Identity.pemText(() -> pem(keys.getPrivate().getEncoded(), chain.get())));
    serves(server, oldRoot);
    serves(server, newRoot);
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);

    chain.set(List.of(leaf, crossed, ended));
    assertThat(server.reload()).isTrue();
    serves(server, newRoot);
    assertThat(server.validUntil()).isEqualTo(pathEnds);
    assertThat(server.generations().newest().identities().first().note())
        .contains("1 certificates that are no part of the path")
        .contains("CN=New");

    ClientTls client =
        ClientTls.of(
            Identity.of(keys.getPrivate(), List.of(leaf, crossed, ended)),
            TestPki.anchors(PKI.ca),
            PeerPolicy.requestedHost());
    assertThat(client.validUntil()).isEqualTo(pathEnds);
  }

  /** As ISRG Root X1, signed by DST Root CA X3, stood above R3. */
  @Test
  void MT12_crossCertificateAboveThePathThatEnds_isLeftByTheNextReload() throws Exception {
    ManualInstantSource clock = new ManualInstantSource(Instant.now());
    TestAuthority oldRoot = TestAuthority.root("CN=Old", c -> {});
    TestAuthority newRoot = TestAuthority.root("CN=New", c -> {});
    TestAuthority issuing = newRoot.intermediate("CN=Issuing", c -> {});
    Instant now = clock.instant();
    X509Certificate crossed =
        oldRoot.issue(
            "CN=New",
            newRoot.keys.getPublic(),
            now.minusSeconds(900),
            now.plusSeconds(600),
            TestAuthority.authority());
    KeyPair keys = TestAuthority.keys();
    X509Certificate leaf = issuing.issue("CN=leaf", keys.getPublic(), LOCALHOST);
    String own = pem(keys.getPrivate().getEncoded(), List.of(leaf, issuing.certificate, crossed));
    ServerTls server =
        ServerTls.builder(
                Identity.pemText(() -> own), TestPki.anchors(PKI.ca), PeerPolicy.anyTrustedPeer())
            .withClock(clock)
            .build();
    assertThat(server.validUntil()).isEqualTo(crossed.getNotAfter().toInstant());
    assertThat(server.reload()).isFalse();

    clock.advance(Duration.ofMinutes(20));
    assertThat(server.health().status()).isEqualTo(Health.Status.DOWN);
    assertThat(server.reload()).isTrue();
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    Instant pathEnds = issuing.certificate.getNotAfter().toInstant();
    assertThat(server.validUntil()).isEqualTo(pathEnds);
    assertThat(server.reload()).isFalse();
    serves(server, newRoot);
  }

  @Test
  void MT12_brokenPaths_stayRefused() {
    TestAuthority root = TestAuthority.root("CN=Root", c -> {});
    TestAuthority issuing = root.intermediate("CN=Issuing", c -> {});
    KeyPair keys = TestAuthority.keys();
    X509Certificate leaf = issuing.issue("CN=leaf", keys.getPublic(), LOCALHOST);
    Instant now = Instant.now();
    X509Certificate ended =
        root.issue(
            "CN=Issuing",
            issuing.keys.getPublic(),
            now.minusSeconds(900),
            now.minusSeconds(60),
            TestAuthority.authority());
    assertThat(load(keys, leaf, ended).reason()).isEqualTo(MaterialReason.EXPIRED);
    assertThat(load(keys, issuing.certificate, leaf).reason())
        .isEqualTo(MaterialReason.CHAIN_DISORDERED);
    assertThat(load(keys, leaf, root.certificate, issuing.certificate).reason())
        .isEqualTo(MaterialReason.CHAIN_DISORDERED);
    assertThat(load(TestAuthority.keys(), leaf, issuing.certificate).reason())
        .isEqualTo(MaterialReason.KEY_MISMATCH);
    assertThat(
            load(keys, leaf, issuing.certificate, root.leaf("CN=x", TestAuthority.dns("x")))
                .reason())
        .isEqualTo(MaterialReason.CHAIN_DISORDERED);
  }

  private TlsMaterialException load(KeyPair keys, X509Certificate... chain) {
    return fault(() -> server(Identity.of(keys.getPrivate(), List.of(chain))));
  }

  private static String pem(byte[] pkcs8, List<X509Certificate> chain) {
    StringBuilder text = new StringBuilder(Pem.encode("PRIVATE KEY", pkcs8));
    try {
      for (X509Certificate one : chain) {
        text.append(Pem.encode("CERTIFICATE", one.getEncoded()));
      }
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }

  private static List<X509Certificate> many(int count, TestAuthority real) {
    synchronized (STRANGERS) {
      for (int i = STRANGERS.size(); i < count; i++) {
        String name = "CN=Authority " + i + ",O=" + "x".repeat(60) + ",OU=" + "y".repeat(50);
        STRANGERS.add(TestAuthority.root(name, STRANGERS_KEYS, c -> {}).certificate);
      }
      List<X509Certificate> all = new ArrayList<>(STRANGERS.subList(0, count));
      all.add(real.certificate);
      return all;
    }
  }

  @Test
  void MT07_namesThatNoClientTakes_areRefusedAtLoadAndReload() throws Exception {
    TestAuthority root = TestAuthority.root("CN=Root", c -> {});
    AtomicReference<List<X509Certificate>> anchors = new AtomicReference<>(many(195, root));
    Supplier<String> text =
        () -> {
          StringBuilder pem = new StringBuilder();
          for (X509Certificate one : anchors.get()) {
            pem.append(pem(one));
          }
          return pem.toString();
        };
    ServerTls server =
        ServerTls.of(
            TestPki.identity(PKI.server), TrustAnchors.pemText(text), PeerPolicy.anyTrustedPeer());
    ClientTls client = clientOf(root);
    handshakes(client, server);

    anchors.set(many(330, root));
    TlsMaterialException tooMany = fault(server::reload);
    assertThat(tooMany.reason()).isEqualTo(MaterialReason.HANDSHAKE_TOO_LARGE);
    assertThat(tooMany)
        .hasMessageContaining("bytes of names")
        .hasMessageContaining("withAnchorNamesLeftOut");
    assertThat(server.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(server.health().detail()).contains("handshake-too-large");
    Engines.between(client.sslContext(), server.sslContext()).run();
    assertThat(
            fault(
                    () ->
                        ServerTls.of(
                            TestPki.identity(PKI.server),
                            TrustAnchors.of(anchors.get()),
                            PeerPolicy.anyTrustedPeer()))
                .reason())
        .isEqualTo(MaterialReason.HANDSHAKE_TOO_LARGE);

    assertThatThrownBy(() -> PKI.clientTls().withAnchorNamesLeftOut())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void MT07_anchorsWithoutNames_workBeyondTheBound() throws Exception {
    serveNameless(330);
  }

  @Test
  @Tag("deep")
  void MT07_twoThousandAnchorsWithoutNames_work() throws Exception {
    serveNameless(2000);
  }

  /** Who publishes many roots, as a partner of a federation may, must not end our own renewal. */
  @Test
  void MT07_pushedAnchorsBeyondTheBound_areTakenWithoutNames() throws Exception {
    TestAuthority root = TestAuthority.root("CN=Root", c -> {});
    TrustAnchors few = TrustAnchors.of(many(3, root));
    PushedMaterial pushed = PushedMaterial.of(TestPki.identity(PKI.server), few);
    ServerTls server =
        ServerTls.of(pushed.identity(), pushed.anchors(), PeerPolicy.anyTrustedPeer());
    PolicyTrustManager names =
        new PolicyTrustManager(server.generations().current(), (connection, decision) -> {});
    ClientTls client = clientOf(root);
    int named = names.getAcceptedIssuers().length;
    assertThat(named).isPositive();

    Identity renewed = TestPki.identity(TestPki.server(PKI.ca));
    assertThat(pushed.push(renewed, TrustAnchors.of(many(330, root)))).isTrue();
    assertThat(server.generation()).isEqualTo(2);
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    assertThat(names.getAcceptedIssuers().length).isZero();
    handshakes(client, server);

    assertThat(pushed.push(renewed, few)).isTrue();
    assertThat(names.getAcceptedIssuers().length).isEqualTo(named);
  }

  private static ClientTls clientOf(TestAuthority root) throws Exception {
    KeyPair keys = TestAuthority.keys();
    X509Certificate leaf = root.issue("CN=c", keys.getPublic(), LOCALHOST);
    return ClientTls.of(
        Identity.of(keys.getPrivate(), List.of(leaf)),
        TestPki.anchors(PKI.ca),
        PeerPolicy.requestedHost());
  }

  private static void handshakes(ClientTls client, ServerTls server) throws Exception {
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      Engines.between(client.sslContext(), server.sslContext(), protocol).run();
    }
  }

  private static void serveNameless(int count) throws Exception {
    TestAuthority root = TestAuthority.root("CN=Root", c -> {});
    ClientTls client = clientOf(root);
    ServerTls nameless =
        ServerTls.builder(
                TestPki.identity(PKI.server),
                TrustAnchors.of(many(count, root)),
                PeerPolicy.anyTrustedPeer())
            .withAnchorNamesLeftOut()
            .build();
    handshakes(client, nameless);
  }

  private static String pem(X509Certificate one) {
    try {
      return Pem.encode("CERTIFICATE", one.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void MT07_ownChainThatNoPeerTakes_isRefused() {
    TestAuthority root = TestAuthority.root("CN=Root", c -> {});
    List<X509Certificate> chain = new ArrayList<>();
    TestAuthority last = root;
    for (int i = 0; i < 10; i++) {
      last = last.intermediate("CN=Level " + i, c -> {});
      chain.add(0, last.certificate);
    }
    KeyPair keys = TestAuthority.keys();
    chain.add(0, last.issue("CN=leaf", keys.getPublic(), LOCALHOST));
    assertThat(load(keys, chain.toArray(X509Certificate[]::new)).reason())
        .isEqualTo(MaterialReason.HANDSHAKE_TOO_LARGE);
  }

  /** What editors and {@code cat} make of a PEM file. */
  enum Damage {
    BYTE_ORDER_MARK,
    NO_LINE_END_BETWEEN,
    UTF16,
    DER
  }

  @ParameterizedTest
  @EnumSource
  void MT15_usualDamage_isReadOrNamed(Damage damage) throws Exception {
    String good = PKI.server.chainPem();
    Path cert = folder.resolve("cert.pem");
    Path key = folder.resolve("key.pem");
    Files.writeString(key, PKI.server.privateKeyPem());
    switch (damage) {
      case BYTE_ORDER_MARK -> Files.writeString(cert, "\ufeff" + good, StandardCharsets.UTF_8);
      case NO_LINE_END_BETWEEN -> Files.writeString(cert, good.strip() + PKI.ca.certificatePem());
      case UTF16 -> Files.writeString(cert, good, StandardCharsets.UTF_16);
      case DER -> Files.write(cert, PKI.server.certificate().getEncoded());
    }
    Identity identity = Identity.pem(cert, key);
    switch (damage) {
      case BYTE_ORDER_MARK, NO_LINE_END_BETWEEN ->
          assertThat(server(identity).generation()).isEqualTo(1);
      case UTF16 ->
          assertThat(fault(() -> server(identity))).hasMessageContaining("is UTF-16 text");
      case DER -> assertThat(fault(() -> server(identity))).hasMessageContaining("DER");
    }
  }

  @Test
  void MT15_underscoresInHostNames_areRefusedByName() {
    TestAuthority root = TestAuthority.root("CN=Root", c -> {});
    ClientTls client =
        ClientTls.of(TestPki.identity(PKI.client), root.anchors(), PeerPolicy.requestedHost());
    X509Certificate one = root.leaf("CN=x", TestAuthority.dns("my_service"));
    String refusal =
        client.explain(List.of(one), "my_service").fold(a -> "accepted", r -> r.message());
    assertThat(refusal).contains("my_service, which is no host name").contains("underscore");
    assertThatThrownBy(() -> PeerPolicy.dns("my_service"))
        .hasMessageContaining("letters, digits, hyphens and dots");
  }

  @Test
  void MT15_clockBehind_isNotUp() {
    ManualInstantSource clock = new ManualInstantSource(Instant.now());
    ServerTls server = PKI.serverTls().withClock(clock).build();
    assertThat(server.health().status()).isEqualTo(Health.Status.UP);
    clock.advance(Duration.ofDays(-2));
    assertThat(server.health().status()).isEqualTo(Health.Status.DOWN);
    assertThat(server.health().detail()).contains("not valid before");
  }
}
