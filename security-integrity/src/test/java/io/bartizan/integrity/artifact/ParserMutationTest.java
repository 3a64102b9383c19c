package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.VerificationException;
import io.bartizan.tests.AllocatedBytes;
import io.bartizan.tests.DamagedTexts;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every text that is parsed here, damaged by a seed: only typed refusals, within rule 5's bounds. A
 * million of each format in the deep tier, {@code -Dbartizan.mutations=N} runs N.
 */
class ParserMutationTest {

  private static final int COUNT = DamagedTexts.deep(1_000_000);
  private static final Digest A = Digest.sha256Of(bytes(10));
  private static final Digest B = Digest.compute(DigestAlgorithm.SHA_384, bytes(11));
  private static final Digest C = Digest.compute(DigestAlgorithm.SHA_512, bytes(12));

  /** A format, texts that are right, and its reader of text or bytes. */
  @SuppressWarnings("ImmutableEnumChecker")
  enum Format {
    HEX(t -> Digest.parseSha256(t), null, A.hex()),
    BASE64(t -> Digest.parseBase64(DigestAlgorithm.SHA_512, t), null, C.base64()),
    OCI(Digest::parseOci, null, A.oci(), C.oci()),
    SRI_DIGEST(Digest::parseSri, null, A.sri(), B.sri()),
    NI(Digest::parseNi, null, A.ni(), C.ni() + "?ct=text/plain"),
    CONTENT_DIGEST(
        Digest::parseContentDigest,
        null,
        A.contentDigest() + ", " + C.contentDigest() + ",unixsum=:Y:"),
    SRI(Sri::parse, null, A.sri() + " " + C.sri() + "?x\t" + B.sri()),
    /** Names another key, so that what is right is refused before the mathematics. */
    MINISIGN(t -> Keys.OTHER.verify(bytes(3), t), null, minisignature()),
    GNU(
        null,
        Manifest::parse,
        A.hex() + "  a\n\\" + A.hex() + " *b\\nc\n# c\n" + C.hex() + "  d/e\r\n",
        A.hex() + " a\n" + A.hex() + " \u00e4\u20ac\n"),
    BSD(
        null,
        Manifest::parse,
        "SHA256 (a b) = " + A.hex() + "\nSHA512 (b) = " + C.base64() + "\n",
        "SHA2-256(a)= " + A.hex() + "\nSHA2-384(b)= " + B.hex() + "\n"),
    ZERO(null, Manifest::parseZero, A.hex() + "  a\nb\0" + B.hex() + " *c\0"),
    LINUX(
        null,
        t -> Manifest.parse(t, NameRule.POSIX_ONLY),
        A.hex() + "  a_1:2~3.deb\n" + B.hex() + "  README\n" + B.hex() + "  readme\n"),
    SIDECAR(null, t -> Manifest.parseSidecar(t, "x.jar"), A.hex() + "\n", A.hex() + "  x.jar\n"),
    PACKAGE_LOCK(
        null,
        PackageLock::parse,
        "{\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"x\"},\"node_modules/a\":{\"resolved\":"
            + "\"https://r/a.tgz\",\"integrity\":\""
            + C.sri()
            + "\"},\"node_modules/b\":{\"link\":true,\"n\":[1,2.5e3,null]}}}");

    private final DamagedTexts.@Nullable TextReader text;
    private final DamagedTexts.@Nullable BytesReader bytes;
    private final List<String> right;

    Format(
        DamagedTexts.@Nullable TextReader text,
        DamagedTexts.@Nullable BytesReader bytes,
        String... right) {
      this.text = text;
      this.bytes = bytes;
      this.right = List.of(right);
    }

    void check(int count) {
      if (text != null) {
        DamagedTexts.check(count, right, text);
      }
      if (bytes != null) {
        DamagedTexts.checkBytes(count, right, bytes);
      }
    }

    Object read(String content) {
      return text != null ? text.read(content) : Objects.requireNonNull(bytes).read(utf8(content));
    }
  }

  private static final class Keys {
    private static final String TEXT = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    private static final MinisignKey KEY = MinisignKey.parse(TEXT);
    private static final MinisignKey OTHER =
        MinisignKey.parse(TEXT.substring(0, 4) + "AAAA" + TEXT.substring(8));
  }

  /** Of the key above and the usual form, so that only the mathematics refuses it. */
  private static String minisignature() {
    byte[] signature = bytes(74);
    System.arraycopy(Base64.getDecoder().decode(Keys.TEXT), 0, signature, 0, 10);
    signature[1] = 'D';
    return "untrusted comment: x\n"
        + Base64.getEncoder().encodeToString(signature)
        + "\ntrusted comment: c\n"
        + Base64.getEncoder().encodeToString(bytes(64))
        + "\n";
  }

  @ParameterizedTest
  @EnumSource
  void damagedText_isReadOrRefusedWithinItsBounds(Format format) {
    format.check(3_000);
  }

  @Tag("deep")
  @ParameterizedTest
  @EnumSource
  void muchDamagedText_isReadOrRefusedWithinItsBounds(Format format) {
    format.check(COUNT);
  }

  /** With the mathematics, which cost a hundred times the reading. */
  @Tag("deep")
  @Test
  void damagedMinisignature_isRefusedWithinItsBounds() {
    DamagedTexts.check(
        Math.max(1, COUNT / 50), List.of(minisignature()), t -> Keys.KEY.verify(bytes(3), t));
  }

  @Test
  void largeHostileText_isRefusedWithinItsBounds() {
    String gnu = A.hex() + "  ";
    String bsd = "SHA256 (";
    String tail = ") = " + A.base64() + "\n";
    refusedBounded(Format.GNU, lines(5_000, i -> gnu + Integer.toString(i, 36) + "\n") + "x");
    refusedBounded(Format.GNU, lines(5_000, i -> "\\" + gnu + "\\n" + i + "\n") + "x");
    refusedBounded(Format.GNU, lines(5_000, i -> gnu + "a/".repeat(50) + i + "\n") + "x");
    refusedBounded(Format.BSD, lines(5_000, i -> bsd + Integer.toString(i, 36) + tail) + "x");
    refusedBounded(Format.ZERO, lines(5_000, i -> gnu + Integer.toString(i, 36) + "\0") + "x");
    refusedBounded(Format.GNU, lines(5_000, i -> gnu + "\u00e9" + i + "\n") + "x");
    refusedBounded(Format.GNU, lines(500, i -> gnu + "\u20ac".repeat(1_000) + i + "\n") + "x");
    refusedBounded(
        Format.GNU, lines(500, i -> "\\" + gnu + "\u20ac\\n".repeat(99) + i + "\n") + "x");
    refusedBounded(Format.BSD, lines(5_000, i -> bsd + "\ud83d\ude00" + i + tail) + "x");
    refusedBounded(Format.GNU, gnu + "./".repeat(2_000) + "..\n");
    refusedBounded(Format.GNU, "#\n".repeat(400_000));
    refusedBounded(Format.GNU, "\n".repeat(400_000) + "x");
    refusedBounded(Format.GNU, gnu + "x".repeat(1_000_000));
    refusedBounded(Format.SRI, "a ".repeat(Sri.MAX_CHARS / 2));
    refusedBounded(Format.SRI, "sha256-% ".repeat(Sri.MAX_CHARS / 9));
    refusedBounded(Format.SRI, ("sha256-" + "%".repeat(44) + " ").repeat(Sri.MAX_CHARS / 52));
    refusedBounded(Format.CONTENT_DIGEST, lines(250, i -> "a" + i + "=::,") + "!");
    refusedBounded(Format.MINISIGN, "\n".repeat(16_384));
    for (String member : LOCK_MEMBERS) {
      String members = lines(100_000, i -> member.replace("#", Integer.toString(i, 36)) + ",");
      refusedBounded(Format.PACKAGE_LOCK, "{\"packages\":{" + members + "}}");
      refusedBounded(Format.PACKAGE_LOCK, "{\"other\":{" + members + "}}");
    }
    for (String value : LOCK_VALUES) {
      String values = lines(200_000, i -> value + ",");
      refusedBounded(Format.PACKAGE_LOCK, "{\"other\":[" + values + "]}");
    }
    refusedBounded(Format.MINISIGN, "untrusted comment: \n" + "A".repeat(16_000) + "\n\n\n");
    refusedBounded(Format.HEX, "0".repeat(1_000_000));
    refusedBounded(Format.OCI, "sha256:" + "0".repeat(1_000_000));
  }

  private static final List<String> LOCK_MEMBERS =
      List.of(
          "\"#\":{}",
          "\"\\u0061#\":{}",
          "\"\u00e9#\":{\"\":{}}",
          "\"#\":{\"resolved\":\"\"}",
          "\"#\":{\"resolved\":\"http:\"}",
          "\"#\":{\"integrity\":\"" + A.sri() + "\"}",
          "\"#\":{\"integrity\":\"" + A.sri() + " " + C.sri() + "\"}",
          "\"#\":{\"integrity\":\"" + A.sri() + "\",\"resolved\":\"a\"}",
          "\"#\":{\"integrity\":\"" + A.sri() + "\",\"resolved\":\"http://a/b\"}",
          "\"node_modules/#\":{\"inBundle\":true}",
          "\"node_modules/#\":{\"inBundle\":true,\"dependencies\":{\"a\":\"1\"}}",
          "\"x#/node_modules/b\":{\"inBundle\":true,\"bundleDependencies\":[\"b\"]}",
          "\"#\":{\"a\":1,\"b\":{\"c\":[\"d\"]}}");

  private static final List<String> LOCK_VALUES =
      List.of(
          "1", "1e9", "{}", "[]", "\"\"", "\"\\n\"", "\"\u00e9\"", "null", "{\"\":1}", "[[[]]]");

  private static void refusedBounded(Format format, String text) {
    AllocatedBytes.assertBounded(
        utf8(text).length,
        () -> {
          try {
            throw new AssertionError("accepted " + format.read(text));
          } catch (VerificationException refused) {
            assertThat(refused.reason()).isInstanceOf(ArtifactReason.class);
          }
        });
  }

  private static String lines(int count, java.util.function.IntFunction<String> line) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(line.apply(i));
    }
    return text.toString();
  }
}
