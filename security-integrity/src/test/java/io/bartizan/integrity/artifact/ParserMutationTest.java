package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.artifact.Refusals.bytes;
import static io.bartizan.integrity.artifact.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.VerificationException;
import io.bartizan.tests.AllocatedBytes;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every text that is parsed here, damaged by a seed: only typed refusals, within ten times the
 * input and 64 KiB of memory. {@code -Dartifact.mutations=1000000} runs as many for each format.
 */
class ParserMutationTest {

  private static final int COUNT = Integer.getInteger("artifact.mutations", 60_000);
  private static final Digest A = Digest.sha256Of(bytes(10));
  private static final Digest B = Digest.compute(DigestAlgorithm.SHA_384, bytes(11));
  private static final Digest C = Digest.compute(DigestAlgorithm.SHA_512, bytes(12));

  /** A format, texts that are right, and its reader. */
  @SuppressWarnings("ImmutableEnumChecker")
  enum Format {
    HEX(t -> Digest.parseSha256(t), A.hex()),
    BASE64(t -> Digest.parseBase64(DigestAlgorithm.SHA_512, t), C.base64()),
    OCI(Digest::parseOci, A.oci(), C.oci()),
    SRI_DIGEST(Digest::parseSri, A.sri(), B.sri()),
    NI(Digest::parseNi, A.ni(), C.ni() + "?ct=text/plain"),
    CONTENT_DIGEST(
        Digest::parseContentDigest, A.contentDigest() + ", " + C.contentDigest() + ",unixsum=:Y:"),
    GNU(
        t -> Manifest.parse(utf8(t)),
        A.hex() + "  a\n\\" + A.hex() + " *b\\nc\n# c\n" + C.hex() + "  d/e\r\n",
        A.hex() + " a\n" + A.hex() + " b\n"),
    BSD(
        t -> Manifest.parse(utf8(t)),
        "SHA256 (a b) = " + A.hex() + "\nSHA512 (b) = " + C.base64() + "\n",
        "SHA2-256(a)= " + A.hex() + "\nSHA2-384(b)= " + B.hex() + "\n"),
    ZERO(t -> Manifest.parseZero(utf8(t)), A.hex() + "  a\nb\0" + B.hex() + " *c\0"),
    LINUX(
        t -> Manifest.parse(utf8(t), NameRule.POSIX_ONLY),
        A.hex() + "  a_1:2~3.deb\n" + B.hex() + "  README\n" + B.hex() + "  readme\n"),
    SIDECAR(t -> Manifest.parseSidecar(utf8(t), "x.jar"), A.hex() + "\n", A.hex() + "  x.jar\n"),
    SRI(Sri::parse, A.sri() + " " + C.sri() + "?x\t" + B.sri()),
    PACKAGE_LOCK(
        t -> PackageLock.parse(utf8(t)),
        "{\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"x\"},\"node_modules/a\":{\"resolved\":"
            + "\"https://r/a.tgz\",\"integrity\":\""
            + C.sri()
            + "\"},\"node_modules/b\":{\"link\":true,\"n\":[1,2.5e3,null]}}}"),
    MINISIGN(
        t -> minisign().verify(bytes(3), t),
        "untrusted comment: x\n"
            + Base64.getEncoder().encodeToString(signatureBytes())
            + "\ntrusted comment: c\n"
            + Base64.getEncoder().encodeToString(bytes(64))
            + "\n");

    private final Mutations.Parser parser;
    private final List<String> right;

    Format(Mutations.Parser parser, String... right) {
      this.parser = parser;
      this.right = List.of(right);
    }

    private static MinisignKey minisign() {
      return Keys.MINISIGN;
    }
  }

  private static final class Keys {
    private static final MinisignKey MINISIGN =
        MinisignKey.parse("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3");
  }

  /** Names the key above and the usual form, so that only the mathematics refuses it. */
  private static byte[] signatureBytes() {
    byte[] signature = bytes(74);
    byte[] key =
        Base64.getDecoder().decode("RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3");
    System.arraycopy(key, 0, signature, 0, 10);
    signature[1] = 'D';
    return signature;
  }

  @Tag("deep")
  @ParameterizedTest
  @EnumSource
  void mutatedText_isReadOrRefusedWithinItsBounds(Format format) {
    // An unharmed minisign text costs a check of its signature, the others next to nothing.
    int count = format == Format.MINISIGN ? Math.max(1, COUNT / 10) : COUNT;
    if (COUNT >= 1_000_000) {
      count = COUNT;
    }
    long start = System.nanoTime();
    SeededCases.check(
        count,
        random -> {
          StringBuilder text =
              new StringBuilder(format.right.get(random.nextInt(format.right.size())));
          for (int i = random.nextInt(1, 5); i > 0; i--) {
            Mutations.mutate(text, random);
          }
          String damaged = text.toString();
          AllocatedBytes.assertBounded(
              utf8(damaged).length, () -> Mutations.refusedOrParsed(format.parser, damaged));
        });
    assertThat(Duration.ofNanos((System.nanoTime() - start) / count))
        .isLessThan(Duration.ofMillis(5));
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
    refusedBounded(Format.GNU, "#\n".repeat(400_000));
    refusedBounded(Format.GNU, "\n".repeat(400_000) + "x");
    refusedBounded(Format.GNU, gnu + "x".repeat(1_000_000));
    refusedBounded(Format.SRI, "a ".repeat(Sri.MAX_CHARS / 2));
    refusedBounded(Format.SRI, "sha256-% ".repeat(Sri.MAX_CHARS / 9));
    refusedBounded(Format.SRI, ("sha256-" + "%".repeat(44) + " ").repeat(Sri.MAX_CHARS / 52));
    refusedBounded(Format.CONTENT_DIGEST, lines(250, i -> "a" + i + "=::,") + "!");
    refusedBounded(Format.MINISIGN, "\n".repeat(16_384));
    refusedBounded(Format.MINISIGN, "untrusted comment: \n" + "A".repeat(16_000) + "\n\n\n");
    refusedBounded(Format.HEX, "0".repeat(1_000_000));
    refusedBounded(Format.OCI, "sha256:" + "0".repeat(1_000_000));
  }

  private static void refusedBounded(Format format, String text) {
    AllocatedBytes.assertBounded(
        utf8(text).length,
        () -> {
          try {
            throw new AssertionError("accepted " + format.parser.parse(text));
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
