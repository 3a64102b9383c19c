package io.bartizan.integrity.attest;

import static io.bartizan.integrity.attest.Signer.IN_TOTO;
import static io.bartizan.integrity.attest.Signer.envelope;
import static io.bartizan.integrity.attest.Signer.json;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.tests.AllocatedBytes;
import io.bartizan.tests.SeededCases;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged references, envelopes, statements, bundles and payloads: only typed refusals, bounded.
 */
class AttestMutationTest {

  private static final String LIKELY = "\n\r\0 \t\\*#=-:;,()/.\"{}[]?%09afAF@eE+_";
  private static final String SLSA = "https://slsa.dev/provenance/v1";
  private static final Signer ALICE = Signer.ecdsa();
  private static final Digest DIGEST = Digest.sha256Of(new byte[7]);
  private static final ImageReference IMAGE = ImageReference.parse("r.example/app@" + DIGEST);
  private static final CosignVerifier COSIGN =
      CosignVerifier.of(SignerKeys.anyOf(ALICE.key)).build();
  private static final StatementVerifier STATEMENTS =
      StatementVerifier.of(SignerKeys.anyOf(ALICE.key), SLSA);

  @Test
  void everyFormat_damaged_isRefusedInBounds() {
    everyFormat(300);
  }

  /** 1500 of each here, most with a signature to verify; {@code -Dmutations=N} for more. */
  @Test
  @Tag("deep")
  void everyFormat_muchDamaged_isRefusedInBounds() {
    everyFormat(Integer.getInteger("mutations", 1_500));
  }

  private static void everyFormat(int count) {
    byte[] statement = json(Signer.statement(SLSA, DIGEST));
    byte[] payload = Signer.simpleSigning("r.example/app", DIGEST);
    damage(count, IMAGE.toString().getBytes(UTF_8), bytes -> read(latin(bytes)));
    damage(count, ALICE.signed(Signer.statement(SLSA, DIGEST)), AttestMutationTest::statement);
    damage(count, ALICE.imageBundle(DIGEST), AttestMutationTest::bundle);
    // What is read after the signature was verified is damaged before it is signed.
    damage(count, statement, bytes -> statement(json(envelope(IN_TOTO, bytes, ALICE))));
    damage(
        count,
        payload,
        bytes -> {
          byte[] signature = ALICE.sign(bytes);
          AllocatedBytes.assertBounded(bytes.length, () -> payload(bytes, signature));
        });
  }

  private static void damage(int count, byte[] good, Consumer<byte[]> reading) {
    SeededCases.check(
        count,
        random -> {
          StringBuilder text = new StringBuilder(new String(good, ISO_8859_1));
          for (int i = random.nextInt(1, 4); i > 0; i--) {
            mutate(text, random);
          }
          reading.accept(text.toString().getBytes(ISO_8859_1));
        });
  }

  private static void mutate(StringBuilder text, SplittableRandom random) {
    int at = random.nextInt(text.length() + 1);
    char c =
        random.nextInt(4) == 0
            ? (char) random.nextInt(256)
            : LIKELY.charAt(random.nextInt(LIKELY.length()));
    switch (random.nextInt(6)) {
      case 0 -> text.insert(at, c);
      case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(1, 5)));
      case 2 -> text.setLength(at);
      case 3 -> text.insert(at, text.substring(at, Math.min(text.length(), at + 70)));
      default -> {
        if (at < text.length()) {
          text.setCharAt(at, c);
        }
      }
    }
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }

  private static void read(String reference) {
    AllocatedBytes.assertBounded(
        reference.length(), () -> typed(() -> ImageReference.parse(reference).toString()));
  }

  private static void statement(byte[] envelope) {
    AllocatedBytes.assertBounded(
        envelope.length, () -> typed(() -> STATEMENTS.verify(envelope, DIGEST).toString()));
  }

  private static void bundle(byte[] bundle) {
    AllocatedBytes.assertBounded(
        bundle.length, () -> typed(() -> COSIGN.verify(bundle, IMAGE).toString()));
  }

  private static void payload(byte[] payload, byte[] signature) {
    typed(() -> COSIGN.verify(payload, signature, IMAGE).toString());
  }

  /** Accepted, or refused with a reason; anything else fails. */
  private static void typed(java.util.function.Supplier<String> reading) {
    try {
      assertThat(reading.get()).isNotEmpty();
    } catch (VerificationException refused) {
      assertThat(refused.reason()).isNotNull();
    }
  }
}
