package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.CertPolicyId;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.PolicyMappings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * ML-08: certificate policies below an authority that may issue authorities, with name constraints
 * and without. The JDK judges a path twice, here and in its trust manager.
 */
class PathPoliciesTest {

  private static final int[] MANY = IntStream.range(0, 16).toArray();

  private final TestPki pki = TestPki.SHARED;

  private static TestAuthority root(boolean constrained) {
    return root(constrained, c -> {});
  }

  private static TestAuthority root(boolean constrained, TestAuthority.Extender more) {
    return TestAuthority.root(
        "CN=Root",
        constrained ? TestAuthority.permitted(TestAuthority.dns("good.example")).and(more) : more);
  }

  private static ASN1ObjectIdentifier policy(int number) {
    return new ASN1ObjectIdentifier("1.2." + (number + 1));
  }

  private static TestAuthority.Extender policies(int... numbers) {
    ASN1Encodable[] all =
        IntStream.of(numbers)
            .mapToObj(each -> new PolicyInformation(policy(each)))
            .toArray(ASN1Encodable[]::new);
    return c -> c.addExtension(Extension.certificatePolicies, false, new DERSequence(all));
  }

  /** Maps each of the first policies to each of the second. */
  private static TestAuthority.Extender mapped(int[] from, int[] to) {
    List<CertPolicyId> first = new ArrayList<>();
    List<CertPolicyId> second = new ArrayList<>();
    for (int one : from) {
      for (int other : to) {
        first.add(CertPolicyId.getInstance(policy(one)));
        second.add(CertPolicyId.getInstance(policy(other)));
      }
    }
    PolicyMappings mappings =
        new PolicyMappings(first.toArray(CertPolicyId[]::new), second.toArray(CertPolicyId[]::new));
    return policies(from).and(c -> c.addExtension(Extension.policyMappings, false, mappings));
  }

  /** The decision about a leaf with policies below some authorities, the topmost first. */
  private String decision(
      TestAuthority root, TestAuthority.Extender leaf, TestAuthority.Extender... authorities) {
    return decision(root.anchors(), root, leaf, authorities);
  }

  private String decision(
      TrustAnchors anchors,
      TestAuthority root,
      TestAuthority.Extender leaf,
      TestAuthority.Extender... authorities) {
    TestAuthority last = root;
    List<X509Certificate> chain = new ArrayList<>();
    for (int i = 0; i < authorities.length; i++) {
      last = last.intermediate("CN=" + i, authorities[i]);
      chain.add(0, last.certificate);
    }
    TestAuthority.Extender names = TestAuthority.names(TestAuthority.dns("a.good.example"));
    chain.add(0, last.issue("CN=peer", TestAuthority.keys().getPublic(), names.and(leaf)));
    Checked<AcceptedPeer> decision =
        ServerTls.of(TestPki.identity(pki.server), anchors, PeerPolicy.anyTrustedPeer())
            .explain(chain, null);
    return decision.fold(peer -> "accepted", refusal -> refusal.message());
  }

  /**
   * Each level has sixteen times the nodes of the one above: 268 million at the leaf. A root with
   * policies is judged here too, and not in the trust manager.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML08_policiesMappedToOneAnother_takeNoMemory(boolean constrained) {
    TestAuthority.Extender[] authorities = new TestAuthority.Extender[7];
    Arrays.fill(authorities, mapped(MANY, MANY));
    TestAuthority silent = root(constrained);
    TestAuthority naming = root(constrained, policies(MANY));
    assertThat(decision(silent, policies(MANY), authorities)).isEqualTo("accepted");
    assertThat(decision(naming, policies(MANY), authorities)).isEqualTo("accepted");
    assertThat(decision(TestPki.anchors(pki.ca), silent, policies(MANY), authorities))
        .startsWith("chain-untrusted: ");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML08_policyNamedTwice_isRefused(boolean constrained) {
    TestAuthority root = root(constrained);
    assertThat(decision(root, policies(0), policies(0))).isEqualTo("accepted");
    assertThat(decision(root, policies(0), policies(0, 0)))
        .startsWith("chain-invalid: \"CN=0\" (serial ")
        .endsWith("): it names a certificate policy twice");
    assertThat(decision(root, policies(0, 1, 0), policies(0)))
        .startsWith("chain-invalid: \"CN=peer\" (serial ")
        .endsWith("): it names a certificate policy twice");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML08_morePoliciesThanAnybodyHas_areRefused(boolean constrained) {
    TestAuthority root = root(constrained);
    int[] most = IntStream.range(0, 100).toArray();
    int[] more = IntStream.range(0, 101).toArray();
    assertThat(decision(root, policies(most), policies(most))).isEqualTo("accepted");
    assertThat(decision(root, policies(most), policies(more)))
        .startsWith("chain-invalid: \"CN=0\" (serial ")
        .endsWith("): it names more than 100 certificate policies");
  }

  /** As the bridges between authorities of governments have it. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML08_policyMapped_isAcceptedWhereNoneIsRequired(boolean constrained) {
    TestAuthority root = root(constrained);
    TestAuthority.Extender bridge = mapped(new int[] {0}, new int[] {1});
    assertThat(decision(root, policies(1), bridge, policies(1))).isEqualTo("accepted");
  }

  /** Policies that must be there, as bridges and CAPolicy.inf have it. */
  private static TestAuthority.Extender required(int... policies) {
    DERSequence atOnce = new DERSequence(new DERTaggedObject(false, 0, new ASN1Integer(0)));
    return policies(policies).and(c -> c.addExtension(Extension.policyConstraints, true, atOnce));
  }

  /**
   * An anchor is no part of the path: one that is silent forbids nothing (RFC 5280 section 6.1).
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML08_requiredPolicy_isOfThePathAndNotOfASilentRoot(boolean constrained) {
    TestAuthority silent = root(constrained);
    assertThat(decision(silent, policies(0), required(0))).isEqualTo("accepted");
    assertThat(decision(silent, policies(1), required(0))).startsWith("chain-invalid: ");
    assertThat(decision(silent, c -> {}, required(0))).startsWith("chain-invalid: ");
  }

  /** One that names policies, or requires some, binds all below (RFC 5937 section 3.2). */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML08_policiesOfARoot_bindThoseBelow(boolean constrained) {
    TestAuthority naming = root(constrained, policies(0));
    assertThat(decision(naming, policies(0), required(0))).isEqualTo("accepted");
    assertThat(decision(naming, policies(1), required(1))).startsWith("chain-invalid: ");
    TestAuthority requiring = root(constrained, required(0));
    assertThat(decision(requiring, policies(0), policies(0))).isEqualTo("accepted");
    assertThat(decision(requiring, policies(1), policies(1))).startsWith("chain-invalid: ");
    assertThat(decision(requiring, c -> {}, policies(0))).startsWith("chain-invalid: ");
  }
}
