package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static io.bartizan.integrity.Refusals.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists and sidecars as they are published, and what a hostile list may cost. */
class ManifestDialectTest {

  private static final byte[] CONTENT = bytes(1_000);
  private static final Digest SHA256 = Digest.sha256Of(CONTENT);
  private static final Digest SHA512 = Digest.compute(DigestAlgorithm.SHA_512, CONTENT);
  private static final String MD5 = "0123456789abcdef".repeat(2);
  private static final String SHA1 = MD5 + "01234567";

  @TempDir Path directory;

  @Test
  void AR17_sidecars_areADigestAndPerhapsTheFilesName() {
    for (Digest digest :
        List.of(SHA256, SHA512, Digest.compute(DigestAlgorithm.SHA_384, CONTENT))) {
      String hex = digest.hex();
      String upper = hex.toUpperCase(Locale.ROOT);
      String groups = upper.replaceAll("(.{8})", "$1 ").strip();
      String tag = digest.algorithm().label().toUpperCase(Locale.ROOT);
      for (String right :
          List.of(
              hex,
              upper + "\r\n",
              hex + "  a.jar\n",
              hex + " *a.jar\n",
              hex + " a.jar",
              hex + "\ta.jar\n",
              hex + "  target/a.jar\n",
              hex + "  /home/jenkins/workspace/x y/a.jar\n",
              hex + " *C:\\build\\a.jar\r\n",
              hex + "  ./a.jar",
              tag + " (a.jar) = " + hex,
              tag + " (dist/a.jar) = " + upper,
              tag + "(a.jar)= " + hex,
              "a.jar: " + groups + "\n",
              "dist/a.jar: " + groups,
              "a.jar:\n" + groups.replace("  ", " ").replaceAll("(.{45}) ", "$1\n       ") + "\n",
              groups,
              "a.jar: " + hex)) {
        assertThat(Manifest.parseSidecar(utf8(right), "a.jar").entries())
            .as(right)
            .isEqualTo(Map.of("a.jar", Expected.of(digest)));
      }
      for (String wrong :
          List.of(
              hex + "  b.jar",
              hex + "  a.jar/b",
              hex + "  xa.jar",
              hex + "  a.jar\n" + hex + "  b.jar\n",
              hex + "\n" + hex,
              "b.jar: " + groups,
              tag + " (b.jar) = " + hex,
              hex.substring(1),
              hex + "0",
              "x" + hex,
              "a.jar",
              "",
              "a.jar: ")) {
        refused(
            ArtifactReason.MANIFEST_MALFORMED, () -> Manifest.parseSidecar(utf8(wrong), "a.jar"));
      }
    }
    for (String weak : List.of(MD5, SHA1 + "  a.jar", "MD5 (a.jar) = " + MD5, "a.jar: " + MD5)) {
      refused(ArtifactReason.ALGORITHM_WEAK, () -> Manifest.parseSidecar(utf8(weak), "a.jar"));
    }
    String signed =
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" + SHA256.hex() + "  a.jar\n";
    assertThat(
            refused(
                ArtifactReason.MANIFEST_MALFORMED,
                () -> Manifest.parseSidecar(utf8(signed), "a.jar")))
        .contains("clear-signed");
  }

  @Test
  void AR17_sidecarsOfGpg_areRead() throws Exception {
    Path gpg = OptionalTool.program("gpg");
    Path file = Files.write(directory.resolve("a.jar"), CONTENT);
    for (String algorithm : List.of("SHA256", "SHA384", "SHA512")) {
      Process process =
          new ProcessBuilder(gpg.toString(), "--print-md", algorithm, "a.jar")
              .directory(directory.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      byte[] printed = process.getInputStream().readAllBytes();
      assertThat(process.waitFor()).isZero();
      Expected expected = Manifest.parseSidecar(printed, "a.jar").require("a.jar");
      Artifacts.verify(file, expected).close();
    }
  }

  @Test
  void AR17_linesOfOtherAlgorithms_arePassedOverWhereThereIsAGoodOne() {
    String good = SHA256.hex() + "  a\n";
    String tagged = "SHA256 (a) = " + SHA256.hex() + "\n";
    for (String right :
        List.of(
            MD5 + "  a\n" + good,
            good + SHA1 + "  a\n",
            good + MD5 + "  a\n" + SHA1 + "  a\n" + SHA512.hex() + "  a\n",
            tagged + "MD5 (a) = " + MD5 + "\n",
            "BLAKE2b (a) = " + SHA512.hex() + "\n" + tagged,
            "SHA3-256 (a) = " + SHA1 + "\nRMD160 (a) = " + SHA1 + "\n" + tagged)) {
      assertThat(Manifest.parse(utf8(right)).require("a").digests()).as(right).contains(SHA256);
    }
    refused(ArtifactReason.ALGORITHM_WEAK, () -> Manifest.parse(utf8(good + MD5 + "  b\n")));
    assertThat(refused(ArtifactReason.ALGORITHM_WEAK, () -> Manifest.parse(utf8(SHA1 + "  a\n"))))
        .contains("line 1");
    refused(
        ArtifactReason.ALGORITHM_UNKNOWN,
        () -> Manifest.parse(utf8(tagged + "BLAKE2b (b) = " + SHA512.hex() + "\n")));
    refused(
        ArtifactReason.NAME_UNSAFE,
        () -> Manifest.parse(utf8(good + MD5 + "  ../../etc/passwd\n")));
    refused(ArtifactReason.MANIFEST_MALFORMED, () -> Manifest.parse(utf8(good + "MD5 (a) " + MD5)));
  }

  @Test
  void AR17_blanksOfCoreutils_areTaken() {
    for (String right : List.of("\t", " ", "  ", " *", "\t*", "\t ")) {
      assertThat(Manifest.parse(utf8(SHA256.hex() + right + "a\n")).entries()).containsKey("a");
      assertThat(Manifest.parse(utf8(" \t" + SHA256.hex() + right + "a\n")).entries())
          .containsKey("a");
    }
  }

  @Test
  void AR17_tabs_areReadAsCoreutilsDoes() throws Exception {
    String sha256sum = OptionalTool.program("sha256sum").toString();
    Files.write(directory.resolve("a"), CONTENT);
    for (String separator : List.of("\t", " ", "  ", " *", "\t*", "\t ", "", "x")) {
      for (String start : List.of("", " ", "\t ", "x")) {
        String list = start + SHA256.hex() + separator + "a\n";
        Path sums = Files.writeString(directory.resolve("SUMS"), list);
        int theirs =
            new ProcessBuilder(sha256sum, "--strict", "--quiet", "-c", sums.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        boolean ours =
            io.bartizan.core.Checked.of(
                    () -> ManifestVerifier.of(directory).verify(Manifest.read(sums)))
                .isAccepted();
        assertThat(ours).as(list).isEqualTo(theirs == 0);
      }
    }
  }

  @Test
  void AR17_listsThatAreOfAnotherAlgorithm_areNamedAsSuch() throws Exception {
    Files.write(directory.resolve("a"), CONTENT);
    Files.write(directory.resolve("b"), CONTENT);
    String other = "0".repeat(128);
    for (String name :
        List.of(
            "B2SUMS",
            "a.b2sum",
            "x.iso.b2",
            "BLAKE2SUMS.txt",
            "SHA3-512SUMS",
            "sha3sums",
            "a.b3")) {
      Path sums = Files.writeString(directory.resolve(name), other + "  a\n");
      assertThat(refused(ArtifactReason.ALGORITHM_UNKNOWN, () -> Manifest.read(sums)))
          .contains(name);
      Files.delete(sums);
    }
    for (String name :
        List.of(
            "app-1.0-b2.sha512",
            "SHA512SUMS-2.0-b3.txt",
            "openjdk-26-b3-checksums.txt",
            "blake3-1.8.2.tar.gz.sha512",
            "sm3-tools_SHA512SUMS")) { // a second beta, and tools of these names
      Path sums = Files.writeString(directory.resolve(name), other + "  a\n");
      assertThat(Manifest.read(sums).entries()).as(name).hasSize(1);
      Files.delete(sums);
    }
    Path sums =
        Files.writeString(directory.resolve("SHA512SUMS"), other + "  a\n" + other + "  b\n");
    ManifestVerifier verifier = ManifestVerifier.of(directory);
    ManifestReport report = verifier.check(Manifest.read(sums));
    assertThat(report.files())
        .allSatisfy(
            file ->
                assertThat(file.refusal().orElseThrow())
                    .isInstanceOf(DigestMismatch.class)
                    .asString()
                    .contains("BLAKE2"));
    Files.writeString(sums, other + "  a\n" + SHA512.hex() + "  b\n");
    assertThat(verifier.check(Manifest.read(sums)).files().get(0).refusal().toString())
        .doesNotContain("BLAKE2");
    assertThat(Manifest.read(Files.move(sums, directory.resolve("web3-md5sums.txt"))).entries())
        .hasSize(2);
  }

  @Test
  void list_thatIsAFolder_isNamed() throws Exception {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    for (ThrowingCallable read :
        List.<ThrowingCallable>of(() -> Manifest.read(folder), () -> PackageLock.read(folder))) {
      assertThatThrownBy(read)
          .isInstanceOf(IOException.class)
          .hasMessage(folder + ": is a directory");
    }
  }

  @Test
  void AR18_deepNames_areRefusedWhenTheyAreRead() {
    String deep = "x/".repeat(Manifest.MAX_SEGMENTS - 1) + "x";
    assertThat(Manifest.parse(utf8(SHA256.hex() + "  " + deep + "\n")).entries()).hasSize(1);
    refused(
        ArtifactReason.NAME_UNSAFE,
        () -> Manifest.parse(utf8(SHA256.hex() + "  x/" + deep + "\n")));
    refused(
        ArtifactReason.NAME_UNSAFE,
        () ->
            Manifest.parse(
                utf8(SHA256.hex() + "  " + "x/".repeat(2_000) + "x\n"), NameRule.POSIX_ONLY));
  }

  /** Looks are counted, not time: one for each folder that is there, none below a missing one. */
  @Test
  void AR18_names_areLookedForOnceAFolderAndNotBelowAMissingOne() throws Exception {
    Path real = Files.createDirectories(directory.resolve("a/b/c"));
    Files.write(real.resolve("f"), CONTENT);
    int[] looks = {0};
    Path counted = PoorFileSystem.counting(directory, () -> looks[0]++);
    NameTree tree = new NameTree(counted, NameRule.PORTABLE);
    looks[0] = 0;
    for (int i = 0; i < 1_000; i++) {
      assertThat(tree.find("none/" + "x/".repeat(98) + i)).isNull();
    }
    assertThat(looks[0]).isEqualTo(1);
    for (int i = 0; i < 1_000; i++) {
      assertThat(tree.find("a/b/c/f")).isNotNull();
    }
    assertThat(looks[0]).isEqualTo(1 + 3 + 1_000);
    Files.createSymbolicLink(directory.resolve("link"), real);
    for (String name : List.of("link", "link/f", "a/../link")) {
      if (!name.contains("..")) {
        refused(ArtifactReason.NAME_UNSAFE, () -> tree.find(name));
      }
    }
  }

  @Test
  void AR18_largestListOfNamesThatAreNotThere_isLookedAtLinearly() throws Exception {
    StringBuilder list = new StringBuilder();
    String tail = "/d".repeat(98);
    for (int i = 0; i < 20_000; i++) {
      list.append(SHA256.hex())
          .append("  ")
          .append(i % 7)
          .append("/x")
          .append(i)
          .append(tail)
          .append('\n');
    }
    Manifest manifest = Manifest.parse(list.toString().getBytes(StandardCharsets.US_ASCII));
    int[] looks = {0};
    Path counted = PoorFileSystem.counting(directory, () -> looks[0]++);
    ManifestReport report = ManifestVerifier.of(counted).check(manifest);
    assertThat(report.isAccepted()).isFalse();
    assertThat(report.files()).hasSize(20_000);
    assertThat(report.files().get(0).refusal().orElseThrow().reason())
        .isEqualTo(ArtifactReason.FILE_MISSING);
    assertThat(looks[0]).isLessThan(20);
  }
}
