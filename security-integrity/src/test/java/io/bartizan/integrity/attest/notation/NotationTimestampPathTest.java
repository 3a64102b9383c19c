package io.bartizan.integrity.attest.notation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.VerificationException;
import io.bartizan.testkit.sigstore.draft.Stamp;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;

/** Several ways from a timestamp's authority upwards, of which one leads to a root that holds. */
class NotationTimestampPathTest {

  private static final Instant MAY = Instant.parse("2026-05-10T00:00:00Z");
  private static final String ROOT = "CN=tsa root";
  private static final String MIDDLE = "CN=tsa middle";
  private static final KeyPair ROOT_KEY = NotationDraft.ec("secp256r1");
  private static final KeyPair MIDDLE_KEY = NotationDraft.ec("secp256r1");
  private static final KeyPair KEY = NotationDraft.ec("secp256r1");

  private final X509Certificate root = authority(ROOT, ROOT, ROOT_KEY, ROOT_KEY, "2028-01-01");
  private final X509Certificate cross = authority(MIDDLE, ROOT, MIDDLE_KEY, ROOT_KEY, "2028-01-01");
  private final X509Certificate itself =
      authority(MIDDLE, MIDDLE, MIDDLE_KEY, MIDDLE_KEY, "2028-01-01");
  private final X509Certificate stamper = stamper();

  private static X509Certificate authority(
      String subject, String issuer, KeyPair key, KeyPair issuerKey, String end) {
    try {
      return NotationDraft.issue(
          NotationDraft.builder(subject, issuer, key, "2026-01-01", end)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(2)),
          issuerKey);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate stamper() {
    try {
      return NotationDraft.issue(
          NotationDraft.builder("CN=stamper", MIDDLE, KEY, "2026-01-02", "2028-01-01")
              .addExtension(
                  Extension.extendedKeyUsage,
                  true,
                  new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping)),
          MIDDLE_KEY);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private Instant time(List<X509Certificate> inside, X509Certificate... roots) {
    byte[] over = new byte[64];
    Stamp stamp = new Stamp(KEY.getPrivate(), stamper, over, MAY);
    stamp.embedded.addAll(inside);
    return NotationTimestamp.verify(stamp.token(), over, List.of(roots)).time();
  }

  @Test
  void crossSignedAuthority_isFoundInEachOrder() {
    assertThat(time(List.of(stamper, cross), root)).isEqualTo(MAY);
    assertThat(time(List.of(stamper, cross, itself), root)).isEqualTo(MAY);
    assertThat(time(List.of(itself, stamper, cross), root)).isEqualTo(MAY);
    assertThat(time(List.of(itself, stamper, cross), itself)).isEqualTo(MAY);
    assertThatThrownBy(() -> time(List.of(itself, stamper), root))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("no root of a tsa store has certified its authority");
  }

  /** The old one and the new one of one name and key lie in the store together. */
  @Test
  void renewedRoot_isFoundInEachOrder() {
    X509Certificate old = authority(ROOT, ROOT, ROOT_KEY, ROOT_KEY, "2026-02-01");
    List<X509Certificate> inside = List.of(stamper, cross);
    assertThat(time(inside, root, old)).isEqualTo(MAY);
    assertThat(time(inside, old, root)).isEqualTo(MAY);
    assertThatThrownBy(() -> time(inside, old))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("its authority's path does not hold at");
  }

  /** Each of them has issued each other one, and no way leads anywhere. */
  @Test
  void authoritiesInACircle_endTheSearch() {
    List<X509Certificate> inside = new ArrayList<>(List.of(stamper));
    for (int i = 0; i < 12; i++) {
      String end = "2028-01-" + (10 + i);
      inside.add(authority(MIDDLE, MIDDLE, MIDDLE_KEY, MIDDLE_KEY, end));
    }
    assertThatThrownBy(() -> time(inside, root)).isInstanceOf(VerificationException.class);
    inside.add(1, cross);
    assertThat(time(inside, root)).isEqualTo(MAY);
  }
}
