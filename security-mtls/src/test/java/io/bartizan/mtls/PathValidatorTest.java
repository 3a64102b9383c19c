package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.mtls.x509.PeerPath;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * ML-08, ML-09: each thing that makes a path void, below a root and below an intermediate as
 * anchor, with name constraints and without: these are judged by code of their own.
 */
class PathValidatorTest {

  @SuppressWarnings("TimeInStaticInitializer")
  private static final Instant NOW = Instant.ofEpochSecond(Instant.now().getEpochSecond());

  private static final TestAuthority.Extender NOTHING = c -> {};
  private static final TestAuthority.Extender BOUNDS =
      TestAuthority.permitted(TestAuthority.dns("good.example"));
  private static final TestAuthority.Extender GOOD =
      TestAuthority.names(TestAuthority.dns("a.good.example"));

  /** An authority that may sign lists alone. */
  private static final TestAuthority.Extender MUTE =
      TestAuthority.authority()
          .and(c -> c.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.cRLSign)));

  private static final ASN1ObjectIdentifier ODD = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");

  private final PathValidator validator = new PathValidator();
  private final KeyPair keys = TestAuthority.keys();

  private String decision(X509Certificate anchor, X509Certificate... path) {
    return decisionAt(NOW, anchor, path);
  }

  private String decisionAt(Instant now, X509Certificate anchor, X509Certificate... path) {
    try {
      PeerPath held = validator.validated(List.of(path), anchor, now);
      assertThat(held.certificates()).containsExactly(path);
      assertThat(held.anchor()).isEqualTo(anchor);
      assertThat(held.judged()).hasSize(path.length);
      assertThat(held.judged().get(0)).isEqualTo(path[0]);
      return "accepted";
    } catch (PeerRejectedException e) {
      return e.getMessage();
    }
  }

  /** A certificate below an authority, with dates. */
  private X509Certificate issued(
      TestAuthority issuer, Instant from, Instant to, TestAuthority.Extender more) {
    return issuer.issue("CN=peer", keys.getPublic(), from, to, more);
  }

  /** The authority again, in a certificate that has expired. */
  private static X509Certificate expired(
      TestAuthority top, TestAuthority authority, TestAuthority.Extender more) {
    Instant from = NOW.minusSeconds(90);
    return top.issue("CN=Issuing", authority.keys.getPublic(), from, NOW.minusSeconds(1), more);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML09_pathBelowARoot_isJudgedWithAndWithoutConstraints(boolean constrained) {
    TestAuthority root = TestAuthority.root("CN=Root", constrained ? BOUNDS : NOTHING);
    TestAuthority issuing = root.intermediate("CN=Issuing", NOTHING);
    assertFaults(root.certificate, root, issuing);
    assertThat(decision(root.certificate, issued(root, NOW, NOW.plusSeconds(9), GOOD)))
        .isEqualTo("accepted");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML09_pathBelowAnIntermediateAsAnchor_isJudgedWithAndWithoutConstraints(boolean constrained) {
    TestAuthority anchor =
        TestAuthority.root("CN=Root", NOTHING).intermediate("CN=Anchor", NOTHING);
    TestAuthority issuing = anchor.intermediate("CN=Issuing", constrained ? BOUNDS : NOTHING);
    assertFaults(anchor.certificate, anchor, issuing);
  }

  private void assertFaults(X509Certificate anchor, TestAuthority top, TestAuthority issuing) {
    X509Certificate good = issued(issuing, NOW, NOW.plusSeconds(60), GOOD);
    X509Certificate own = issuing.certificate;
    assertThat(decision(anchor, good, own)).isEqualTo("accepted");
    assertThat(decision(anchor, good, own)).as("met again").isEqualTo("accepted");
    assertThat(decisionAt(NOW.plusSeconds(60), anchor, good, own)).isEqualTo("accepted");
    assertThat(decisionAt(NOW.plusSeconds(61), anchor, good, own))
        .startsWith("expired: \"CN=peer\" (serial ")
        .contains(") expired at " + NOW.plusSeconds(60) + " (1 ");
    assertThat(decisionAt(NOW.minusSeconds(1), anchor, good, own))
        .startsWith("not-yet-valid: \"CN=peer\" (serial ")
        .contains(") is not valid before " + NOW + " (");
    X509Certificate odd =
        issued(
            issuing,
            NOW,
            NOW.plusSeconds(60),
            GOOD.and(c -> c.addExtension(ODD, true, DERNull.INSTANCE)));
    assertThat(decision(anchor, odd, own))
        .startsWith("chain-invalid: \"CN=peer\" (serial ")
        .contains("): ");
    X509Certificate forged =
        TestAuthority.root("CN=Issuing", NOTHING)
            .issue("CN=peer", keys.getPublic(), NOW, NOW.plusSeconds(60), GOOD);
    assertThat(decision(anchor, forged, own)).startsWith("signature-invalid: \"CN=peer\" (serial ");
    X509Certificate mute = top.issue("CN=Issuing", issuing.keys.getPublic(), MUTE);
    assertThat(decision(anchor, good, mute)).startsWith("chain-invalid: \"CN=Issuing\" (serial ");
    assertThat(decision(anchor, good, expired(top, issuing, MUTE)))
        .as("the reason and what is said belong together")
        .matches("chain-invalid: \"CN=Issuing\".*\\): .*|expired: \"CN=Issuing\".* expired at .*");
    X509Certificate old = expired(top, issuing, TestAuthority.authority());
    assertThat(decision(anchor, good, old)).startsWith("expired: \"CN=Issuing\" (serial ");
  }

  @Test
  void ML09_nameOutsideTheConstraints_isRefusedBelowEachKindOfAnchor() {
    TestAuthority root = TestAuthority.root("CN=Root", BOUNDS);
    TestAuthority free = TestAuthority.root("CN=Root", NOTHING);
    TestAuthority anchor = free.intermediate("CN=Anchor", NOTHING);
    TestAuthority team = anchor.intermediate("CN=Team", BOUNDS);
    X509Certificate ofRoot = root.leaf("CN=peer", TestAuthority.dns("a.bad.example"));
    X509Certificate ofTeam = team.leaf("CN=peer", TestAuthority.dns("a.bad.example"));
    assertThat(decision(root.certificate, ofRoot))
        .startsWith("name-constraint-violated: \"CN=peer\"")
        .contains("a.bad.example");
    assertThat(decision(anchor.certificate, ofTeam, team.certificate))
        .startsWith("name-constraint-violated: \"CN=peer\"")
        .contains("a.bad.example");
    // The same path, judged again, from what is kept.
    assertThat(decision(root.certificate, ofRoot)).startsWith("name-constraint-violated: ");
    assertThat(decision(root.certificate, root.leaf("CN=x", TestAuthority.dns("a.good.example"))))
        .isEqualTo("accepted");
    assertThat(decision(free.certificate, ofTeam, team.certificate, anchor.certificate))
        .startsWith("name-constraint-violated: ");
  }

  /** What PKIX takes no notice of in an anchor: the root's own dates, path length, extensions. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML08_rootItself_isBoundByWhatItSays(boolean constrained) {
    TestAuthority.Extender bounds = constrained ? BOUNDS : NOTHING;
    KeyPair rootKeys = TestAuthority.keys();
    TestAuthority named = TestAuthority.root("CN=Root", rootKeys, NOTHING);
    TestAuthority issuing = named.intermediate("CN=Issuing", NOTHING);
    X509Certificate good = issued(issuing, NOW.minusSeconds(600), NOW.plusSeconds(600), GOOD);
    X509Certificate brief =
        named.issue(
            "CN=Root",
            rootKeys.getPublic(),
            NOW,
            NOW.plusSeconds(60),
            TestAuthority.authority().and(bounds));
    assertThat(decision(brief, good, issuing.certificate)).isEqualTo("accepted");
    assertThat(decisionAt(NOW.plusSeconds(61), brief, good, issuing.certificate))
        .startsWith("expired: the anchor \"CN=Root\"");
    assertThat(decisionAt(NOW.minusSeconds(1), brief, good, issuing.certificate))
        .startsWith("not-yet-valid: the anchor \"CN=Root\"");
    for (int length = 0; length <= 1; length++) {
      BasicConstraints most = new BasicConstraints(length);
      X509Certificate narrow =
          named.issue(
              "CN=Root",
              rootKeys.getPublic(),
              bounds.and(c -> c.addExtension(Extension.basicConstraints, true, most)));
      String seen = decision(narrow, good, issuing.certificate);
      if (length == 1) {
        assertThat(seen).isEqualTo("accepted");
      } else {
        assertThat(seen).startsWith("chain-invalid: ");
      }
    }
    TestAuthority odd =
        TestAuthority.root("CN=Root", bounds.and(c -> c.addExtension(ODD, true, DERNull.INSTANCE)));
    X509Certificate below = issued(odd, NOW, NOW.plusSeconds(60), GOOD);
    assertThat(decision(odd.certificate, below)).startsWith("chain-invalid: ");
  }

  /** An intermediate as anchor, which PKIX does not look into at all. */
  @Test
  void ML08_intermediateAsAnchor_isBoundByHand() {
    TestAuthority root = TestAuthority.root("CN=Root", NOTHING);
    KeyPair anchorKeys = TestAuthority.keys();
    TestAuthority named = TestAuthority.root("CN=Anchor", anchorKeys, NOTHING);
    X509Certificate brief =
        root.issue(
            "CN=Anchor",
            anchorKeys.getPublic(),
            NOW,
            NOW.plusSeconds(60),
            TestAuthority.authority());
    X509Certificate good = issued(named, NOW.minusSeconds(600), NOW.plusSeconds(600), GOOD);
    assertThat(decision(brief, good)).isEqualTo("accepted");
    assertThat(decisionAt(NOW.plusSeconds(60), brief, good)).isEqualTo("accepted");
    assertThat(decisionAt(NOW.plusSeconds(61), brief, good))
        .startsWith("expired: the anchor \"CN=Anchor\"")
        .contains("expired at " + NOW.plusSeconds(60));
    assertThat(decisionAt(NOW.minusSeconds(1), brief, good))
        .startsWith("not-yet-valid: the anchor \"CN=Anchor\"")
        .contains("is not valid before " + NOW);

    TestAuthority first = named.intermediate("CN=First", NOTHING);
    X509Certificate renewed = first.crossFor(first, NOTHING);
    TestAuthority second = first.intermediate("CN=Second", NOTHING);
    X509Certificate one = issued(first, NOW, NOW.plusSeconds(60), GOOD);
    X509Certificate two = issued(second, NOW, NOW.plusSeconds(60), GOOD);
    for (int length = 0; length <= 2; length++) {
      BasicConstraints most = new BasicConstraints(length);
      X509Certificate anchor =
          root.issue(
              "CN=Anchor",
              anchorKeys.getPublic(),
              c -> c.addExtension(Extension.basicConstraints, true, most));
      assertThat(decision(anchor, good)).isEqualTo("accepted");
      assertAccepted(length >= 1, decision(anchor, one, first.certificate));
      // A self-issued certificate does not count.
      assertAccepted(length >= 1, decision(anchor, one, renewed, first.certificate));
      assertAccepted(length >= 2, decision(anchor, two, second.certificate, first.certificate));
    }
  }

  private static void assertAccepted(boolean accepted, String said) {
    if (accepted) {
      assertThat(said).isEqualTo("accepted");
    } else {
      assertThat(said)
          .startsWith("chain-invalid: the path is longer than the anchor \"CN=Anchor\"")
          .endsWith(" allows");
    }
  }

  @Test
  void ML09_whatPkixSays_isToldWithThePlaceItSays() {
    TestAuthority root = TestAuthority.root("CN=Root", NOTHING);
    TestAuthority other = TestAuthority.root("CN=Other", NOTHING);
    TestAuthority anchor = root.intermediate("CN=Anchor", NOTHING);
    X509Certificate peer = other.leaf("CN=peer");
    assertThat(decision(anchor.certificate, peer)).startsWith("chain-invalid: \"CN=peer\"");
    TestAuthority old = TestAuthority.root("CN=Weak", TestAuthority.keys("RSA", 1024), NOTHING);
    X509Certificate below =
        old.issue("CN=peer", TestAuthority.keys("RSA", 512).getPublic(), NOTHING);
    assertThat(decision(old.certificate, below)).startsWith("algorithm-weak: \"CN=peer\" (serial ");
  }

  /** Constraints of its own bind below an intermediate that is the anchor as below a root. */
  @Test
  void ML08_intermediateAsAnchor_hasItsConstraintsEnforced() {
    TestAuthority anchor = TestAuthority.root("CN=Root", NOTHING).intermediate("CN=Anchor", BOUNDS);
    TestAuthority below = anchor.intermediate("CN=Below", NOTHING);
    assertThat(
            decision(
                anchor.certificate,
                issued(below, NOW, NOW.plusSeconds(9), GOOD),
                below.certificate))
        .isEqualTo("accepted");
    assertThat(
            decision(
                anchor.certificate,
                below.leaf("CN=peer", TestAuthority.dns("a.bad.example")),
                below.certificate))
        .startsWith("name-constraint-violated: \"CN=peer\"");
  }

  /** Its signature proves nothing, so no algorithm is too weak for it; MD5 is off in every JDK. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ML08_rootSignedWithARefusedAlgorithm_vouches(boolean constrained) {
    TestAuthority.Extender bounds = constrained ? BOUNDS : NOTHING;
    KeyPair rsa = TestAuthority.keys("RSA", 2048);
    X509Certificate root = SignedCertificates.root("CN=Root", rsa, "MD5withRSA", bounds);
    TestAuthority same = TestAuthority.root("CN=Root", rsa, bounds);
    TestAuthority issuing = same.intermediate("CN=Issuing", NOTHING);
    X509Certificate good = issued(issuing, NOW, NOW.plusSeconds(9), GOOD);
    assertThat(decision(root, good, issuing.certificate)).isEqualTo("accepted");
    ServerTls server =
        ServerTls.of(
            TestPki.identity(TestPki.SHARED.server),
            TrustAnchors.of(List.of(root)),
            PeerPolicy.anyTrustedPeer());
    assertThat(server.explain(List.of(good, issuing.certificate, root), null).isAccepted())
        .isTrue();
  }

  /** As an authority does that is issued again by another program, for the same key. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anchorWithAnotherIdentifierOfTheSameKey_isToldAsThat(boolean constrained) {
    KeyPair same = TestAuthority.keys();
    TestAuthority.Extender bounds = constrained ? BOUNDS : NOTHING;
    TestAuthority before = TestAuthority.root("CN=Root", same, bounds);
    TestAuthority again =
        TestAuthority.root(
            "CN=Root",
            same,
            bounds.and(
                c ->
                    c.addExtension(
                        Extension.subjectKeyIdentifier,
                        false,
                        new SubjectKeyIdentifier(new byte[] {1, 2, 3}))));
    X509Certificate peer =
        issued(
            before,
            NOW,
            NOW.plusSeconds(9),
            GOOD.and(TestAuthority.keyIds(keys.getPublic(), same.getPublic())));
    assertThat(decision(before.certificate, peer)).isEqualTo("accepted");
    assertThat(decision(again.certificate, peer))
        .startsWith("chain-invalid: \"CN=peer\"")
        .contains(" names its issuer by another key identifier ");
  }
}
