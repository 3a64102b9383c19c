package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Refusal;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * MT-14: beside the own trust domain a foreign one vouches for SPIFFE IDs and for no other name.
 */
class ForeignTrustDomainTest {

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

  private static X509Certificate svid(TestAuthority issuer, String id) {
    return issuer.leaf(
        "CN=leaf",
        TestAuthority.uri(id),
        TestAuthority.dns("billing.internal"),
        new GeneralName(GeneralName.iPAddress, "10.0.0.1"),
        new GeneralName(GeneralName.rfc822Name, "ops@a.example"));
  }

  private Identity ownSvid() {
    KeyPair keys = TestAuthority.keys();
    return Identity.of(
        keys.getPrivate(),
        List.of(a.issue("CN=own", keys.getPublic(), TestAuthority.names(TestAuthority.uri(ID_A)))));
  }

  private static String byPolicy(
      Identity own, TrustAnchors anchors, String policy, X509Certificate leaf) {
    PeerPolicy parsed = PeerPolicy.parse(policy);
    MutualTls side =
        policy.contains("requestedHost")
            ? ClientTls.of(own, anchors, parsed)
            : ServerTls.of(own, anchors, parsed);
    String host = policy.contains("requestedHost") ? "billing.internal" : null;
    return side.explain(List.of(leaf), host).fold(x -> "accepted", r -> r.reason().name());
  }

  /** Whoever signs a partner's SPIFFE IDs can put names of ours beside them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          requestedHost()                                          | POLICY_MISMATCH
          dns(billing.internal)                                    | POLICY_MISMATCH
          ip(10.0.0.1)                                             | POLICY_MISMATCH
          email(ops@a.example)                                     | POLICY_MISMATCH
          allOf(dns(billing.internal), ip(10.0.0.1))               | POLICY_MISMATCH
          anyOf(dns(billing.internal), trustDomain(a.example))     | POLICY_MISMATCH
          allOf(anyTrustedPeer(), requestedHost())                 | POLICY_MISMATCH
          allOf(anyOf(trustDomain(b.example), ip(10.0.0.1)), dns(billing.internal)) | POLICY_MISMATCH
          allOf(trustDomain(a.example), dns(billing.internal))     | POLICY_MISMATCH
          allOf(trustDomain(b.example), dns(other.internal))       | POLICY_MISMATCH
          trustDomain(b.example)                                   | accepted
          spiffeId(spiffe://b.example/ns/x)                        | accepted
          spiffePath(spiffe://b.example/ns)                        | accepted
          anyTrustedPeer()                                         | accepted
          allOf(trustDomain(b.example), dns(billing.internal))     | accepted
          allOf(requestedHost(), spiffePath(spiffe://b.example/ns)) | accepted
          allOf(anyOf(trustDomain(b.example), trustDomain(a.example)), dns(billing.internal)) | accepted
          """)
  void MT14_foreignTrustDomain_vouchesForItsSpiffeIdAlone(String policy, String expected) {
    assertThat(byPolicy(ownSvid(), federation(), policy, svid(b, ID_B))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "requestedHost()",
        "dns(billing.internal)",
        "ip(10.0.0.1)",
        "email(ops@a.example)",
        "allOf(trustDomain(a.example), dns(billing.internal))"
      })
  void MT14_ownTrustDomain_vouchesForAllNames(String policy) {
    assertThat(byPolicy(ownSvid(), federation(), policy, svid(a, ID_A))).isEqualTo("accepted");
  }

  /** With no SPIFFE ID of its own a side has no own domain, unless it trusts but one. */
  @Test
  void MT14_ownTrustDomain_isThatOfTheOwnCertificatesOrTheOnlyOne() {
    Identity plain = TestPki.identity(pki.server);
    String dns = "dns(billing.internal)";
    TrustAnchors onlyB = b.anchors().forTrustDomain(B);
    assertThat(byPolicy(plain, federation(), dns, svid(a, ID_A))).isEqualTo("POLICY_MISMATCH");
    assertThat(byPolicy(plain, federation(), dns, svid(b, ID_B))).isEqualTo("POLICY_MISMATCH");
    assertThat(byPolicy(plain, onlyB, dns, svid(b, ID_B))).isEqualTo("accepted");
    assertThat(byPolicy(ownSvid(), onlyB, dns, svid(b, ID_B))).isEqualTo("accepted");
    TrustAnchors mixed = onlyB.and(a.anchors());
    assertThat(byPolicy(plain, mixed, dns, svid(b, ID_B))).isEqualTo("POLICY_MISMATCH");
    assertThat(byPolicy(plain, mixed, dns, svid(a, ID_A))).isEqualTo("accepted");
    assertThat(byPolicy(plain.and(ownSvid()), federation(), dns, svid(a, ID_A)))
        .isEqualTo("accepted");
    assertThat(byPolicy(plain.and(ownSvid()), federation(), dns, svid(b, ID_B)))
        .isEqualTo("POLICY_MISMATCH");
  }

  @Test
  void MT14_predicateAndDryRun_seeTheNamesThatCount() {
    List<List<String>> seen = new ArrayList<>();
    List<String> dry = new ArrayList<>();
    PeerPolicy any =
        PeerPolicy.anyTrustedPeer().narrowedBy("names", peer -> seen.add(peer.dnsNames()));
    PeerPolicy named =
        PeerPolicy.trustDomain(B).narrowedBy("names", peer -> seen.add(peer.dnsNames()));
    for (PeerPolicy policy : List.of(any, named)) {
      assertThat(
              ServerTls.of(ownSvid(), federation(), policy)
                  .explain(List.of(svid(b, ID_B)), null)
                  .isAccepted())
          .isTrue();
    }
    assertThat(seen).containsExactly(List.of(), List.of("billing.internal"));

    Refusal refusal =
        ServerTls.of(ownSvid(), federation(), PeerPolicy.dns("billing.internal"))
            .explain(List.of(svid(b, ID_B)), null)
            .fold(peer -> Refusal.of(PeerReason.HANDSHAKE_FAILED, "accepted"), r -> r);
    assertThat(refusal.detail())
        .contains("dns:billing.internal")
        .contains("only its SPIFFE ID counts");

    ServerTls server =
        ServerTls.builder(ownSvid(), federation(), PeerPolicy.anyTrustedPeer())
            .withDryRun(PeerPolicy.dns("billing.internal"))
            .withListener(
                new TlsListener() {
                  @Override
                  public void decided(HandshakeEvent event) {
                    dry.add(event.dryRun());
                  }
                })
            .build();
    Connections connections = server.generations().current().connections();
    for (X509Certificate leaf : List.of(svid(a, ID_A), svid(b, ID_B))) {
      connections.tell(
          server.generations().newest().decider().decide(new X509Certificate[] {leaf}, null, null),
          false,
          null);
    }
    assertThat(dry.get(0)).isNull();
    assertThat(dry.get(1)).contains("would not match dns(billing.internal)");
  }
}
