package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.mtls.x509.Certificates;
import io.bartizan.testkit.ManualInstantSource;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ML-09: each step of a decision, by a peer that this step alone refuses. */
class TrustDeciderTest {

  private static final TestAuthority.Extender NOTHING = c -> {};

  private final TestPki pki = new TestPki();
  private final ManualInstantSource clock =
      new ManualInstantSource(Instant.ofEpochSecond(Instant.now().getEpochSecond()));
  private final TestAuthority root = TestAuthority.root("CN=Root", NOTHING);
  private final X509Certificate leaf = root.leaf("CN=leaf", TestAuthority.dns("a.example"));
  @TempDir Path folder;

  private MutualTls.Builder<? extends MutualTls> builder(
      TlsSide side, TrustAnchors anchors, PeerPolicy policy) {
    return side == TlsSide.SERVER
        ? ServerTls.builder(TestPki.identity(pki.server), anchors, policy)
        : ClientTls.builder(TestPki.identity(pki.client), anchors, policy);
  }

  private static TrustDecider decider(MutualTls.Builder<? extends MutualTls> builder) {
    return builder.build().generations().newest().decider();
  }

  private TrustDecider decider(TlsSide side) {
    return decider(builder(side, root.anchors(), PeerPolicy.anyTrustedPeer()));
  }

  private static String said(PeerDecision decision) {
    assertThat(decision.generation()).isEqualTo(1);
    return decision
        .outcome()
        .fold(peer -> "accepted by " + peer.rule() + " in " + peer.generation(), r -> r.message());
  }

  private static String said(TrustDecider decider, X509Certificate... chain) {
    return said(decider.decide(chain, null, null));
  }

  private static final String ACCEPTED = "accepted by anyTrustedPeer() in 1";

  @ParameterizedTest
  @EnumSource
  void ML09_noCertificate_isMissing(TlsSide side) {
    TrustDecider decider = decider(side);
    X509Certificate[] none = {};
    String missing = "certificate-missing: the peer presented no certificate";
    assertThat(said(decider.decide(null, null, null))).isEqualTo(missing);
    assertThat(said(decider.decide(none, null, null))).isEqualTo(missing);
    assertThat(decider.decide(none, null, null).presented()).isEmpty();
    String resumed = "certificate-missing: the session has no certificate";
    assertThat(said(decider.resumed(null, null))).isEqualTo(resumed);
    assertThat(said(decider.resumed(none, null))).isEqualTo(resumed);
  }

  private static SSLSession session(Certificate @Nullable ... peer) {
    return (SSLSession)
        Proxy.newProxyInstance(
            TrustDeciderTest.class.getClassLoader(),
            new Class<?>[] {SSLSession.class},
            (proxy, method, arguments) -> {
              if (peer == null) {
                throw new SSLPeerUnverifiedException("nobody");
              }
              return peer;
            });
  }

  @Test
  void ML09_peerOfASession_isDecidedAboutByItsChain() {
    TrustDecider decider = decider(TlsSide.SERVER);
    Certificate other =
        new Certificate("other") {
          @Override
          public byte[] getEncoded() {
            return new byte[0];
          }

          @Override
          public void verify(PublicKey key) {}

          @Override
          public void verify(PublicKey key, String provider) {}

          @Override
          public String toString() {
            return "other";
          }

          @Override
          public PublicKey getPublicKey() {
            return root.keys.getPublic();
          }
        };
    assertThat(TrustDecider.chain(session((Certificate[]) null))).isNull();
    assertThat(TrustDecider.chain(session(other, leaf))).containsExactly(leaf);
    assertThat(said(decider.decide(session(leaf), null))).isEqualTo(ACCEPTED);
    assertThat(said(decider.decide(session((Certificate[]) null), null)))
        .startsWith("certificate-missing: ");
  }

  /** Whose certificate it is stands beside the refusal, as far as it can be read. */
  @ParameterizedTest
  @EnumSource
  void ML09_eachStep_refusesWhomItAloneRefuses(TlsSide side) throws Exception {
    TrustDecider decider = decider(side);
    KeyPair keys = TestAuthority.keys();
    TestAuthority.Extender name = TestAuthority.names(TestAuthority.dns("a.example"));
    assertThat(said(decider, leaf)).isEqualTo(ACCEPTED);
    assertThat(said(decider, root.certificate)).startsWith("leaf-is-anchor: \"CN=Root\"");
    TestAuthority stranger = TestAuthority.root("CN=Stranger", NOTHING);
    assertThat(said(decider, stranger.leaf("CN=x"))).startsWith("chain-untrusted: ");
    X509Certificate authority =
        root.issue("CN=x", keys.getPublic(), TestAuthority.authority().and(name));
    assertThat(said(decider, authority)).startsWith("leaf-is-ca: ");
    assertThat(decider.decide(new X509Certificate[] {authority}, null, null).presented())
        .containsExactly("dns:a.example");
    for (int usage : new int[] {KeyUsage.digitalSignature, KeyUsage.dataEncipherment}) {
      X509Certificate used =
          root.issue(
              "CN=x",
              keys.getPublic(),
              name.and(c -> c.addExtension(Extension.keyUsage, true, new KeyUsage(usage))));
      if (usage == KeyUsage.digitalSignature) {
        assertThat(said(decider, used)).isEqualTo(ACCEPTED);
      } else {
        assertThat(said(decider, used)).startsWith("usage-wrong: the JDK refuses: ");
      }
    }
    KeyPurposeId own =
        side == TlsSide.SERVER ? KeyPurposeId.id_kp_clientAuth : KeyPurposeId.id_kp_serverAuth;
    X509Certificate purposed =
        root.issue(
            "CN=x",
            keys.getPublic(),
            c -> c.addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(own)));
    assertThat(said(decider, purposed))
        .as("the JDK is asked for the same role")
        .isEqualTo(ACCEPTED);
    TrustDecider denying =
        decider(
            builder(side, root.anchors(), PeerPolicy.anyTrustedPeer())
                .withRevocation(Revocation.none().withDeniedSerial(leaf.getSerialNumber())));
    assertThat(said(denying, leaf)).startsWith("revoked: ");
    assertThat(denying.decide(new X509Certificate[] {leaf}, null, null).presented())
        .containsExactly("dns:a.example");
    X509Certificate nameless = root.leaf("CN=x", TestAuthority.dns("a\u0000.example"));
    PeerDecision unread = decider.decide(new X509Certificate[] {nameless}, null, null);
    assertThat(said(unread)).startsWith("names-malformed: ");
    assertThat(unread.presented()).isEmpty();
  }

  /** A signature whose last bit is zero stays the same when that bit is said to be unused. */
  @Test
  void ML09_unusedBitsOfASignature_makeAnotherCertificate() throws Exception {
    TrustDecider decider = decider(TlsSide.SERVER);
    X509Certificate even = leaf;
    while ((even.getSignature()[even.getSignature().length - 1] & 1) != 0) {
      even = root.leaf("CN=leaf");
    }
    byte[] der = even.getEncoded();
    der[der.length - even.getSignature().length - 1] = 1;
    X509Certificate changed = Certificates.of(der);
    assertThat(changed.getSignature()).isEqualTo(even.getSignature());
    assertThat(said(decider, even)).isEqualTo(ACCEPTED);
    assertThat(said(decider, changed))
        .startsWith("signature-invalid: \"CN=leaf\"")
        .endsWith("has a signature that is not whole bytes");
    assertThat(said(decider, even, changed)).startsWith("signature-invalid: ");
  }

  @Test
  void ML09_whatCannotBeJudged_isARefusal() throws Exception {
    TrustDecider decider = decider(TlsSide.SERVER);
    X509Certificate[] broken = {leaf, null};
    assertThat(said(decider.decide(broken, null, null)))
        .isEqualTo("chain-invalid: the chain can't be judged: NullPointerException");
    assertThat(said(decider.resumed(broken, null)))
        .isEqualTo("chain-invalid: the chain can't be judged: NullPointerException");
    // The JDK reads no certificate whose critical extension it can't read.
    X509Certificate[] foreign = {
      foreign(
          new JcaX509v3CertificateBuilder(
                  new X500Name("CN=Root"),
                  BigInteger.ONE,
                  leaf.getNotBefore(),
                  leaf.getNotAfter(),
                  new X500Name("CN=x"),
                  root.keys.getPublic())
              .addExtension(Extension.subjectAlternativeName, true, DERNull.INSTANCE)
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(root.keys.getPrivate()))
              .getEncoded())
    };
    assertThat(said(decider.decide(foreign, null, null)))
        .isEqualTo("chain-invalid: the JDK can't read a certificate of the chain");
    assertThat(said(decider.resumed(foreign, null)))
        .isEqualTo("chain-invalid: the JDK can't read a certificate of the chain");
    X509Certificate[] readable = {foreign(Certificates.encoded(leaf))};
    assertThat(said(decider.decide(readable, null, null))).isEqualTo(ACCEPTED);
    assertThat(said(decider.resumed(readable, null))).isEqualTo(ACCEPTED);
  }

  /** As another provider's TLS gives it. */
  private static X509Certificate foreign(byte[] der) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509", new BouncyCastleProvider())
            .generateCertificate(new ByteArrayInputStream(der));
  }

  @Test
  void ML09_hostOfAPolicy_isNamedInTheRefusal() {
    TrustDecider asking =
        decider(builder(TlsSide.CLIENT, root.anchors(), PeerPolicy.requestedHost()));
    TrustDecider fixed =
        decider(builder(TlsSide.CLIENT, root.anchors(), PeerPolicy.dns("b.example")));
    X509Certificate[] chain = {leaf};
    for (boolean resumed : new boolean[] {false, true}) {
      assertThat(by(asking, chain, "a.example", resumed))
          .isEqualTo("accepted by requestedHost() in 1");
      assertThat(by(asking, chain, null, resumed)).startsWith("host-unknown: the policy needs");
      assertThat(by(asking, chain, "c.example", resumed))
          .isEqualTo(
              "policy-mismatch: PeerIdentity[dns:a.example] does not match requestedHost() for the"
                  + " host c.example");
      assertThat(by(asking, chain, "10.0.0.1", resumed)).endsWith(" for the host 10.0.0.1");
      assertThat(by(asking, chain, "a_b", resumed))
          .contains(" for the host a_b, which is no host name: letters, digits, hyphens and dots");
      for (String host : new String[] {null, "c.example"}) {
        assertThat(by(fixed, chain, host, resumed))
            .isEqualTo(
                "policy-mismatch: PeerIdentity[dns:a.example] does not match dns(b.example)");
      }
    }
    assertThat(fixed.decide(chain, null, null).presented()).containsExactly("dns:a.example");
  }

  private static String by(
      TrustDecider decider, X509Certificate[] chain, @Nullable String host, boolean resumed) {
    return said(resumed ? decider.resumed(chain, host) : decider.decide(chain, host, null));
  }

  /** The JDK is asked as of the clock that was given, on both sides and behind an anchor. */
  @ParameterizedTest
  @EnumSource
  void ML09_clock_isTheOneForTheJdkToo(TlsSide side) {
    Instant far = clock.instant().plus(Duration.ofDays(400));
    X509Certificate anchor =
        root.issue(
            "CN=Root",
            root.keys.getPublic(),
            far.minusSeconds(60),
            far.plusSeconds(60),
            TestAuthority.authority());
    X509Certificate later =
        root.issue("CN=later", TestAuthority.keys().getPublic(), far, far.plusSeconds(30), NOTHING);
    MutualTls.Builder<? extends MutualTls> builder =
        builder(side, TrustAnchors.of(List.of(anchor)), PeerPolicy.anyTrustedPeer());
    TrustDecider decider = decider(builder.withClock(clock));
    clock.advance(Duration.ofDays(400));
    assertThat(said(decider, later)).isEqualTo(ACCEPTED);
    clock.advance(Duration.ofSeconds(30));
    assertThat(said(decider, later)).isEqualTo(ACCEPTED);
    clock.advance(Duration.ofSeconds(1));
    assertThat(said(decider, later)).startsWith("expired: ");
  }

  private X509Certificate lasting(String name, Duration time, TestAuthority.Extender more) {
    Instant from = clock.instant().minusSeconds(60);
    return root.issue(name, root.keys.getPublic(), from, clock.instant().plus(time), more);
  }

  @Test
  void ML09_resumedSession_endsWithItsCertificates() {
    X509Certificate brief = lasting("CN=brief", Duration.ofSeconds(60), NOTHING);
    TestAuthority authority = root.intermediate("CN=behind", NOTHING);
    X509Certificate behind =
        root.issue(
            "CN=behind",
            authority.keys.getPublic(),
            clock.instant().minusSeconds(60),
            clock.instant().plusSeconds(30),
            TestAuthority.authority());
    X509Certificate below = authority.leaf("CN=below");
    TrustDecider decider =
        decider(
            builder(TlsSide.SERVER, root.anchors(), PeerPolicy.anyTrustedPeer()).withClock(clock));
    X509Certificate[] one = {brief};
    X509Certificate[] two = {below, behind};
    clock.advance(Duration.ofSeconds(30));
    assertThat(said(decider.resumed(two, null))).isEqualTo(ACCEPTED);
    clock.advance(Duration.ofSeconds(1));
    assertThat(said(decider.resumed(two, null)))
        .startsWith("expired: \"CN=behind\"")
        .contains(" (1 s ago)");
    clock.advance(Duration.ofSeconds(29));
    assertThat(said(decider.resumed(one, null))).isEqualTo(ACCEPTED);
    clock.advance(Duration.ofSeconds(1));
    PeerDecision ended = decider.resumed(one, null);
    assertThat(said(ended)).startsWith("expired: \"CN=brief\"");
    assertThat(ended.isAccepted()).isFalse();
  }

  /** What a peer sends beside its path counts no more at a resumption than before. */
  @Test
  void resumedSession_outlivesWhatIsNoPartOfThePath() {
    X509Certificate beside =
        lasting("CN=beside", Duration.ofSeconds(30), TestAuthority.authority());
    TrustDecider decider =
        decider(
            builder(TlsSide.SERVER, root.anchors(), PeerPolicy.anyTrustedPeer()).withClock(clock));
    X509Certificate[] chain = {leaf, beside};
    clock.advance(Duration.ofSeconds(31));
    assertThat(said(decider.decide(chain, null, null))).isEqualTo(ACCEPTED);
    assertThat(said(decider.resumed(chain, null))).isEqualTo(ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML09_resumedSession_endsWithItsAnchorUnlessAnotherIsLeft(boolean another) {
    X509Certificate brief = lasting("CN=Root", Duration.ofSeconds(60), TestAuthority.authority());
    TrustAnchors anchors =
        another
            ? TrustAnchors.of(List.of(brief, root.certificate))
            : TrustAnchors.of(List.of(brief, TestAuthority.root("CN=Else", NOTHING).certificate));
    TrustDecider decider =
        decider(builder(TlsSide.SERVER, anchors, PeerPolicy.anyTrustedPeer()).withClock(clock));
    X509Certificate[] chain = {leaf};
    assertThat(said(decider.decide(chain, null, null))).isEqualTo(ACCEPTED);
    clock.advance(Duration.ofSeconds(60));
    assertThat(said(decider.resumed(chain, null))).isEqualTo(ACCEPTED);
    clock.advance(Duration.ofSeconds(1));
    String seen = said(decider.resumed(chain, null));
    if (another) {
      assertThat(seen).isEqualTo(ACCEPTED);
    } else {
      assertThat(seen).startsWith("expired: the anchor \"CN=Root\"");
    }
  }

  @Test
  void ML09_resumedSession_endsWithItsLists() throws Exception {
    Instant end = clock.instant().plusSeconds(60);
    Path file = folder.resolve("root.crl");
    Files.write(file, root.crl(clock.instant(), end, l -> {}).getEncoded());
    TrustDecider decider =
        decider(
            builder(TlsSide.SERVER, root.anchors(), PeerPolicy.anyTrustedPeer())
                .withRevocation(Revocation.crls(file))
                .withClock(clock));
    X509Certificate[] chain = {leaf};
    assertThat(said(decider.decide(chain, null, null))).isEqualTo(ACCEPTED);
    clock.advance(Duration.ofSeconds(60));
    assertThat(said(decider.resumed(chain, null))).isEqualTo(ACCEPTED);
    clock.advance(Duration.ofSeconds(1));
    PeerDecision stale = decider.resumed(chain, null);
    assertThat(said(stale)).startsWith("revocation-unknown: ");
    assertThat(stale.presented()).containsExactly("dns:a.example");
  }

  /** Permits everything but one key, which nobody but the JDK's trust manager looks at. */
  private record AllBut(Key key) implements AlgorithmConstraints {
    @Override
    public boolean permits(
        Set<CryptoPrimitive> primitives, String algorithm, AlgorithmParameters parameters) {
      return true;
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, Key used) {
      return !used.equals(key);
    }

    @Override
    public boolean permits(
        Set<CryptoPrimitive> primitives, String algorithm, Key used, AlgorithmParameters p) {
      return !used.equals(key);
    }
  }

  @ParameterizedTest
  @EnumSource
  void ML09_constraintsOfAConnection_areAskedOfTheJdk(TlsSide side) throws Exception {
    ServerTls server = pki.serverTls().build();
    ClientTls client = pki.clientTls().build();
    Engines.between(client.sslContext(), server.sslContext()).run();
    X509Certificate peer = (side == TlsSide.SERVER ? pki.client : pki.server).certificate();
    Key unrelated = TestAuthority.keys().getPublic();
    Engines free = Engines.between(client.sslContext(), pki.serverTls().build().sslContext());
    constrain(side == TlsSide.SERVER ? free.server : free.client, unrelated);
    free.run();
    Engines bound = Engines.between(pki.clientTls().build().sslContext(), server.sslContext());
    constrain(side == TlsSide.SERVER ? bound.server : bound.client, peer.getPublicKey());
    assertThatThrownBy(bound::run)
        .isInstanceOf(SSLException.class)
        .rootCause()
        .isInstanceOf(PeerRejectedException.class)
        .hasMessageStartingWith("algorithm-weak: the JDK refuses: ");
  }

  private static void constrain(SSLEngine engine, Key key) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setAlgorithmConstraints(new AllBut(key));
    engine.setSSLParameters(parameters);
  }
}
