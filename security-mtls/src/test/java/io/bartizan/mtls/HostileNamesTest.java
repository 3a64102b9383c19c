package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.mtls.x509.Certificates;
import io.bartizan.tests.SeededCases;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of a certificate that a trusted authority was talked into, or that it made by mistake. */
class HostileNamesTest {

  private static ASN1Encodable name(int tag, byte[] content) {
    return new DERTaggedObject(false, tag, new DEROctetString(content));
  }

  private static ASN1Encodable name(int tag, String content) {
    return name(tag, content.getBytes(StandardCharsets.UTF_8));
  }

  private static Issuer named(ASN1Encodable... names) {
    return Issuer.create(
        "EC",
        leaf -> leaf.addExtension(Extension.subjectAlternativeName, false, new DERSequence(names)));
  }

  private static Checked<AcceptedPeer> asServer(Issuer peer, PeerPolicy policy, String host) {
    TestPki own = new TestPki();
    return ClientTls.builder(TestPki.identity(own.client), peer.anchors(), policy)
        .build()
        .explain(List.of(peer.leaf()), host);
  }

  private static Optional<Reason> refusal(Checked<AcceptedPeer> decision) {
    return decision.fold(accepted -> Optional.empty(), rejected -> Optional.of(rejected.reason()));
  }

  @Test
  void ipv4AsMappedIpv6_isRefused_forNoConstraintReachesIt() {
    byte[] mapped = new byte[16];
    mapped[10] = -1;
    mapped[11] = -1;
    mapped[12] = 10;
    mapped[15] = 1;
    Issuer peer = named(name(GeneralName.iPAddress, mapped));
    assertThat(refusal(asServer(peer, PeerPolicy.ip("10.0.0.1"), null)))
        .hasValue(PeerReason.NAMES_MALFORMED);
    Issuer plain = named(name(GeneralName.iPAddress, new byte[] {10, 0, 0, 1}));
    assertThat(refusal(asServer(plain, PeerPolicy.ip("10.0.0.1"), null))).isEmpty();
    assertThat(refusal(asServer(plain, PeerPolicy.requestedHost(), "::ffff:10.0.0.1"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 5, 8, 15, 17, 32})
  void ipOfAnyOtherLength_isRefused(int length) {
    Issuer peer =
        named(
            name(GeneralName.dNSName, "a.example"), name(GeneralName.iPAddress, new byte[length]));
    assertThat(refusal(asServer(peer, PeerPolicy.dns("a.example"), null)))
        .hasValue(PeerReason.NAMES_MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.example\0",
        "a.example\0.evil.example",
        "\u212Aube.example",
        "a.example\n",
        "a .example",
        "\u0430.example",
        "a\u3002example",
        "\u202Eelpmaxe.a"
      })
  void dnsNameWithOtherCharacters_condemnsTheWholeCertificate(String bad) {
    Issuer peer = named(name(GeneralName.dNSName, "a.example"), name(GeneralName.dNSName, bad));
    Checked<AcceptedPeer> decision = asServer(peer, PeerPolicy.dns("a.example"), null);
    assertThat(refusal(decision)).hasValue(PeerReason.NAMES_MALFORMED);
    assertThat(decision.toString()).doesNotContainPattern("[\\p{Cc}\\p{Cf}]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://user@td.example/api", "spiffe://td.example:443/api", "spiffe://td.example/%61pi",
        "spiffe://td.example/api/", "spiffe://td.example//api", "spiffe://td.example/./api",
        "spiffe://td.example/api?x", "spiffe://td.example/api#x", "Spiffe://td.example/api",
        "spiffe://TD.example/api", "spiffe://td.example", "spiffe://td.example/"
      })
  void uriThatIsNearlyASpiffeId_isNone(String uri) {
    Issuer peer = named(name(GeneralName.uniformResourceIdentifier, uri));
    for (PeerPolicy policy :
        List.of(
            PeerPolicy.spiffeId("spiffe://td.example/api"),
            PeerPolicy.spiffePath("spiffe://td.example/api"),
            PeerPolicy.trustDomain("td.example"))) {
      assertThat(refusal(asServer(peer, policy, null))).hasValue(PeerReason.POLICY_MISMATCH);
    }
  }

  @Test
  void addressAsDnsName_andDnsNameAsAddress_areNobody() {
    Issuer peer = named(name(GeneralName.dNSName, "10.0.0.1"));
    assertThat(refusal(asServer(peer, PeerPolicy.requestedHost(), "10.0.0.1")))
        .hasValue(PeerReason.POLICY_MISMATCH);
    assertThat(refusal(asServer(peer, PeerPolicy.ip("10.0.0.1"), null)))
        .hasValue(PeerReason.POLICY_MISMATCH);
  }

  @Test
  void internationalName_isComparedInItsAsciiFormAlone() {
    Issuer peer = named(name(GeneralName.dNSName, "XN--bcher-kva.example"));
    assertThat(refusal(asServer(peer, PeerPolicy.requestedHost(), "xn--bcher-kva.example")))
        .isEmpty();
    assertThat(refusal(asServer(peer, PeerPolicy.requestedHost(), "b\u00fccher.example")))
        .hasValue(PeerReason.POLICY_MISMATCH);
    assertThatThrownBy(() -> PeerPolicy.dns("b\u00fccher.example"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aThousandNames_areRead_andOneMoreIsRefused() {
    ASN1Encodable[] names =
        IntStream.rangeClosed(0, 1000)
            .mapToObj(i -> name(GeneralName.dNSName, "n" + i + ".example"))
            .toArray(ASN1Encodable[]::new);
    Issuer most = named(Stream.of(names).skip(1).toArray(ASN1Encodable[]::new));
    assertThat(refusal(asServer(most, PeerPolicy.dns("n1000.example"), null))).isEmpty();
    assertThat(refusal(asServer(named(names), PeerPolicy.dns("n1000.example"), null)))
        .hasValue(PeerReason.NAMES_MALFORMED);
  }

  @Test
  void extensionThatIsNoListOfNames_isRefused() {
    for (byte[] content : new byte[][] {{}, {5, 0}, {0x30, 1}, {0x30, 2, (byte) 0x82, 5}}) {
      Issuer peer =
          Issuer.create(
              "EC", leaf -> leaf.addExtension(Extension.subjectAlternativeName, false, content));
      assertThat(refusal(asServer(peer, PeerPolicy.anyTrustedPeer(), null)))
          .as("%s", content.length)
          .hasValue(PeerReason.NAMES_MALFORMED);
    }
  }

  /** The JDK reads over it where these bits of the signature are zero, as in each second one. */
  @Test
  void signatureWithUnusedBits_isRefused() throws Exception {
    X509Certificate good;
    Issuer peer;
    do {
      peer = named(name(GeneralName.dNSName, "a.example"));
      good = peer.leaf();
    } while ((good.getSignature()[good.getSignature().length - 1] & 1) != 0);
    byte[] changed = good.getEncoded();
    changed[changed.length - good.getSignature().length - 1] = 1;
    X509Certificate read = parsed(changed);
    ClientTls client = clientTrusting(peer);
    assertThat(client.explain(List.of(good), null).isAccepted()).isTrue();
    assertThat(refusal(client.explain(List.of(read), null))).hasValue(PeerReason.SIGNATURE_INVALID);
  }

  @Test
  void certificate_changedAnywhere_isRefusedAndNothingElse() throws Exception {
    Issuer peer =
        named(
            name(GeneralName.dNSName, "a.example"),
            name(GeneralName.uniformResourceIdentifier, "spiffe://td.example/api"),
            name(GeneralName.iPAddress, new byte[] {10, 0, 0, 1}),
            name(GeneralName.rfc822Name, "ops@a.example"));
    byte[] whole = peer.leaf().getEncoded();
    ClientTls client = clientTrusting(peer);
    assertThat(client.explain(List.of(peer.leaf()), null).isAccepted()).isTrue();
    SeededCases.check(
        2_000,
        random -> {
          byte[] changed = whole.clone();
          for (int i = 0; i <= random.nextInt(3); i++) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
          }
          X509Certificate read;
          try {
            read = parsed(changed);
          } catch (CertificateException e) {
            return;
          }
          if (!read.equals(peer.leaf())) {
            assertThat(client.explain(List.of(read), null).isAccepted()).isFalse();
          }
        });
  }

  private static ClientTls clientTrusting(Issuer peer) throws Exception {
    return ClientTls.builder(
            TestPki.identity(new TestPki().client), peer.anchors(), PeerPolicy.anyTrustedPeer())
        .build();
  }

  private static X509Certificate parsed(byte[] der) throws CertificateException {
    return (X509Certificate)
        Certificates.factory().generateCertificate(new ByteArrayInputStream(der));
  }
}
