package io.bartizan.integrity.artifact;

import static io.bartizan.integrity.Refusals.bytes;
import static io.bartizan.integrity.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.Refusals;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs that nobody here wrote write, read here; and the other way round. */
@Tag("deep")
class OutsideToolsTest {

  private static final List<String> HOSTILE =
      List.of(
          "plain",
          "two words",
          " leading",
          "*star",
          "#hash",
          "a (b) = c",
          "line\nfeed",
          "carriage\rreturn",
          "é",
          "-dash",
          "--zero",
          "tab\there",
          "sub/f",
          "SHA256 (x) = 1",
          "'\"$`");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sha256sum",
        "sha512sum",
        "sha384sum --binary",
        "sha256sum --tag",
        "sha256sum --zero",
        "cksum -a sha256",
        "cksum -a sha512",
        "cksum -a sha384 --untagged"
      })
  void coreutils_hostileNames_areReadAndVerified(String command) throws Exception {
    writeFiles();
    List<String> line = new ArrayList<>(List.of(command.split(" ", -1)));
    OptionalTool.program(line.get(0));
    line.add("--");
    line.addAll(HOSTILE);
    byte[] sums = run(line);
    Manifest manifest = command.contains("zero") ? Manifest.parseZero(sums) : Manifest.parse(sums);
    assertThat(manifest.entries().keySet()).containsExactlyInAnyOrderElementsOf(HOSTILE);
    ManifestVerifier exact = ManifestVerifier.builder(directory).withExactFiles().build();
    assertThat(exact.verify(manifest).files()).hasSize(HOSTILE.size());
    Files.write(directory.resolve("line\nfeed"), bytes(3));
    refused(ArtifactReason.DIGEST_MISMATCH, () -> exact.verify(manifest));
  }

  @ParameterizedTest
  @EnumSource
  void coreutils_checksWhatWeWrite(ManifestFormat format) throws Exception {
    OptionalTool.program("sha256sum");
    writeFiles();
    Map<String, Digest> digests = new LinkedHashMap<>();
    for (String name : HOSTILE) {
      digests.put(name, Digest.sha256Of(directory.resolve(name)));
    }
    Path sums = Files.createTempFile("sums", ".txt");
    try {
      Files.write(sums, Manifest.of(digests).format(format));
      if (format == ManifestFormat.GNU_ZERO) {
        return; // sha256sum --check reads no --zero
      }
      byte[] report = run(List.of("sha256sum", "--strict", "-c", sums.toString()));
      assertThat(new String(report, StandardCharsets.UTF_8).split(": OK\n", -1))
          .hasSize(HOSTILE.size() + 1);
    } finally {
      Files.delete(sums);
    }
  }

  @Test
  void openssl_dgstLines_areRead() throws Exception {
    OptionalTool.program("openssl");
    Files.write(directory.resolve("a b"), bytes(77));
    byte[] sums = run(List.of("openssl", "dgst", "-sha256", "a b"));
    assertThat(ManifestVerifier.of(directory).verify(Manifest.parse(sums)).files()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256,dgst -sha256 -sign k.pem -out s m",
    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384,dgst -sha384 -sign k.pem -out s m",
    "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072,dgst -sha256 -sign k.pem -out s m",
    "genpkey -algorithm ED25519,pkeyutl -sign -rawin -inkey k.pem -out s -in m"
  })
  void openssl_signatures_areVerified(String generate, String sign) throws Exception {
    OptionalTool.program("openssl");
    byte[] content = Refusals.utf8(Digest.sha256Of(bytes(1)).hex() + "  a\n");
    Files.write(directory.resolve("m"), content);
    openssl(generate + " -out k.pem");
    openssl("pkey -in k.pem -pubout -out p.pem");
    openssl(sign);
    PinnedKey key = PinnedKey.parse(Files.readString(directory.resolve("p.pem")));
    byte[] signature = Files.readAllBytes(directory.resolve("s"));
    assertThat(SignedManifests.of(key, RollbackRule.anyAge()).verify(content, signature).manifest())
        .isNotNull();
    content[0] ^= 1;
    refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(content, signature));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-H", "-l"})
  void minisign_signatures_areVerified(String form) throws Exception {
    OptionalTool.program("minisign");
    byte[] content = bytes(300_000);
    Path file = Files.write(directory.resolve("m"), content);
    assertThat(run(List.of("minisign", "-G", "-W", "-p", "p.pub", "-s", "s.key"))).isNotNull();
    List<String> sign =
        new ArrayList<>(List.of("minisign", "-S", "-s", "s.key", "-t", "version 9", "-m", "m"));
    sign.add(form);
    assertThat(run(sign)).isNotNull();
    MinisignKey key = MinisignKey.parse(Files.readString(directory.resolve("p.pub")));
    String signature = Files.readString(directory.resolve("m.minisig"));
    assertThat(key.verify(content, signature)).isEqualTo("version 9");
    if (form.equals("-H")) {
      assertThat(key.verify(file, signature)).isEqualTo("version 9");
    }
    content[299_999] ^= 1;
    refused(ArtifactReason.SIGNATURE_INVALID, () -> key.verify(content, signature));
  }

  private void writeFiles() throws IOException {
    Files.createDirectory(directory.resolve("sub"));
    for (String name : HOSTILE) {
      Files.write(directory.resolve(name), bytes(name.length() * 1_000));
    }
  }

  private void openssl(String arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ", -1)));
    assertThat(run(command)).isNotNull();
  }

  private byte[] run(List<String> command) throws Exception {
    Path error = Files.createTempFile("tool", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectError(error.toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(command + Files.readString(error)).isZero();
    Files.delete(error);
    return output;
  }
}
