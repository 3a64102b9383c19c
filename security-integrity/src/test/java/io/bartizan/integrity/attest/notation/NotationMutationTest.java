package io.bartizan.integrity.attest.notation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.tests.DamagedTexts;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged envelopes of both formats and damaged timestamps: typed refusals within bounds, or what
 * the undamaged one says. {@code -Dbartizan.mutations=N} runs N of each in the deep tier.
 */
class NotationMutationTest {

  /** What a judgement may allocate beside ten times the envelope: certificates and signatures. */
  private static final long JUDGED = 1024 * 1024;

  /** What of an ECDSA signature of P-256 is at the end of a token, whatever its length. */
  private static final int SIGNATURE = 64;

  private static final ImageReference IMAGE = ImageReference.parse("registry.example/app");
  private static final NotationVerifier VERIFIER = NotationDraft.strict();

  private final AtomicInteger accepted = new AtomicInteger();

  private Object judge(byte[] envelope, String mediaType, String right) {
    Checked<NotationSignature> outcome =
        VERIFIER.check(envelope, mediaType, IMAGE, NotationDraft.ARTIFACT);
    if (outcome.isAccepted()) {
      accepted.incrementAndGet();
      assertThat(facts(outcome.orThrow())).isEqualTo(right);
    } else {
      Object reason = outcome.fold(signed -> null, refusal -> refusal.reason());
      assertThat(reason).isInstanceOf(NotationReason.class);
    }
    return outcome.orThrow();
  }

  private static String facts(NotationSignature signed) {
    return signed
        + " "
        + signed.signer().hashCode()
        + signed.expiresAt()
        + signed.annotations()
        + signed.notEnforced();
  }

  private void jws(int count) {
    NotationDraft draft = new NotationDraft().expiry("2026-12-01T00:00:00Z");
    String right = facts(draft.check().orThrow());
    DamagedTexts.checkBytes(
        count,
        List.of(new String(draft.make(), UTF_8)),
        JUDGED,
        bytes -> judge(bytes, Envelope.JWS, right));
    assertThat(accepted.get()).as("certificates that are not looked at may change").isPositive();
  }

  private void cose(int count) {
    CoseDraft draft = new CoseDraft();
    String right = facts(draft.check().orThrow());
    DamagedTexts.checkBinary(
        count, List.of(draft.make()), JUDGED, bytes -> judge(bytes, Envelope.COSE, right));
    assertThat(accepted.get()).as("unprotected headers may change").isPositive();
  }

  private static void stamps(int count) {
    byte[] over = new byte[64];
    byte[] token = NotationTimestampTest.token(over);
    List<X509Certificate> roots = List.of(NotationDraft.TSA_ROOT);
    NotationTimestamp right = NotationTimestamp.verify(token, over, roots);
    assertThat(right.accuracy()).isEqualTo(Duration.ZERO);
    byte[] signature = Arrays.copyOfRange(token, token.length - SIGNATURE, token.length);
    DamagedTexts.checkBinary(
        count,
        List.of(token),
        JUDGED,
        bytes -> {
          try {
            NotationTimestamp found = NotationTimestamp.verify(bytes, over, roots);
            assertThat(found).isEqualTo(right);
            assertThat(Arrays.copyOfRange(bytes, bytes.length - SIGNATURE, bytes.length))
                .as("the signature")
                .isEqualTo(signature);
            return found;
          } catch (VerificationException e) {
            assertThat(e.reason()).isEqualTo(NotationReason.TIMESTAMP_INVALID);
            throw e;
          }
        });
  }

  @Test
  void damagedJws_isRefusedOrSaysTheSame() {
    jws(4_000);
  }

  @Test
  void damagedCose_isRefusedOrSaysTheSame() {
    cose(4_000); // few bytes are unprotected: of 1,000 changes once in a while none hit one
  }

  @Test
  void damagedTimestamp_isRefusedOrSaysTheSame() {
    stamps(1_000);
  }

  @Test
  @Tag("deep")
  void damagedJws_isRefusedOrSaysTheSame_deep() {
    jws(DamagedTexts.deep(20_000));
  }

  @Test
  @Tag("deep")
  void damagedCose_isRefusedOrSaysTheSame_deep() {
    cose(DamagedTexts.deep(20_000));
  }

  @Test
  @Tag("deep")
  void damagedTimestamp_isRefusedOrSaysTheSame_deep() {
    stamps(DamagedTexts.deep(20_000));
  }
}
