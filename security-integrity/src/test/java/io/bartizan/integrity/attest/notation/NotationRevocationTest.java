package io.bartizan.integrity.attest.notation;

import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF;
import static io.bartizan.integrity.attest.notation.NotationDraft.LEAF_KEY;
import static io.bartizan.integrity.attest.notation.NotationDraft.NOW;
import static io.bartizan.integrity.attest.notation.NotationDraft.ROOT;
import static io.bartizan.integrity.attest.notation.NotationDraft.ROOT_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.core.Reason;
import io.bartizan.testkit.ManualInstantSource;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** Which issuers' revocation lists count: the key usage must have cRLSign (RFC 5280 6.3.3 f). */
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
}
