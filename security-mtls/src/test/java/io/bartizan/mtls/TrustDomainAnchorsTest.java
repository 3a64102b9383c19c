package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Refusal;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MT-14: a root that is bound to a trust domain vouches for that trust domain and nothing else. */
class TrustDomainAnchorsTest {

  private static final String A = "a.example";
  private static final String B = "b.example";
  private static final String ID_A = "spiffe://a.example/ns/x";
  private static final String ID_B = "spiffe://b.example/ns/x";

  private final TestPki pki = TestPki.SHARED;
  private final TestAuthority a = TestAuthority.root("CN=Root A", c -> {});
  private final TestAuthority b = TestAuthority.root("CN=Root B", c -> {});

  private TrustAnchors federation() {
    return a.anchors().forTrustDomain(A).and(b.anchors().forTrustDomain(B));
  }

  private ServerTls server(TrustAnchors anchors) {
    return ServerTls.of(TestPki.identity(pki.server), anchors, PeerPolicy.anyTrustedPeer());
  }

  private static String decision(ServerTls server, X509Certificate... chain) {
    return server.explain(List.of(chain), null).fold(x -> "accepted", r -> r.reason().name());
  }

  private static X509Certificate leaf(TestAuthority issuer, String... uris) {
    GeneralName[] names = new GeneralName[uris.length];
    for (int i = 0; i < uris.length; i++) {
      names[i] = TestAuthority.uri(uris[i]);
    }
    return issuer.leaf("CN=leaf", names);
  }

  @Test
  void MT14_eachRoot_vouchesForItsOwnTrustDomainAlone() throws Exception {
    List<String> seen = seenByFederation();
    assertThat(seen)
        .containsExactly("accepted", "accepted", "TRUST_DOMAIN_MISMATCH", "TRUST_DOMAIN_MISMATCH");
    assertThat(ProviderOrderTest.withBouncyCastleFirst(this::seenByFederation)).isEqualTo(seen);
  }

  private List<String> seenByFederation() {
    try (ServerTls server = server(federation())) {
      return List.of(
          decision(server, leaf(a, ID_A)),
          decision(server, leaf(b, ID_B)),
          decision(server, leaf(a, ID_B)),
          decision(server, leaf(b, ID_A)));
    }
  }

  @Test
  void MT14_refusal_namesBothTrustDomains() {
    Refusal refusal =
        server(federation())
            .explain(List.of(leaf(a, ID_B)), null)
            .fold(peer -> Refusal.of(PeerReason.HANDSHAKE_FAILED, "accepted"), r -> r);
    assertThat(refusal.reason()).isEqualTo(PeerReason.TRUST_DOMAIN_MISMATCH);
    assertThat(refusal.detail()).contains(B).contains("CN=Root A").contains("a.example alone");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://A.example/ns/x",
        "SPIFFE://a.example/ns/x",
        "spiffe://a.example:443/ns/x",
        "spiffe://u@a.example/ns/x",
        "spiffe://u:p@a.example/ns/x",
        "spiffe://a.example/ns/x?domain=a.example",
        "spiffe://a.example/ns/x#f",
        "spiffe://a.example?/ns/x",
        "spiffe://a%2eexample/ns/x",
        "spiffe://a.example%2f/ns/x",
        "spiffe://a.example/../b.example/x",
        "spiffe://a.example//ns/x",
        "spiffe://a.example/ns/x/",
        "spiffe://a.example",
        "spiffe://a.example/",
        "spiffe:///a.example/ns/x",
        "spiffe://.a.example/ns/x",
        "spiffe://sub.a.example/ns/x",
        "spiffe://a.example.b.example/ns/x",
        "spiffe:a.example/ns/x",
        "spiffe:/a.example/ns/x",
        "https://a.example/ns/x",
        "urn:spiffe://a.example/ns/x"
      })
  void MT14_idThatIsNotOfTheDomain_isRefused(String uri) {
    ServerTls server = server(federation());
    assertThat(decision(server, leaf(a, uri))).isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(decision(server, leaf(a, ID_A))).isEqualTo("accepted");
  }

  /** The JDK does not even read such a name. */
  @Test
  void MT14_trailingDot_isRefused() {
    assertThat(decision(server(federation()), leaf(a, "spiffe://a.example./ns/x")))
        .isEqualTo("NAMES_MALFORMED");
    assertThat(
            decision(
                server(a.anchors().forTrustDomain("a.example.")), leaf(a, "spiffe://a.example/x")))
        .isEqualTo("TRUST_DOMAIN_MISMATCH");
  }

  @Test
  void MT14_noUriOrSeveralOrARightToSign_areRefused() {
    ServerTls server = server(federation());
    assertThat(decision(server, leaf(a))).isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(decision(server, a.leaf("CN=leaf", TestAuthority.dns(A))))
        .isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(decision(server, leaf(a, ID_A, ID_B))).isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(decision(server, leaf(a, ID_A, "spiffe://a.example/other")))
        .isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(decision(server, leaf(a, ID_A, "https://a.example/")))
        .isEqualTo("TRUST_DOMAIN_MISMATCH");
    X509Certificate signer =
        a.issue(
            "CN=signer",
            TestAuthority.keys().getPublic(),
            TestAuthority.names(TestAuthority.uri(ID_A))
                .and(
                    c ->
                        c.addExtension(
                            org.bouncycastle.asn1.x509.Extension.keyUsage,
                            true,
                            new org.bouncycastle.asn1.x509.KeyUsage(
                                org.bouncycastle.asn1.x509.KeyUsage.digitalSignature
                                    | org.bouncycastle.asn1.x509.KeyUsage.keyCertSign))));
    assertThat(decision(server, signer)).isEqualTo("TRUST_DOMAIN_MISMATCH");
  }

  @Test
  void MT14_intermediates_changeNothing() {
    ServerTls server = server(federation());
    TestAuthority issuing =
        a.intermediate("CN=Issuing", TestAuthority.names(TestAuthority.uri("spiffe://b.example")));
    assertThat(decision(server, leaf(issuing, ID_A), issuing.certificate)).isEqualTo("accepted");
    assertThat(decision(server, leaf(issuing, ID_B), issuing.certificate))
        .isEqualTo("TRUST_DOMAIN_MISMATCH");
  }

  /** B's root signs A's: whom B certifies is B's to answer for, and nobody else's. */
  @Test
  void MT14_crossSignedRoots_vouchForTheDomainWhoseRootEndsThePath() {
    X509Certificate crossed = b.crossFor(a, c -> {});
    ServerTls both = server(federation());
    assertThat(decision(both, leaf(a, ID_A), crossed)).isEqualTo("accepted");
    assertThat(decision(both, leaf(a, ID_B), crossed)).isEqualTo("accepted");
    assertThat(decision(both, leaf(b, ID_A), a.crossFor(b, c -> {}))).isEqualTo("accepted");
    ServerTls onlyB = server(b.anchors().forTrustDomain(B));
    assertThat(decision(onlyB, leaf(a, ID_A), crossed)).isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(decision(onlyB, leaf(a, ID_B), crossed)).isEqualTo("accepted");
    assertThat(decision(onlyB, leaf(a, ID_B))).isEqualTo("CHAIN_UNTRUSTED");
  }

  /** As SPIRE names its roots; and a root that two domains share. */
  @Test
  void MT14_rootsOfOneNameAndSharedRoots_areToldApart() {
    TestAuthority one = TestAuthority.root("C=US,O=SPIFFE", c -> {});
    TestAuthority two = TestAuthority.root("C=US,O=SPIFFE", c -> {});
    ServerTls named = server(one.anchors().forTrustDomain(A).and(two.anchors().forTrustDomain(B)));
    assertThat(decision(named, leaf(one, ID_A))).isEqualTo("accepted");
    assertThat(decision(named, leaf(two, ID_B))).isEqualTo("accepted");
    assertThat(decision(named, leaf(one, ID_B))).isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(decision(named, leaf(two, ID_A))).isEqualTo("TRUST_DOMAIN_MISMATCH");

    ServerTls shared =
        server(a.anchors().forTrustDomain(A).and(a.anchors().forTrustDomain(B)).and(b.anchors()));
    assertThat(decision(shared, leaf(a, ID_A))).isEqualTo("accepted");
    assertThat(decision(shared, leaf(a, ID_B))).isEqualTo("accepted");
    assertThat(decision(shared, leaf(a, "spiffe://c.example/x")))
        .isEqualTo("TRUST_DOMAIN_MISMATCH");
  }

  @Test
  void MT14_unboundRoot_vouchesForAllButDomainsWithRootsOfTheirOwn() {
    ServerTls mixed = server(a.anchors().forTrustDomain(A).and(b.anchors()));
    assertThat(decision(mixed, leaf(b, ID_B))).isEqualTo("accepted");
    assertThat(decision(mixed, b.leaf("CN=x", TestAuthority.dns("x.example"))))
        .isEqualTo("accepted");
    assertThat(decision(mixed, leaf(b))).isEqualTo("accepted");
    assertThat(decision(mixed, leaf(b, ID_A))).isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(decision(mixed, leaf(a, ID_A))).isEqualTo("accepted");
    assertThat(decision(mixed, leaf(a))).isEqualTo("TRUST_DOMAIN_MISMATCH");
  }

  @Test
  void MT14_otherFaults_keepTheirReason() {
    ServerTls server = server(federation());
    Instant now = Instant.now();
    KeyPair keys = TestAuthority.keys();
    TestAuthority.Extender id = TestAuthority.names(TestAuthority.uri(ID_A));
    assertThat(
            decision(
                server,
                a.issue("CN=old", keys.getPublic(), now.minusSeconds(90), now.minusSeconds(9), id)))
        .isEqualTo("EXPIRED");
    TestAuthority forger = TestAuthority.root("CN=Root A", c -> {});
    assertThat(decision(server, leaf(forger, ID_A))).isEqualTo("SIGNATURE_INVALID");
    assertThat(decision(server, leaf(forger, ID_B))).isEqualTo("SIGNATURE_INVALID");
    TestAuthority stranger = TestAuthority.root("CN=Stranger", c -> {});
    assertThat(decision(server, leaf(stranger, ID_A))).isEqualTo("CHAIN_UNTRUSTED");
    assertThat(decision(server, a.certificate)).isEqualTo("LEAF_IS_ANCHOR");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void MT14_handshakesAndResumptions_followTheBinding(String protocol) throws Exception {
    DevCa rootA = DevCa.of("Dev A");
    DevCa rootB = DevCa.of("Dev B");
    AtomicReference<String> bundleA = new AtomicReference<>(rootA.certificatePem());
    AtomicReference<String> bundleB = new AtomicReference<>(rootB.certificatePem());
    List<HandshakeEvent> events = Collections.synchronizedList(new ArrayList<>());
    List<Refusal> ended = Collections.synchronizedList(new ArrayList<>());
    ServerTls server =
        ServerTls.builder(
                TestPki.identity(pki.server),
                TrustAnchors.pemText(bundleA::get)
                    .forTrustDomain(A)
                    .and(TrustAnchors.pemText(bundleB::get).forTrustDomain(B)),
                PeerPolicy.anyOf(PeerPolicy.trustDomain(A), PeerPolicy.trustDomain(B)))
            .withListener(new MutualTlsTest.Recorder(events))
            .withListener(
                new TlsListener() {
                  @Override
                  public void noLongerAccepted(SSLSession session, Refusal why) {
                    ended.add(why);
                  }
                })
            .build();
    SSLContext good = client(rootB.leaf("good").uri(ID_B).forClient().issue());
    SSLContext posing = client(rootB.leaf("posing").uri(ID_A).forClient().issue());
    Engines open = Engines.between(good, server.sslContext(), protocol).run();
    Engines.between(good, server.sslContext(), protocol).run();
    assertThat(events).extracting(HandshakeEvent::resumed).containsExactly(false, true);
    assertThatThrownBy(() -> Engines.between(posing, server.sslContext(), protocol).run())
        .isInstanceOf(SSLException.class);
    assertThat(events.get(2).outcome().fold(x -> null, Refusal::reason))
        .isEqualTo(PeerReason.TRUST_DOMAIN_MISMATCH);
    assertThat(events.get(2).presented()).containsExactly("uri:" + ID_A);

    // The same roots, but B's is now in the bundle of A.
    bundleA.set(rootA.certificatePem() + rootB.certificatePem());
    bundleB.set(DevCa.of("Dev B2").certificatePem());
    assertThat(server.reload()).isTrue();
    assertThat(open).as("held until here, for what nobody holds is not looked at").isNotNull();
    assertThat(ended)
        .isNotEmpty()
        .extracting(Refusal::reason)
        .containsOnly(PeerReason.TRUST_DOMAIN_MISMATCH);
    assertThatThrownBy(() -> Engines.between(good, server.sslContext(), protocol).run())
        .isInstanceOf(SSLException.class);
    assertThat(events.get(3).outcome().fold(x -> null, Refusal::reason))
        .isEqualTo(PeerReason.TRUST_DOMAIN_MISMATCH);
    Engines.between(posing, server.sslContext(), protocol).run();
  }

  private SSLContext client(DevCertificate shown) {
    return ClientTls.of(
            TestPki.identity(shown), TestPki.anchors(pki.ca), PeerPolicy.requestedHost())
        .sslContext();
  }

  @Test
  void MT14_server_isDecidedAboutAlike() throws Exception {
    DevCa rootA = DevCa.of("Dev A");
    DevCertificate own = rootA.leaf("server").uri(ID_A).forServer().issue();
    DevCertificate posing = rootA.leaf("server").uri(ID_B).forServer().issue();
    ClientTls client =
        ClientTls.of(
            TestPki.identity(pki.client),
            TestPki.anchors(rootA)
                .forTrustDomain(A)
                .and(TestPki.anchors(DevCa.of("Dev B")).forTrustDomain(B)),
            PeerPolicy.anyOf(PeerPolicy.trustDomain(A), PeerPolicy.trustDomain(B)));
    Engines.between(client.sslContext(), served(own).sslContext()).run();
    assertThatThrownBy(
            () -> Engines.between(client.sslContext(), served(posing).sslContext()).run())
        .isInstanceOf(SSLException.class);
    assertThat(client.explain(posing.chain(), "localhost").fold(x -> null, Refusal::reason))
        .isEqualTo(PeerReason.TRUST_DOMAIN_MISMATCH);
  }

  private ServerTls served(DevCertificate own) {
    return ServerTls.of(
        TestPki.identity(own), TestPki.anchors(pki.ca), PeerPolicy.anyTrustedPeer());
  }

  /** A session is resumed within its generation after one of several anchors expired. */
  @Test
  void MT14_resumptionAfterAnAnchorExpired_needsAPathOfTheDomain() {
    Instant start = Instant.now();
    AtomicReference<Instant> now = new AtomicReference<>(start);
    KeyPair keys = TestAuthority.keys();
    TestAuthority.Extender id = TestAuthority.names(TestAuthority.uri(ID_B));
    TestAuthority shared = TestAuthority.root("CN=Shared", keys, c -> {});
    X509Certificate brief =
        shared.issue(
            "CN=Shared",
            keys.getPublic(),
            start.minusSeconds(60),
            start.plusSeconds(60),
            TestAuthority.authority());
    ServerTls server =
        ServerTls.builder(
                TestPki.identity(pki.server),
                TrustAnchors.of(List.of(brief))
                    .forTrustDomain(B)
                    .and(shared.anchors().forTrustDomain(A)),
                PeerPolicy.anyTrustedPeer())
            .withClock(now::get)
            .build();
    TrustDecider decider = server.generations().newest().decider();
    X509Certificate[] peer = {
      shared.issue("CN=leaf", TestAuthority.keys().getPublic(), start, start.plusSeconds(600), id)
    };
    assertThat(decider.decide(peer, null, null).isAccepted()).isTrue();
    assertThat(decider.resumed(peer, null).isAccepted()).isTrue();
    now.set(start.plusSeconds(120));
    assertThat(decider.resumed(peer, null).isAccepted()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "A.example",
        "a.example:8443",
        "spiffe://a.example",
        "a.example/x",
        "ä.example"
      })
  void forTrustDomain_ofAnotherForm_isRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> a.anchors().forTrustDomain(text))
        .withMessageContaining("prod.example");
  }

  @Test
  void forTrustDomain_ofBoundAnchors_isRefused() {
    assertThatIllegalStateException().isThrownBy(() -> federation().forTrustDomain(A));
    assertThatIllegalStateException()
        .isThrownBy(() -> a.anchors().forTrustDomain(A).forTrustDomain(A));
    assertThat(federation().toString()).contains("for a.example").contains("for b.example");
  }

  @Test
  void expiredBundle_ofOneDomain_keepsTheOthersServing() {
    Instant later = Instant.now().plusSeconds(7000);
    AnchorSet set =
        AnchorSet.of(
            List.of(new AnchorSet.Entry(a.certificate, A), new AnchorSet.Entry(b.certificate, B)));
    assertThat(set.uselessDomains(Instant.now())).isEmpty();
    assertThat(set.uselessDomains(later.plusSeconds(1000))).containsExactly(A, B);
  }
}
