package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bartizan.core.Reason;
import io.bartizan.mtls.x509.PeerPath;
import io.bartizan.testkit.DevCertificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.junit.jupiter.api.Test;

class StapledResponseTest {

  @SuppressWarnings("TimeInStaticInitializer")
  private static final Instant NOW = Instant.now();

  private static final Date LATER = Date.from(NOW.plus(Duration.ofHours(1)));

  private final TestPki pki = TestPki.SHARED;

  /** An intermediate would need its key; a leaf's issuer is played by a self-made pair. */
  private final Issuer issuer = Issuer.create();

  private Reason reason(boolean required, byte[]... stapled) {
    return reason(required, Duration.ZERO, stapled);
  }

  private Reason reason(boolean required, Duration grace, byte[]... stapled) {
    PeerRejectedException refusal = refused(required, grace, stapled);
    return refusal == null ? null : refusal.reason();
  }

  private PeerRejectedException refused(boolean required, Duration grace, byte[]... stapled) {
    PeerPath path = new PeerPath(List.of(issuer.leaf()), issuer.certificate());
    return catchThrowableOfType(
        PeerRejectedException.class,
        () -> new StapledResponse(required, grace).check(path, NOW, List.of(stapled)));
  }

  private byte[] response(CertificateStatus status, Date nextUpdate) throws Exception {
    return OcspAnswer.of(
        issuer.leaf(), issuer.certificate(), issuer.key(), status, NOW, nextUpdate);
  }

  @Test
  void staple_everyKind_isJudged() throws Exception {
    assertThat(reason(false, response(CertificateStatus.GOOD, LATER))).isNull();
    assertThat(reason(true, response(CertificateStatus.GOOD, LATER))).isNull();
    assertThat(reason(false, response(new RevokedStatus(Date.from(NOW), 1), LATER)))
        .isEqualTo(PeerReason.REVOKED);
    assertThat(reason(false, response(new UnknownStatus(), LATER)))
        .isEqualTo(PeerReason.REVOCATION_UNKNOWN);
    assertThat(reason(false, response(CertificateStatus.GOOD, Date.from(NOW.minusSeconds(1)))))
        .isEqualTo(PeerReason.REVOCATION_UNKNOWN);
    byte[] stale = response(CertificateStatus.GOOD, Date.from(NOW.minusSeconds(60)));
    assertThat(reason(true, Duration.ofSeconds(59), stale))
        .isEqualTo(PeerReason.REVOCATION_UNKNOWN);
    assertThat(reason(true, Duration.ofSeconds(61), stale)).isNull();
    assertThat(reason(false, response(CertificateStatus.GOOD, null)))
        .isEqualTo(PeerReason.REVOCATION_UNKNOWN);
    assertThat(reason(false, new byte[] {1, 2, 3})).isEqualTo(PeerReason.REVOCATION_UNKNOWN);
  }

  @Test
  void staple_withoutNextUpdate_isToldAsSuch() throws Exception {
    byte[] endless = response(CertificateStatus.GOOD, null);
    byte[] ended = response(CertificateStatus.GOOD, Date.from(NOW.minusSeconds(1)));
    assertThat(refused(false, Duration.ofDays(30), endless))
        .hasMessageContaining("has no nextUpdate");
    assertThat(refused(false, Duration.ZERO, ended)).hasMessageContaining("is not valid now");
  }

  @Test
  void staple_signedByAnother_isRefused() throws Exception {
    DevCertificate other = pki.server;
    assertThat(
            reason(
                false,
                OcspAnswer.of(
                    issuer.leaf(),
                    issuer.certificate(),
                    other.privateKey(),
                    CertificateStatus.GOOD,
                    NOW,
                    LATER)))
        .isEqualTo(PeerReason.REVOCATION_UNKNOWN);
  }

  @Test
  void staple_aboutAnotherCertificate_isRefused() throws Exception {
    assertThat(
            reason(
                false,
                OcspAnswer.of(
                    issuer.certificate(),
                    issuer.certificate(),
                    issuer.key(),
                    CertificateStatus.GOOD,
                    NOW,
                    LATER)))
        .isEqualTo(PeerReason.REVOCATION_UNKNOWN);
  }

  @Test
  void staple_missing_isRefusedWhereRequired() {
    assertThat(reason(false)).isNull();
    assertThat(reason(true)).isEqualTo(PeerReason.REVOCATION_UNKNOWN);
    assertThatCode(() -> Revocation.none().withStapledResponseRequired())
        .doesNotThrowAnyException();
  }
}
