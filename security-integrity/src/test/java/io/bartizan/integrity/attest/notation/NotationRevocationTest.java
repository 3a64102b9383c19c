package io.bartizan.integrity.attest.notation;

import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF;
import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF_KEY;
import static io.bartizan.integrity.attest.notation.NotationDraft.NOW;
import static io.bartizan.integrity.attest.notation.NotationDraft.ROOT;
import static io.bartizan.integrity.attest.notation.NotationDraft.ROOT_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.core.VerificationException;
import io.bartizan.testkit.ManualInstantSource;
import java.security.KeyPair;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.junit.jupiter.api.Test;

/**
 * Which revocation lists count: of an issuer whose key usage has cRLSign (RFC 5280 6.3.3 f), of the
 * right name, current; and for which certificates of a chain.
 */
class NotationRevocationTest {

  private static final String DISTRIBUTION_POINTS = "2.5.29.31";

  private static X509Certificate authority(int usage) throws Exception {
    return NotationDraft.issue(
        NotationDraft.builder(ROOT, ROOT, ROOT_KEY, "2026-01-01", "2028-01-01")
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(2))
            .addExtension(Extension.keyUsage, true, new KeyUsage(usage)),
        ROOT_KEY);
  }

  private static X509Certificate leaf(String extension) {
    return NotationDraft.leaf(
        LEAF,
        LEAF_KEY,
        "2026-02-01",
        "2027-02-01",
        true,
        KeyUsage.digitalSignature,
        false,
        extension);
  }

  private static X509CRL list(X509Certificate... revoked) {
    return NotationDraft.list(ROOT_KEY, "2026-05-20", "2026-06-20", false, revoked);
  }

  private static Checked<NotationSignature> check(
      X509Certificate leaf, X509Certificate authority, X509CRL list) {
    NotationDraft draft = new NotationDraft();
    draft.chain.clear();
    draft.chain.addAll(List.of(leaf, authority));
    return draft.check(
        NotationVerifier.builder(
                NotationDraft.policy("\"strict\"", "\"ca:acme\"", "\"*\""),
                TrustStores.of(Map.of("ca:acme", List.of(authority))))
            .withClock(new ManualInstantSource(NOW))
            .withRevocationLists(RevocationLists.of(List.of(list)))
            .build());
  }

  private static Reason refused(Checked<NotationSignature> outcome) {
    assertThat(outcome.isAccepted()).as("%s", outcome).isFalse();
    return ((Checked.Rejected<NotationSignature>) outcome).refusal().reason();
  }

  @Test
  void list_ofAnIssuerThatMayNotSignLists_clearsNobody() throws Exception {
    X509Certificate revocable = leaf(DISTRIBUTION_POINTS);
    X509Certificate may = authority(KeyUsage.keyCertSign | KeyUsage.cRLSign);
    X509Certificate mayNot = authority(KeyUsage.keyCertSign);
    assertThat(check(revocable, may, list()).isAccepted()).isTrue();
    assertThat(refused(check(revocable, mayNot, list())))
        .isEqualTo(NotationReason.REVOCATION_UNKNOWN);
  }

  @Test
  void list_ofAnIssuerThatMayNotSignLists_stillRevokes() throws Exception {
    X509Certificate mayNot = authority(KeyUsage.keyCertSign);
    X509Certificate leaf = leaf("");
    assertThat(check(leaf, mayNot, list()).isAccepted()).isTrue();
    assertThat(refused(check(leaf, mayNot, list(leaf)))).isEqualTo(NotationReason.REVOKED);
  }

  @Test
  void list_ofAnIssuerWithoutKeyUsage_clears() throws Exception {
    X509Certificate without =
        NotationDraft.issue(
            NotationDraft.builder(ROOT, ROOT, ROOT_KEY, "2026-01-01", "2028-01-01")
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(2)),
            ROOT_KEY);
    List<X509Certificate> chain = List.of(leaf(DISTRIBUTION_POINTS), without);
    RevocationLists.of(List.of(list())).requireUnrevoked(chain, NOW);
    assertThatThrownBy(() -> RevocationLists.of(List.of()).requireUnrevoked(chain, NOW))
        .isInstanceOf(VerificationException.class);
  }

  // Chains of several issuers

  private static final KeyPair UPPER_KEY = NotationDraft.ec("secp256r1");
  private static final KeyPair LOWER_KEY = NotationDraft.ec("secp256r1");
  private static final String UPPER = "CN=upper,O=acme,ST=WA,C=US";
  private static final String LOWER = "CN=lower,O=acme,ST=WA,C=US";

  private static X509Certificate issued(
      String subject, KeyPair key, String issuer, KeyPair issuerKey, int usage) throws Exception {
    X509v3CertificateBuilder builder =
        NotationDraft.builder(subject, issuer, key, "2026-02-01", "2027-02-01")
            .addExtension(Extension.keyUsage, true, new KeyUsage(usage))
            .addExtension(new ASN1ObjectIdentifier(DISTRIBUTION_POINTS), false, DERNull.INSTANCE);
    if (usage != KeyUsage.digitalSignature) {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(5));
    }
    return NotationDraft.issue(builder, issuerKey);
  }

  /** Leaf, lower, upper and root; all but the root say where their revocation is told. */
  private static List<X509Certificate> longChain() throws Exception {
    int issues = KeyUsage.keyCertSign | KeyUsage.cRLSign;
    return List.of(
        issued(LEAF, LEAF_KEY, LOWER, LOWER_KEY, KeyUsage.digitalSignature),
        issued(LOWER, LOWER_KEY, UPPER, UPPER_KEY, issues),
        issued(UPPER, UPPER_KEY, ROOT, ROOT_KEY, issues),
        NotationDraft.AUTHORITY);
  }

  private static X509CRL listOf(String name, KeyPair key, List<X509Certificate> revoked) {
    return NotationDraft.list(name, key, "2026-05-20", "2026-06-20", null, revoked);
  }

  /** The current list of the issuer of each but the last, which revokes it or nobody. */
  private static X509CRL listFor(int place, List<X509Certificate> revoked) {
    return switch (place) {
      case 0 -> listOf(LOWER, LOWER_KEY, revoked);
      case 1 -> listOf(UPPER, UPPER_KEY, revoked);
      default -> listOf(ROOT, ROOT_KEY, revoked);
    };
  }

  private static Checked<NotationSignature> check(
      List<X509Certificate> chain, Instant now, List<X509CRL> lists) {
    NotationDraft draft = new NotationDraft();
    draft.chain.clear();
    draft.chain.addAll(chain);
    return draft.check(
        NotationDraft.verifier(NotationDraft.policy("\"strict\"", "\"ca:acme\"", "\"*\""))
            .withClock(new ManualInstantSource(now))
            .withRevocationLists(RevocationLists.of(lists))
            .build());
  }

  @Test
  void eachCertificateButTheRoot_isLookedUpInTheListsOfItsIssuer() throws Exception {
    List<X509Certificate> chain = longChain();
    List<X509CRL> good =
        List.of(listFor(2, List.of()), listFor(0, List.of()), listFor(1, List.of()));
    assertThat(check(chain, NOW, good).isAccepted()).isTrue();
    for (int place = 0; place < 3; place++) {
      List<X509CRL> revoking = new ArrayList<>(good);
      revoking.add(listFor(place, List.of(chain.get(place))));
      assertThat(refused(check(chain, NOW, revoking)))
          .as("certificate %d", place)
          .isEqualTo(NotationReason.REVOKED);
      List<X509CRL> missing = new ArrayList<>();
      for (int other = 0; other < 3; other++) {
        if (other != place) {
          missing.add(listFor(other, List.of()));
        }
      }
      assertThat(refused(check(chain, NOW, missing)))
          .as("certificate %d", place)
          .isEqualTo(NotationReason.REVOCATION_UNKNOWN);
    }
  }

  @Test
  void numberThatAnotherIssuerRevoked_isNotThisCertificate() throws Exception {
    List<X509Certificate> chain = longChain();
    assertThat(
            check(
                    chain,
                    NOW,
                    List.of(
                        listFor(0, List.of(chain.get(1), chain.get(2))),
                        listFor(1, List.of(chain.get(0), chain.get(2))),
                        listFor(2, List.of(chain.get(0), chain.get(1)))))
                .isAccepted())
        .isTrue();
  }

  private static Checked<NotationSignature> leafWith(Instant now, X509CRL... lists) {
    return check(List.of(leaf(DISTRIBUTION_POINTS), NotationDraft.AUTHORITY), now, List.of(lists));
  }

  @Test
  void oneCurrentListAmongSeveral_isEnough_inEachOrder() {
    X509CRL current = list();
    X509CRL stale = NotationDraft.list(ROOT_KEY, "2026-05-01", "2026-05-20", false);
    X509CRL early = NotationDraft.list(ROOT_KEY, "2026-06-10", "2026-06-20", false);
    X509CRL part = NotationDraft.list(ROOT_KEY, "2026-05-20", "2026-06-20", true);
    for (X509CRL useless : List.of(stale, early, part)) {
      assertThat(leafWith(NOW, current, useless).isAccepted()).isTrue();
      assertThat(leafWith(NOW, useless, current).isAccepted()).isTrue();
      X509CRL[] both = {useless, useless};
      assertThat(refused(leafWith(NOW, both))).isEqualTo(NotationReason.REVOCATION_UNKNOWN);
    }
    X509CRL revoking =
        NotationDraft.list(ROOT_KEY, "2026-05-01", "2026-05-20", false, leaf(DISTRIBUTION_POINTS));
    assertThat(refused(leafWith(NOW, current, revoking))).isEqualTo(NotationReason.REVOKED);
    assertThat(refused(leafWith(NOW, revoking, current))).isEqualTo(NotationReason.REVOKED);
  }

  @Test
  void list_isCurrent_fromFiveMinutesBeforeItsTimeToItsLastMoment() {
    Instant from = Instant.parse("2026-05-19T23:55:00Z");
    Instant to = Instant.parse("2026-06-20T00:00:00Z");
    for (Instant inside : List.of(from, NOW, to)) {
      assertThat(leafWith(inside, list()).isAccepted()).as("%s", inside).isTrue();
    }
    for (Instant outside : List.of(from.minusMillis(1), to.plusMillis(1))) {
      assertThat(refused(leafWith(outside, list())))
          .as("%s", outside)
          .isEqualTo(NotationReason.REVOCATION_UNKNOWN);
    }
  }

  @Test
  void list_withoutNextUpdate_orOfAnotherName_orWithACriticalExtension_clearsNobody() {
    for (X509CRL useless :
        List.of(
            NotationDraft.list(ROOT, ROOT_KEY, "2026-05-20", "", null, List.of()),
            listOf("CN=twin,O=acme,ST=WA,C=US", ROOT_KEY, List.of()),
            NotationDraft.list(
                ROOT,
                ROOT_KEY,
                "2026-05-20",
                "2026-06-20",
                new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.1"),
                List.of()))) {
      assertThat(refused(leafWith(NOW, useless))).isEqualTo(NotationReason.REVOCATION_UNKNOWN);
    }
    X509CRL twins =
        listOf("CN=twin,O=acme,ST=WA,C=US", ROOT_KEY, List.of(leaf(DISTRIBUTION_POINTS)));
    assertThat(leafWith(NOW, twins, list()).isAccepted()).as("another's numbers").isTrue();
  }
}
