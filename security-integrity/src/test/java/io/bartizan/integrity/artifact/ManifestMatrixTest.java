package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.SeededCases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries 36 to 51, 54, 55 and 57 of the attack matrix: checksum files. */
class ManifestMatrixTest {

  private static final Digest A = Digest.sha256Of(bytes(10));
  private static final Digest B = Digest.sha256Of(bytes(11));

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "# only\n#comments\n", "\r\n"})
  void N36_nothingListed_isRefused(String text) {
    refused(ArtifactReason.MANIFEST_EMPTY, () -> Manifest.parse(utf8(text)));
  }

  @Test
  void N37_nothingThere_isRefusedEvenIfMissingIsIgnored() throws Exception {
    Manifest manifest = Manifest.parse(utf8(A.hex() + "  a\n"));
    ManifestVerifier lenient = ManifestVerifier.builder(directory).ignoreMissing().build();
    refused(ArtifactReason.NOTHING_VERIFIED, () -> lenient.verify(manifest));
    refused(ArtifactReason.FILE_MISSING, () -> verify(manifest));
    Manifest two = Manifest.parse(utf8(A.hex() + "  a\n" + B.hex() + "  b\n"));
    write("a", 10);
    assertThat(lenient.verify(two).missing()).containsExactly("b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello", "0123  x", "SHA256 x = 1", "SHA256 (x) 1", "sha256 (x) = 1"})
  void N38_malformedLine_refusesTheWhole(String line) {
    assertThat(refusal(A.hex() + "  a\n" + line + "\n" + B.hex() + "  b\n")).contains("line 2");
  }

  @Test
  void N39_nameTwice_isAcceptedOnlyWithTheSameDigest() {
    assertThat(Manifest.parse(utf8(A.hex() + "  a\n" + A.hex() + " *./a\n")).entries()).hasSize(1);
    refused(
        ArtifactReason.NAME_AMBIGUOUS,
        () -> Manifest.parse(utf8(A.hex() + "  a\n" + B.hex() + "  a\n")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"readme", "README ", "re\u0301sume\u0301", "STRASSE"})
  void N40_namesThatFold_areRefused(String name) {
    String other =
        switch (name) {
          case "readme" -> "README";
          case "STRASSE" -> "stra\u00dfe";
          case "re\u0301sume\u0301" -> "r\u00e9sum\u00e9";
          default -> "README.";
        };
    if (name.endsWith(" ")) {
      refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.of(Map.of(name, A)));
      return;
    }
    Map<String, Digest> digests = new LinkedHashMap<>();
    digests.put(name, A);
    digests.put(other, A);
    refused(ArtifactReason.NAME_AMBIGUOUS, () -> verify(Manifest.of(digests)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x", "a/../../x", "/abs", "C:\\x", "\\\\host\\x", "C:x", "//x", "x.", "x ", "a./b",
        "CON", "con.txt", "lpt1", "COM9.log", "a:stream", "a//b", "a/./b", "a/", "..", "a\\b"
      })
  void N41_nameThatLeadsElsewhere_isRefused(String name) {
    refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.parse(utf8(A.hex() + "  " + name + "\n")));
    refused(
        ArtifactReason.NAME_UNSAFE,
        () -> Manifest.parse(utf8("SHA256 (" + name + ") = " + A.hex())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "-", "./", "./."})
  void N42_noName_isRefused(String name) {
    refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.parse(utf8(A.hex() + "  " + name + "\n")));
  }

  @Test
  void N43_symbolicLinks_areNotFollowed() throws Exception {
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.write(outside.resolve("f"), bytes(10));
    Path root = Files.createDirectory(directory.resolve("root"));
    Files.createSymbolicLink(root.resolve("last"), outside.resolve("f"));
    Files.createSymbolicLink(root.resolve("parent"), outside);
    for (String name : new String[] {"last", "parent/f"}) {
      Manifest manifest = Manifest.of(Map.of(name, A));
      refused(ArtifactReason.NAME_UNSAFE, () -> ManifestVerifier.of(root).verify(manifest));
    }
  }

  @Test
  void N44_directoryAsFile_isRefused() throws Exception {
    Files.createDirectory(directory.resolve("d"));
    refused(ArtifactReason.NOT_REGULAR_FILE, () -> verify(Manifest.of(Map.of("d", A))));
  }

  @Test
  void N45_escapes_areReadOnlyBehindTheMark() {
    assertThat(Manifest.parse(utf8("\\" + A.hex() + "  a\\nb\\rc\n")).entries())
        .containsOnlyKeys("a\nb\rc");
    for (String name : new String[] {"a\\", "a\\tb", "a\\x", "\\"}) {
      refused(
          ArtifactReason.MANIFEST_MALFORMED,
          () -> Manifest.parse(utf8("\\" + A.hex() + "  " + name + "\n")));
    }
    assertThat(refusal(A.hex() + "  a\\nb\n")).contains("backslash");
    refused(ArtifactReason.NAME_UNSAFE, () -> Manifest.parse(utf8(A.hex() + "  a\0b\n")));
  }

  @Test
  void N46_dialects_areNeverMixed() {
    assertThat(Manifest.parse(utf8(A.hex() + " a\n" + B.hex() + " b\n")).entries())
        .containsOnlyKeys("a", "b");
    assertThat(Manifest.parse(utf8(A.hex() + " *a\n" + B.hex() + "  b\n")).entries())
        .containsOnlyKeys("a", "b");
    String gnu = A.hex() + "  a\n";
    for (String other : new String[] {B.hex() + " b\n", "SHA256 (b) = " + B.hex() + "\n"}) {
      refused(ArtifactReason.MANIFEST_MALFORMED, () -> Manifest.parse(utf8(gnu + other)));
      refused(ArtifactReason.MANIFEST_MALFORMED, () -> Manifest.parse(utf8(other + gnu)));
    }
  }

  @Test
  void N47_tags_endAtTheLastBracketAndNameTheAlgorithm() {
    assertThat(Manifest.parse(utf8("SHA256 (a (b) = c) = " + A.hex())).entries())
        .containsOnlyKeys("a (b) = c");
    for (String line :
        new String[] {
          "SHA2-256 (a) = " + A.hex(), "SHA256(a)= " + A.hex(), "SHA256 (a) = " + A.base64()
        }) {
      assertThat(Manifest.parse(utf8(line)).require("a")).isEqualTo(Expected.of(A));
    }
    refused(
        ArtifactReason.DIGEST_MALFORMED,
        () -> Manifest.parse(utf8("SHA512 (a) = " + A.hex() + "\n")));
    refused(ArtifactReason.ALGORITHM_WEAK, () -> Manifest.parse(utf8("MD5 (a) = 00\n")));
    refused(ArtifactReason.ALGORITHM_WEAK, () -> Manifest.parse(utf8("0".repeat(32) + "  a\n")));
    refused(ArtifactReason.ALGORITHM_UNKNOWN, () -> Manifest.parse(utf8("BLAKE2b (a) = 00\n")));
  }

  @Test
  void N48_lineEnds_areReadAndOtherEncodingsRefused() {
    String text = A.hex() + "  a\r\n" + B.hex() + "  b";
    assertThat(Manifest.parse(utf8(text)).entries()).containsOnlyKeys("a", "b");
    assertThat(refusal("\ufeff" + text)).contains("byte order mark");
    refused(
        ArtifactReason.MANIFEST_MALFORMED,
        () -> Manifest.parse(text.getBytes(StandardCharsets.UTF_16)));
    refused(
        ArtifactReason.MANIFEST_MALFORMED,
        () -> Manifest.parse(text.getBytes(StandardCharsets.UTF_16LE)));
  }

  @Test
  void N49_nameThatIsNoUtf8_isRefused() {
    byte[] text = utf8(A.hex() + "  a?\n");
    text[text.length - 2] = (byte) 0xe9;
    refused(ArtifactReason.MANIFEST_MALFORMED, () -> Manifest.parse(text));
    byte[] surrogate = utf8(A.hex() + "  abc\n");
    surrogate[66] = (byte) 0xed;
    surrogate[67] = (byte) 0xa0;
    surrogate[68] = (byte) 0x80;
    refused(ArtifactReason.MANIFEST_MALFORMED, () -> Manifest.parse(surrogate));
  }

  @Test
  void N50_tooMuch_isRefusedWithinItsBound() {
    refused(
        ArtifactReason.MANIFEST_MALFORMED,
        () -> Manifest.parse(utf8(A.hex() + "  " + "x".repeat(65_536))));
    refused(
        ArtifactReason.MANIFEST_MALFORMED,
        () -> Manifest.parse(utf8("\n".repeat(Manifest.MAX_ENTRIES + 1) + A.hex() + "  a\n")));
    refused(ArtifactReason.TOO_LARGE, () -> Manifest.parse(new byte[Manifest.MAX_BYTES + 1]));
  }

  @Test
  void N51_comment_isNoFileAndSuchAFileCanBeWritten() {
    assertThat(Manifest.parse(utf8("# sums\n" + A.hex() + "  a\n")).entries()).hasSize(1);
    Manifest hash = Manifest.of(Map.of("#x", A));
    for (ManifestFormat format : ManifestFormat.values()) {
      assertThat(read(hash.format(format), format).entries()).isEqualTo(hash.entries());
    }
  }

  @Test
  void N54_manifestThatListsItself_isRefused() throws Exception {
    write("a", 10);
    Path sums = directory.resolve("SHA256SUMS");
    byte[] text = utf8(A.hex() + "  a\n" + B.hex() + "  SHA256SUMS\n");
    Files.write(sums, text);
    refused(ArtifactReason.DIGEST_MISMATCH, () -> verify(Manifest.parse(text)));
  }

  @Test
  void N55_unlistedFiles_areReportedAndRefusedWhereExact() throws Exception {
    write("a", 10);
    Files.createDirectory(directory.resolve("sub"));
    write("sub/extra", 3);
    write("SHA256SUMS", 3);
    Manifest manifest = Manifest.of(Map.of("a", A));
    assertThat(verify(manifest).unlisted()).isEmpty();
    ManifestVerifier exact =
        ManifestVerifier.builder(directory).withExactFiles("SHA256SUMS").build();
    assertThat(exact.check(manifest).unlisted()).containsExactly("sub/extra");
    assertThat(refused(ArtifactReason.FILE_UNLISTED, () -> exact.verify(manifest)))
        .contains("sub/extra");
    Files.delete(directory.resolve("sub/extra"));
    assertThat(exact.verify(manifest).isAccepted()).isTrue();
  }

  @Test
  void N57_zero_hasNoEscapes() {
    String text = A.hex() + "  a\nb\0" + B.hex() + " *c\0";
    assertThat(Manifest.parseZero(utf8(text)).entries()).containsOnlyKeys("a\nb", "c");
    refused(
        ArtifactReason.MANIFEST_MALFORMED,
        () -> Manifest.parseZero(utf8("\\" + A.hex() + "  a\\nb\0")));
  }

  @ParameterizedTest
  @EnumSource
  void format_anyNames_isReadBack(ManifestFormat format) {
    SeededCases.check(
        300,
        random -> {
          Map<String, Digest> digests = new LinkedHashMap<>();
          for (int i = random.nextInt(1, 5); i > 0; i--) {
            StringBuilder name = new StringBuilder("n" + i);
            for (int j = random.nextInt(8); j > 0; j--) {
              name.append("\n\r *()=# é/".charAt(random.nextInt(10)));
            }
            digests.put(name.toString().replaceAll("/+", "/n") + "e", random.nextBoolean() ? A : B);
          }
          Manifest manifest = Manifest.of(digests);
          assertThat(read(manifest.format(format), format).entries()).isEqualTo(manifest.entries());
        });
  }

  @Test
  void sidecar_ofMaven_isRead() {
    String hex = A.hex();
    for (String text : new String[] {hex, hex + "\n", hex + "  x.jar\n", hex + "  -\n"}) {
      assertThat(Manifest.parseSidecar(utf8(text), "x.jar").require("x.jar"))
          .isEqualTo(Expected.of(A));
    }
    refused(
        ArtifactReason.MANIFEST_MALFORMED,
        () -> Manifest.parseSidecar(utf8(hex + "  y.jar\n"), "x.jar"));
    refused(
        ArtifactReason.MANIFEST_MALFORMED,
        () -> Manifest.parseSidecar(utf8(hex + "  ./-\n"), "x.jar"));
    refused(
        ArtifactReason.ALGORITHM_WEAK, () -> Manifest.parseSidecar(utf8("0".repeat(40)), "x.jar"));
    refused(ArtifactReason.MANIFEST_MALFORMED, () -> Manifest.parseSidecar(utf8(""), "x.jar"));
  }

  @Test
  void require_lastSegmentOnly_isRefused() {
    Manifest manifest = Manifest.of(Map.of("dir/a", A));
    refused(ArtifactReason.FILE_UNLISTED, () -> manifest.require("a"));
    assertThat(manifest.require("./dir/a")).isEqualTo(Expected.of(A));
  }

  private static Manifest read(byte[] text, ManifestFormat format) {
    return format == ManifestFormat.GNU_ZERO ? Manifest.parseZero(text) : Manifest.parse(text);
  }

  private static String refusal(String text) {
    try {
      return "accepted " + Manifest.parse(utf8(text));
    } catch (io.bartizan.core.VerificationException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private ManifestReport verify(Manifest manifest) throws IOException {
    return ManifestVerifier.of(directory).verify(manifest);
  }

  private void write(String name, int length) throws IOException {
    Files.write(directory.resolve(name), bytes(length));
  }
}
