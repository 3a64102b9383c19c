package io.bartizan.integrity.attest;

import static io.bartizan.integrity.attest.Signer.IN_TOTO;
import static io.bartizan.integrity.attest.Signer.envelope;
import static io.bartizan.integrity.attest.Signer.json;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.attest.search.SimpleSigning;
import io.bartizan.tests.AllocatedBytes;
import io.bartizan.tests.DamagedTexts;
import io.bartizan.tests.SeededCases;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damaged envelopes, statements, bundles and payloads: only typed refusals, within rule 5's bounds.
 * Many of each format in the deep tier, {@code -Dbartizan.mutations=N} runs N.
 */
class AttestMutationTest {

  private static final int COUNT = DamagedTexts.deep(200_000);
  private static final String SLSA = "https://slsa.dev/provenance/v1";

  /** RSA, whose signatures cost least to refuse. */
  private static final Signer ALICE = Signer.rsa();

  private static final byte[] CONTENT = new byte[7];
  private static final Digest DIGEST = Digest.sha256Of(CONTENT);
  private static final ImageReference IMAGE = ImageReference.parse("r.example/app@" + DIGEST);
  private static final SignerKeys KEYS = SignerKeys.anyOf(ALICE.key);
  private static final CosignVerifier COSIGN = CosignVerifier.of(KEYS);
  private static final StatementVerifier STATEMENTS = StatementVerifier.of(KEYS, SLSA);

  /** A format, a text that is right, and its reader. */
  @SuppressWarnings("ImmutableEnumChecker")
  enum Format {
    ENVELOPE(bytes -> STATEMENTS.verify(bytes, DIGEST), signed()),
    /** The envelope in cosign's older bundle. */
    OLDER_BUNDLE(bytes -> STATEMENTS.verify(bytes, DIGEST), older(signed().getBytes(UTF_8))),
    /** What stands beside a file: a bundle of either kind, the signature in base64. */
    BLOB(
        bytes -> COSIGN.verifyBlob(bytes, CONTENT),
        text(ToolFormsTest.blob(ALICE.sign(CONTENT), null)),
        older(ALICE.sign(CONTENT)),
        Signer.base64(ALICE.sign(CONTENT))),
    BUNDLE(bytes -> COSIGN.verify(bytes, IMAGE), text(ALICE.imageBundle(DIGEST))),
    /** As it is read after its signature was verified. */
    STATEMENT(
        bytes -> STATEMENTS.read(of(bytes), DIGEST), text(json(Signer.statement(SLSA, DIGEST)))),
    SIMPLE_SIGNING(
        AttestMutationTest::payload, text(Signer.simpleSigning("r.example/app", DIGEST)));

    private final DamagedTexts.BytesReader bytes;
    private final List<String> right;

    Format(DamagedTexts.BytesReader bytes, String... right) {
      this.bytes = bytes;
      this.right = List.of(right);
    }

    void check(int count) {
      DamagedTexts.checkBytes(count, right, bytes);
    }
  }

  @ParameterizedTest
  @EnumSource
  void damaged_isReadOrRefusedWithinItsBounds(Format format) {
    format.check(2_000);
  }

  @Tag("deep")
  @ParameterizedTest
  @EnumSource
  void muchDamaged_isReadOrRefusedWithinItsBounds(Format format) {
    format.check(COUNT);
  }

  /** Statements and payloads that are damaged and then signed, which costs a signature each. */
  @Test
  void damagedBeforeSigning_isRefusedWithinItsBounds() {
    damagedBeforeSigning(150);
  }

  @Test
  @Tag("deep")
  void muchDamagedBeforeSigning_isRefusedWithinItsBounds() {
    damagedBeforeSigning(2_000);
  }

  private static void damagedBeforeSigning(int cases) {
    SeededCases.check(
        cases,
        random -> {
          byte[] statement = damaged(Format.STATEMENT, random);
          byte[] signed = json(envelope(IN_TOTO, statement, ALICE));
          DamagedTexts.bounded(signed.length, () -> STATEMENTS.verify(signed, DIGEST));
          byte[] payload = damaged(Format.SIMPLE_SIGNING, random);
          byte[] signature = ALICE.sign(payload);
          DamagedTexts.bounded(payload.length, () -> COSIGN.verify(payload, signature, IMAGE));
        });
  }

  private static byte[] damaged(Format format, SplittableRandom random) {
    StringBuilder text = new StringBuilder(format.right.get(0));
    DamagedTexts.damage(text, random);
    return text.toString().getBytes(UTF_8);
  }

  @Test
  void largeHostileText_isRefusedWithinItsBounds() {
    String[] values = {
      "1", "{}", "[]", "\"\"", "\"\u00e9\"", "{\"\":\"a\"}", "{\"\":{\"\":{\"\":{}}}}"
    };
    for (int count : new int[] {900, 4_000, 60_000}) {
      for (String value : values) {
        hostile(count, i -> value, "[", "]");
        hostile(count, i -> "\"" + Integer.toString(i, 36) + "\":" + value, "{", "}");
        hostile(count, i -> "\"\\u0061" + i + "\":" + value, "{", "}");
      }
    }
    String base64 = Base64.getEncoder().encodeToString(new byte[900_000]);
    String envelope = "{\"payloadType\":\"" + IN_TOTO + "\",\"payload\":\"" + base64 + "\",\"sig";
    refused(
        envelope + "natures\":[{\"sig\":\"AAAA\"}]}", bytes -> STATEMENTS.verify(bytes, DIGEST));
    refused(envelope + "\":1}", bytes -> STATEMENTS.verify(bytes, DIGEST));
  }

  private static void hostile(int count, IntFunction<String> value, String open, String close) {
    String text = "{\"x\":" + open + repeat(count, value) + close + "}";
    refused(text, bytes -> STATEMENTS.verify(bytes, DIGEST));
    refused(text, bytes -> COSIGN.verify(bytes, IMAGE));
    refused(text, AttestMutationTest::payload);
  }

  private static void refused(String text, DamagedTexts.BytesReader reader) {
    byte[] bytes = text.getBytes(UTF_8);
    AllocatedBytes.assertBounded(
        bytes.length,
        () -> {
          try {
            throw new AssertionError("accepted " + reader.read(bytes));
          } catch (VerificationException expected) {
            if (expected.reason() == null) {
              throw new AssertionError("untyped", expected);
            }
          }
        });
  }

  private static String repeat(int count, IntFunction<String> value) {
    return IntStream.range(0, count).mapToObj(value).collect(Collectors.joining(","));
  }

  private static VerifiedEnvelope of(byte[] payload) {
    return new VerifiedEnvelope(IN_TOTO, payload, Set.of(ALICE.key));
  }

  private static String signed() {
    return text(ALICE.signed(Signer.statement(SLSA, DIGEST)));
  }

  private static String older(byte[] signature) {
    return text(json(Map.of("base64Signature", Signer.base64(signature), "cert", "")));
  }

  private static String text(byte[] ascii) {
    return new String(ascii, UTF_8);
  }

  private static Object payload(byte[] payload) {
    return SimpleSigning.parse(payload, AttestReason.MALFORMED, AttestReason.TOO_LARGE);
  }
}
