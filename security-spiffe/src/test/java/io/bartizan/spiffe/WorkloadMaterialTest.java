package io.bartizan.spiffe;

import static io.bartizan.spiffe.AgentMessages.der;
import static io.bartizan.spiffe.AgentMessages.svid;
import static io.bartizan.spiffe.AgentMessages.svids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bartizan.core.Health;
import io.bartizan.core.Refusal;
import io.bartizan.mtls.ClientTls;
import io.bartizan.mtls.PeerPolicy;
import io.bartizan.mtls.PushedMaterial;
import io.bartizan.spiffe.AgentMessages.Svid;
import io.bartizan.testkit.DevCa;
import io.bartizan.testkit.DevCertificate;
import io.bartizan.testkit.DevKeyType;
import io.bartizan.tests.SeededCases;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is taken from a response, and what refuses it as a whole. */
class WorkloadMaterialTest {

  private static final String ID = "spiffe://a.example/ns/x";
  private static final InstantSource CLOCK = InstantSource.system();

  private final DevCa a = DevCa.of("Root A");
  private final DevCa b = DevCa.of("Root B");
  private final DevCertificate leaf = svid(a, ID);
  private final Svid good = Svid.of(leaf, a);

  private static WorkloadMaterial read(byte[] response) {
    return WorkloadMaterial.ofSvids(response, null, CLOCK);
  }

  private static Refusal refusal(byte[] response) {
    return refusal(() -> read(response));
  }

  private static Refusal refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    WorkloadApiException refused = catchThrowableOfType(WorkloadApiException.class, call);
    assertThat(refused).isNotNull();
    return refused.refusal();
  }

  private static WorkloadReason reason(byte[] response) {
    return (WorkloadReason) refusal(response).reason();
  }

  private static String decision(WorkloadMaterial material, DevCertificate peer) {
    try (ClientTls tls =
        ClientTls.of(material.identity(), material.anchors(), PeerPolicy.anyTrustedPeer())) {
      return tls.explain(peer.chain(), null).fold(x -> "accepted", r -> r.reason().name());
    }
  }

  @Test
  void response_withFederation_bindsEachBundleToItsDomain() {
    WorkloadMaterial material = read(svids(List.of(good), Map.of("spiffe://b.example", der(b))));
    assertThat(material.spiffeId()).isEqualTo(ID);
    assertThat(material.trustDomains()).containsExactlyInAnyOrder("a.example", "b.example");
    assertThat(material.notes()).isEmpty();
    assertThat(material.life()).isEqualTo(Duration.ofHours(24));
    assertThat(decision(material, svid(a, "spiffe://a.example/y"))).isEqualTo("accepted");
    assertThat(decision(material, svid(b, "spiffe://b.example/y"))).isEqualTo("accepted");
    assertThat(decision(material, svid(a, "spiffe://b.example/y")))
        .isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(decision(material, svid(b, "spiffe://a.example/y")))
        .isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(decision(read(svids(good)), svid(b, "spiffe://b.example/y")))
        .isEqualTo("CHAIN_UNTRUSTED");
  }

  @ParameterizedTest
  @EnumSource(DevKeyType.class)
  void key_ofEveryKind_isRead(DevKeyType type) {
    DevCertificate one = a.leaf(ID).uri(ID).withKeys(type).issue();
    assertThat(read(svids(Svid.of(one, a))).spiffeId()).isEqualTo(ID);
  }

  @Test
  void chain_withIntermediates_isReadWhole() {
    DevCa issuing = a.intermediate("Issuing A");
    DevCertificate below = svid(issuing, ID);
    assertThat(below.chain()).hasSize(2);
    WorkloadMaterial material = read(svids(Svid.of(below, a)));
    assertThat(decision(material, below)).isEqualTo("accepted");
  }

  @Test
  void svids_several_areChosenByOrderOrHint() {
    DevCertificate other = svid(b, "spiffe://b.example/out");
    byte[] both =
        svids(
            List.of(
                good.withHint("internal"),
                Svid.of(other, b).withHint("external"),
                Svid.of(svid(b, "spiffe://b.example/second"), b).withHint("external")),
            Map.of());
    assertThat(read(both).spiffeId()).isEqualTo(ID);
    assertThat(read(both).trustDomains()).containsExactlyInAnyOrder("a.example", "b.example");
    assertThat(WorkloadMaterial.ofSvids(both, "external", CLOCK).spiffeId())
        .isEqualTo("spiffe://b.example/out");
    Refusal none = refusal(() -> WorkloadMaterial.ofSvids(both, "nobody", CLOCK));
    assertThat(none.reason()).isEqualTo(WorkloadReason.SVID_MISSING);
    assertThat(none.detail()).contains("nobody");
  }

  @Test
  void response_withoutMandatoryFields_isRefused() {
    assertThat(reason(new byte[0])).isEqualTo(WorkloadReason.SVID_MISSING);
    assertThat(reason(svids(List.of(), Map.of("spiffe://b.example", der(b)))))
        .isEqualTo(WorkloadReason.SVID_MISSING);
    byte[] none = {};
    assertThat(reason(svids(good.withId("")))).isEqualTo(WorkloadReason.SVID_MISSING);
    assertThat(reason(svids(good.withChain(none)))).isEqualTo(WorkloadReason.SVID_MISSING);
    assertThat(reason(svids(good.withKey(none)))).isEqualTo(WorkloadReason.SVID_MISSING);
    assertThat(reason(svids(good.withBundle(none)))).isEqualTo(WorkloadReason.SVID_MISSING);
    assertThat(reason(svids(List.of(good, good.withKey(none)), Map.of())))
        .isEqualTo(WorkloadReason.SVID_MISSING);
  }

  @Test
  void key_ofAnotherCertificate_orNone_isRefused() {
    Refusal other = refusal(svids(good.withKey(svid(a, ID).privateKey().getEncoded())));
    assertThat(other.reason()).isEqualTo(WorkloadReason.MATERIAL_UNUSABLE);
    assertThat(other.detail()).contains("key-mismatch");
    assertThat(reason(svids(good.withKey("no key".getBytes(StandardCharsets.UTF_8)))))
        .isEqualTo(WorkloadReason.MATERIAL_UNUSABLE);
    byte[] cut = Arrays.copyOf(good.key(), good.key().length - 3);
    assertThat(reason(svids(good.withKey(cut)))).isEqualTo(WorkloadReason.MATERIAL_UNUSABLE);
  }

  @Test
  void spiffeId_missing_double_orOther_isRefused() {
    assertThat(reason(svids(Svid.of(a.leaf(ID).issue(), a))))
        .isEqualTo(WorkloadReason.SPIFFE_ID_INVALID);
    assertThat(reason(svids(Svid.of(a.leaf(ID).dns("x.example").issue(), a))))
        .isEqualTo(WorkloadReason.SPIFFE_ID_INVALID);
    Refusal two =
        refusal(svids(Svid.of(a.leaf(ID).uri(ID).uri("spiffe://b.example/x").issue(), a)));
    assertThat(two.reason()).isEqualTo(WorkloadReason.SPIFFE_ID_INVALID);
    assertThat(two.detail()).contains(ID).contains("spiffe://b.example/x");
    assertThat(reason(svids(Svid.of(a.leaf(ID).uri("https://a.example/").issue(), a))))
        .isEqualTo(WorkloadReason.SPIFFE_ID_INVALID);
    assertThat(reason(svids(good.withId("spiffe://a.example/other"))))
        .isEqualTo(WorkloadReason.SPIFFE_ID_MISMATCH);
    assertThat(reason(svids(good.withId("spiffe://b.example/ns/x"))))
        .isEqualTo(WorkloadReason.SPIFFE_ID_MISMATCH);
  }

  @Test
  void svid_ofAnotherRootThanItsBundle_isRefused() {
    assertThat(reason(svids(good.withBundle(der(b))))).isEqualTo(WorkloadReason.SVID_UNTRUSTED);
    DevCa sameName = DevCa.of("Root A");
    assertThat(reason(svids(good.withBundle(der(sameName)))))
        .isEqualTo(WorkloadReason.SVID_UNTRUSTED);
  }

  @Test
  void federatedBundle_ofTheOwnDomain_replacesNothing() {
    WorkloadMaterial material = read(svids(List.of(good), Map.of("spiffe://a.example", der(b))));
    assertThat(decision(material, svid(a, ID))).isEqualTo("accepted");
    assertThat(decision(material, svid(b, ID))).isNotEqualTo("accepted");
  }

  @Test
  void der_thatIsGarbage_isRefused() {
    byte[] garbage = {0x30, 3, 1, 2, 3};
    assertThat(reason(svids(good.withChain(garbage)))).isEqualTo(WorkloadReason.SVID_MALFORMED);
    assertThat(reason(svids(good.withBundle(garbage)))).isEqualTo(WorkloadReason.BUNDLE_MALFORMED);
    assertThat(reason(svids(good.withChain(leaf.chainPem().getBytes(StandardCharsets.US_ASCII)))))
        .isEqualTo(WorkloadReason.SVID_MALFORMED);
    Refusal alone =
        refusal(
            () ->
                WorkloadMaterial.ofBundles(
                    AgentMessages.bundles(Map.of("spiffe://b.example", garbage)), CLOCK));
    assertThat(alone.reason()).isEqualTo(WorkloadReason.BUNDLE_MALFORMED);
    assertThat(alone.detail()).contains("b.example");
  }

  @Test
  void der_thatIsDamaged_isReadOrRefused() {
    byte[] chain = good.chain();
    SeededCases.check(
        300,
        random -> {
          byte[] bad = chain.clone();
          for (int i = random.nextInt(3); i >= 0; i--) {
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
          }
          bad = random.nextInt(3) == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length)) : bad;
          try {
            WorkloadMaterial material = read(svids(good.withChain(bad)));
            assertThat(material.spiffeId()).isEqualTo(ID);
          } catch (WorkloadApiException e) {
            assertThat(e.reason()).isInstanceOf(WorkloadReason.class);
          }
        });
  }

  @Test
  void trustDomain_thatIsNone_isRefused() {
    for (String key :
        List.of(
            "", "spiffe://", "spiffe://B.example", "spiffe://b.example/x", "https://b.example")) {
      assertThat(reason(svids(List.of(good), Map.of(key, der(b)))))
          .as(key)
          .isEqualTo(WorkloadReason.TRUST_DOMAIN_INVALID);
    }
    assertThat(read(svids(List.of(good), Map.of("b.example", der(b)))).trustDomains())
        .contains("b.example");
  }

  @Test
  void foreignBundle_thatTlsCantUse_isLeftOutWithANote() {
    byte[] noCa = der(leaf.chain());
    WorkloadMaterial material =
        read(
            svids(
                List.of(good),
                Map.of(
                    "spiffe://b.example",
                    der(b),
                    "spiffe://c.example",
                    noCa,
                    "spiffe://d.example",
                    new byte[0])));
    assertThat(material.trustDomains()).containsExactlyInAnyOrder("a.example", "b.example");
    assertThat(material.notes())
        .hasSize(2)
        .anySatisfy(note -> assertThat(note).contains("c.example").contains("anchor-not-ca"))
        .anySatisfy(note -> assertThat(note).contains("d.example").contains("empty"));
    assertThat(decision(material, svid(b, "spiffe://b.example/y"))).isEqualTo("accepted");
    assertThat(reason(svids(good.withBundle(noCa)))).isEqualTo(WorkloadReason.MATERIAL_UNUSABLE);
  }

  /** As a certificate that another language reads and the JDK does not. */
  @Test
  void foreignBundle_thatCantBeRead_isLeftOutWithANote() {
    byte[] garbage = {0x30, 3, 1, 2, 3};
    WorkloadMaterial material =
        read(
            svids(
                List.of(good, Svid.of(svid(b, "spiffe://b.example/y"), b).withBundle(garbage)),
                Map.of("spiffe://c.example", garbage, "spiffe://d.example", der(b))));
    assertThat(material.trustDomains()).containsExactlyInAnyOrder("a.example", "d.example");
    assertThat(material.notes())
        .hasSize(2)
        .anySatisfy(note -> assertThat(note).contains("left out", "b.example", "no X.509"))
        .anySatisfy(note -> assertThat(note).contains("left out", "c.example"));
  }

  /** Each root costs a signature with every renewal of ours, whoever published it. */
  @Test
  void foreignBundle_ofTooManyRoots_isLeftOutWithANote() {
    List<X509Certificate> roots = new ArrayList<>(Collections.nCopies(500, b.certificate()));
    byte[] most = der(roots);
    roots.add(b.certificate());
    byte[] tooMany = der(roots);
    WorkloadMaterial material =
        read(
            svids(
                List.of(good.withBundle(der(Collections.nCopies(501, a.certificate())))),
                Map.of("spiffe://c.example", most, "spiffe://d.example", tooMany)));
    assertThat(material.trustDomains()).containsExactlyInAnyOrder("a.example", "c.example");
    assertThat(material.notes())
        .singleElement()
        .asString()
        .contains("left out", "d.example", "501 certificates");
  }

  @Test
  void trustDomains_overTheBound_areRefused() {
    Map<String, byte[]> many = new LinkedHashMap<>();
    for (int i = 0; i < 500; i++) {
      many.put("spiffe://d" + i + ".example", der(b));
    }
    assertThat(reason(svids(List.of(good), many))).isEqualTo(WorkloadReason.RESPONSE_TOO_LARGE);
    many.remove("spiffe://d0.example");
    assertThat(read(svids(List.of(good), many)).trustDomains()).hasSize(500);
  }

  @Test
  void svid_thatExpired_isRefused() {
    DevCertificate old =
        a.leaf(ID)
            .uri(ID)
            .withStart(CLOCK.instant().minusSeconds(7200))
            .withLifetime(Duration.ofHours(1))
            .issue();
    Refusal refusal = refusal(svids(Svid.of(old, a)));
    assertThat(refusal.reason()).isEqualTo(WorkloadReason.MATERIAL_UNUSABLE);
    assertThat(refusal.detail()).contains("expired");
  }

  @Test
  void bundlesAlone_makeAnchorsWithoutAnIdentity() {
    byte[] both =
        AgentMessages.bundles(Map.of("spiffe://a.example", der(a), "spiffe://b.example", der(b)));
    WorkloadMaterial material = WorkloadMaterial.ofBundles(both, CLOCK);
    assertThat(material.spiffeId()).isNull();
    assertThat(material.trustDomains()).containsExactlyInAnyOrder("a.example", "b.example");
    assertThat(decision(material, svid(b, "spiffe://b.example/y"))).isEqualTo("accepted");
    assertThat(decision(material, svid(b, "spiffe://a.example/y")))
        .isEqualTo("TRUST_DOMAIN_MISMATCH");
    assertThat(refusal(() -> WorkloadMaterial.ofBundles(new byte[0], CLOCK)).reason())
        .isEqualTo(WorkloadReason.BUNDLE_MISSING);
    byte[] unusable = AgentMessages.bundles(Map.of("spiffe://a.example", der(leaf.chain())));
    assertThat(refusal(() -> WorkloadMaterial.ofBundles(unusable, CLOCK)).reason())
        .isEqualTo(WorkloadReason.MATERIAL_UNUSABLE);
  }

  @Test
  void revocationLists_areToldAsNotUsed() {
    WorkloadMaterial material = read(svids(List.of(good), Map.of(), new byte[] {1}));
    assertThat(material.notes()).singleElement().asString().contains("revocation lists");
  }

  @Test
  void response_thatComesWhileTheFeedIsClosed_hidesNotThatItIs() {
    WorkloadFeed feed =
        new WorkloadFeed(message -> WorkloadMaterial.ofSvids(message, null, CLOCK), CLOCK, null);
    assertThat(feed.received(svids(good))).isTrue();
    PushedMaterial pushed = feed.await(Duration.ofSeconds(1));
    assertThat(pushed.health().status()).isEqualTo(Health.Status.UP);
    feed.closed();
    assertThat(feed.received(svids(good))).isTrue();
    assertThat(pushed.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(pushed.health().detail()).contains("closed by this process");
  }

  /** Notes go to the log as they are. */
  @Test
  void trustDomain_withLineEnds_isNotedInOneLine() {
    WorkloadMaterial material =
        read(
            svids(
                List.of(good),
                Map.of("spiffe://b.example\nERROR all is lost\u001b[2J", new byte[0])));
    assertThat(material.notes())
        .singleElement()
        .asString()
        .contains("b.example", "is empty")
        .matches("\\P{Cntrl}+");
  }
}
