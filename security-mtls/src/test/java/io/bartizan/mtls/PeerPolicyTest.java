package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.tests.SeededCases;
import java.nio.CharBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerPolicyTest {

  private static final DevCa CA = DevCa.of("Root");
  private static final DevCertificate PEER =
      CA.leaf("peer")
          .dns("Api.Example")
          .dns("*.wild.example")
          .uri("spiffe://td.example/ns/pay/sa/api")
          .ip("10.0.0.1")
          .ip("2001:db8::1")
          .email("Ops@Example.org")
          .forServer()
          .forClient()
          .issue();

  private static boolean matches(PeerPolicy policy, TlsSide side, @Nullable String host)
      throws PeerRejectedException {
    PeerIdentity peer = PeerIdentity.of(PEER.certificate());
    return ((Rule) policy).match(new Met(peer, side, host)) != null;
  }

  @Test
  void names_matchExactlyTheirKind() throws Exception {
    String pin = PeerIdentity.of(PEER.certificate()).spkiPin();
    for (PeerPolicy good :
        new PeerPolicy[] {
          PeerPolicy.dns("api.example."),
          PeerPolicy.spiffeId("spiffe://td.example/ns/pay/sa/api"),
          PeerPolicy.spiffePath("spiffe://td.example/ns/pay"),
          PeerPolicy.trustDomain("td.example"),
          PeerPolicy.ip("10.0.0.1"),
          PeerPolicy.ip("[2001:db8:0::1]"),
          PeerPolicy.email("Ops@example.ORG"),
          PeerPolicy.spkiPin(pin),
          PeerPolicy.allOf(PeerPolicy.dns("api.example"), PeerPolicy.ip("10.0.0.1")),
          PeerPolicy.anyOf(PeerPolicy.dns("no.example"), PeerPolicy.ip("10.0.0.1")),
          PeerPolicy.anyTrustedPeer()
        }) {
      assertThat(matches(good, TlsSide.SERVER, null)).as(good.toString()).isTrue();
    }
    for (PeerPolicy bad :
        new PeerPolicy[] {
          PeerPolicy.dns("example"),
          PeerPolicy.dns("peer"),
          PeerPolicy.uri("urn:td.example:api"),
          PeerPolicy.spiffeId("spiffe://td.example/ns/pay/sa"),
          PeerPolicy.spiffePath("spiffe://td.example/ns/pa"),
          PeerPolicy.trustDomain("example"),
          PeerPolicy.ip("10.0.0.2"),
          PeerPolicy.email("ops@example.org"),
          PeerPolicy.dns("10.0.0.1"),
          PeerPolicy.allOf(PeerPolicy.dns("api.example"), PeerPolicy.ip("10.0.0.2")),
          PeerPolicy.anyOf(PeerPolicy.dns("no.example"), PeerPolicy.ip("10.0.0.2"))
        }) {
      assertThat(matches(bad, TlsSide.SERVER, null)).as(bad.toString()).isFalse();
    }
  }

  @Test
  void anyOfAndAllOf_aCollection_isTheSameAsAnArray() {
    List<PeerPolicy> parts = List.of(PeerPolicy.dns("a.example"), PeerPolicy.ip("10.0.0.1"));
    assertThat(PeerPolicy.anyOf(parts)).hasToString("anyOf(dns(a.example), ip(10.0.0.1))");
    assertThat(PeerPolicy.allOf(parts)).hasToString("allOf(dns(a.example), ip(10.0.0.1))");
    assertThatIllegalArgumentException().isThrownBy(() -> PeerPolicy.anyOf(List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> PeerPolicy.allOf(List.of()));
  }

  @Test
  void withoutVerification_certificate_givesItsNamesAlone() throws Exception {
    PeerIdentity peer = PeerIdentity.withoutVerification(PEER.certificate());
    assertThat(peer.spiffeId()).contains("spiffe://td.example/ns/pay/sa/api");
    assertThat(peer.certificate()).isSameAs(PEER.certificate());
  }

  @Test
  void wildcard_countsForServersOnlyAndForOneLabel() throws Exception {
    PeerPolicy under = PeerPolicy.dns("a.wild.example");
    assertThat(matches(under, TlsSide.CLIENT, null)).isTrue();
    assertThat(matches(under, TlsSide.SERVER, null)).isFalse();
    PeerPolicy host = PeerPolicy.requestedHost();
    assertThat(matches(host, TlsSide.CLIENT, "A.wild.example.")).isTrue();
    assertThat(matches(host, TlsSide.CLIENT, "b.a.wild.example")).isFalse();
    assertThat(matches(host, TlsSide.CLIENT, "wild.example")).isFalse();
    assertThat(matches(host, TlsSide.CLIENT, "10.0.0.1")).isTrue();
    assertThat(matches(host, TlsSide.CLIENT, "2001:db8:0:0:0:0:0:1")).isTrue();
    assertThat(matches(host, TlsSide.CLIENT, "\u0430pi.example")).isFalse();
    assertThat(matches(host, TlsSide.CLIENT, null)).isFalse();
  }

  @Test
  void text_isReadUnderTheNamesThatFrameworksLookFor() {
    PeerPolicy policy = PeerPolicy.anyOf(PeerPolicy.dns("a.example"), PeerPolicy.uri("urn:x:1"));
    assertThat(PeerPolicy.valueOf(policy.toString())).hasToString(policy.toString());
    assertThat(PeerPolicy.parse(CharBuffer.wrap(policy.toString()))).hasToString(policy.toString());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerPolicy.valueOf("dns:a.example"))
        .withMessage(
            "policy at character 3: expected '(', as in dns(billing.internal), in"
                + " \"dns:a.example\"");
  }

  @Test
  void narrowedBy_canOnlyRefuse() throws Exception {
    PeerPolicy policy = PeerPolicy.dns("api.example");
    assertThat(matches(policy.narrowedBy("no", peer -> false), TlsSide.SERVER, null)).isFalse();
    assertThat(matches(policy.narrowedBy("yes", peer -> true), TlsSide.SERVER, null)).isTrue();
    assertThat(
            matches(
                PeerPolicy.dns("x.example").narrowedBy("yes", peer -> true), TlsSide.SERVER, null))
        .isFalse();
    PeerPolicy throwing =
        policy.narrowedBy(
            "throws",
            peer -> {
              throw new IllegalStateException();
            });
    assertThat(matches(throwing, TlsSide.SERVER, null)).isFalse();
    PeerPolicy failing =
        policy.narrowedBy(
            "fails",
            peer -> {
              throw new NoClassDefFoundError("a directory's client of another version");
            });
    assertThat(matches(failing, TlsSide.SERVER, null)).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> PeerPolicy.parse(throwing.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "requestedHost()",
        "anyTrustedPeer()",
        "anyOf(dns(a.example), allOf(uri(\"urn:x:(a,b)\"), ip(10.0.0.1)), email(a@b.example))",
        "spiffePath(spiffe://td.example/ns)",
      })
  void parse_printedForm_isTheSame(String text) {
    assertThat(PeerPolicy.parse(text)).hasToString(text);
    assertThat(PeerPolicy.parse(" " + text.replaceFirst("\\(", " ( "))).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dns",
        "dns()",
        "dns(a.example",
        "dns(*.example)",
        "dns(a b)",
        "cn(a)",
        "anyOf()",
        "dns(a.example) x",
        "ip(localhost)",
        "spiffeId(spiffe://td.example)",
        "uri(\"",
        "spiffeId(spiffe://TD.example/x)",
        "spiffeId(spiffe://td.example/../x)",
        "uri(relative)",
        "uri(spiffe://td.example/ns/pay/sa/api)",
        "uri(SPIFFE://td.example/x)",
        "spiffeId(spiffe://td.example:80/x)",
        "spkiPin(sha256/AA==)",
        "email(nobody)",
        "uri(\"a\\"
      })
  void parse_anythingElse_isRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> PeerPolicy.parse(text));
  }

  @Test
  void parse_randomText_isRefusedOrRoundTrips() {
    String alphabet = "anyOfdlsur(),\" \\.:/@*1-\u0000\u00e9";
    SeededCases.check(
        5000,
        random -> {
          StringBuilder text = new StringBuilder("anyOf(dns(a.b), uri(\"urn:x\"))");
          for (int i = 0; i < 1 + random.nextInt(4); i++) {
            text.setCharAt(
                random.nextInt(text.length()), alphabet.charAt(random.nextInt(alphabet.length())));
          }
          try {
            String printed = PeerPolicy.parse(text.toString()).toString();
            assertThat(PeerPolicy.parse(printed)).hasToString(printed);
          } catch (IllegalArgumentException expected) {
            assertThat(expected).hasMessageNotContaining("\u0000");
          }
        });
  }

  @Test
  void parse_deepNesting_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerPolicy.parse("anyOf(".repeat(10_000)))
        .withMessageContaining("nested");
  }
}
