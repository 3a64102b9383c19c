package io.bartizan.examples.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.Digest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.EdDSAParameterSpec;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {

  private static final byte[] CONTENT = {1, 2, 3};
  private static final Digest DIGEST = Digest.sha256Of(CONTENT);

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path file;
  private Path sums;

  @BeforeEach
  void write() throws Exception {
    file = Files.write(directory.resolve("f"), CONTENT);
    sums = Files.writeString(directory.resolve("SUMS"), DIGEST.hex() + "  f\n");
  }

  @Test
  void file_rightOrWrong_tellsByItsStatus() {
    assertThat(run("file", DIGEST.hex(), file.toString())).isZero();
    assertThat(run("file", DIGEST.oci(), file.toString())).isZero();
    assertThat(run("file", "0".repeat(64), file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("digest-mismatch", DIGEST.oci());
    assertThat(run("file", "0", file.toString())).isEqualTo(2);
    assertThat(run("file", DIGEST.hex(), directory.resolve("none").toString())).isEqualTo(3);
    assertThat(err.toString()).contains("no such file").doesNotContain("Exception");
  }

  @Test
  void file_whoseNameStartsWithAt_isThatFileAndNoListOfArguments() throws Exception {
    Path chosen = Files.writeString(directory.resolve("chosen"), file.toString());
    assertThat(run("file", DIGEST.hex(), "@" + chosen)).as(out.toString()).isEqualTo(3);
    assertThat(err.toString()).contains("@", "no such file");
  }

  @Test
  void check_tellsEachFile() throws Exception {
    assertThat(run("check", "--progress", "--exact", sums.toString())).isZero();
    assertThat(out.toString()).contains("f: OK");
    Files.writeString(directory.resolve("evil\u001b[2J"), "x");
    assertThat(run("check", "--exact", sums.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("evil\\u001b[2J: not listed");
    Files.writeString(file, "other");
    assertThat(run("check", sums.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("f: FAILED");
    Files.delete(file);
    assertThat(run("check", "--ignore-missing", sums.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("no file was verified");
  }

  @Test
  void check_listOfWhichNothingIsLookedAt_saysWhy() throws Exception {
    Files.writeString(sums, DIGEST.hex() + "  f\n" + DIGEST.hex() + "  F\n");
    assertThat(run("check", sums.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("no file was verified: name-ambiguous: \"f\" and \"F\"");
  }

  @Test
  void folder_inThePlaceOfAFile_isNamed() throws Exception {
    String folder = Files.createDirectory(directory.resolve("folder")).toString();
    String image = "registry.example/app@" + DIGEST.oci();
    for (String[] line :
        new String[][] {
          {"check", folder},
          {"check", "--zero", folder},
          {"minisign", "nonsense", "f", "--signature", folder},
          {"verify-blob", "--key", folder, "--bundle", "b", "f"},
          {
            "sigstore", "--root", folder, "--identity", "a@b", "--issuer", "i", "--bundle", "f", "f"
          },
          {"notation", "--policy", folder, "--trust-store", folder, image}
        }) {
      for (int i = 0; i < line.length; i++) {
        line[i] = line[i].equals("f") ? file.toString() : line[i];
      }
      err.getBuffer().setLength(0);
      assertThat(run(line)).as(line[0]).isEqualTo(3);
      assertThat(err.toString()).contains(folder + ": is a folder");
    }
  }

  @Test
  void check_namesOfPosixOnly_needTheOption() throws Exception {
    Files.write(directory.resolve("a:b"), CONTENT);
    Files.writeString(sums, DIGEST.hex() + "  a:b\n");
    assertThat(run("check", sums.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("name-unsafe");
    assertThat(run("check", "--posix-names", sums.toString())).isZero();
    assertThat(out.toString()).contains("a:b: OK");
  }

  @Test
  void bar_drawsLongWorkOnlyAndIsTakenAway() {
    ProgressBar bar = new ProgressBar(new PrintWriter(err, true), 1_000);
    bar.planned(1, 999);
    bar.advanced("f", 999);
    bar.clear();
    assertThat(err.toString()).isEmpty();
    ProgressBar drawn = new ProgressBar(new PrintWriter(err, true), 1_000);
    drawn.planned(1, 1_000);
    drawn.advanced("f", 500);
    assertThat(err.toString()).contains("[####################....................] 0 MiB");
    drawn.finished("f", false);
    assertThat(err.toString()).endsWith("\r");
  }

  @Test
  void sri_rightOrWrong_tellsByItsStatus() {
    assertThat(run("sri", DIGEST.sri(), file.toString())).isZero();
    assertThat(run("sri", "foo-bar", file.toString())).isEqualTo(2);
    assertThat(run("sri", Digest.sha256Of(new byte[0]).sri(), file.toString())).isEqualTo(1);
  }

  @Test
  void minisign_noSignature_isAFailure() {
    String key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    assertThat(run("minisign", key, file.toString())).isEqualTo(3);
    assertThat(run("minisign", "nonsense", file.toString())).isEqualTo(3);
  }

  @Test
  void cosign_rightOrWrong_tellsByItsStatus() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] payload =
        ("{\"critical\":{\"identity\":{},\"image\":{\"docker-manifest-digest\":\""
                + DIGEST.oci()
                + "\"},\"type\":\"cosign container image signature\"}}")
            .getBytes(StandardCharsets.UTF_8);
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(payload);
    String signature = Base64.getEncoder().encodeToString(signer.sign()) + "\n";
    String[] arguments = {
      "cosign",
      "--key",
      Files.writeString(
              directory.resolve("cosign.pub"),
              Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded()))
          .toString(),
      "--payload",
      Files.write(directory.resolve("payload"), payload).toString(),
      "--signature",
      Files.writeString(directory.resolve("signature"), signature).toString(),
      "app@" + DIGEST.oci()
    };
    assertThat(run(arguments)).isZero();
    assertThat(out.toString()).contains("app@" + DIGEST.oci() + ": signature OK, image not read");
    arguments[7] = "app@" + Digest.sha256Of(new byte[0]).oci();
    assertThat(run(arguments)).isEqualTo(1);
    assertThat(err.toString()).contains("subject-mismatch");
    arguments[7] = "app:latest";
    assertThat(run(arguments)).isEqualTo(2);
    assertThat(err.toString()).contains("digest-required");
    assertThat(run("cosign", "--key", arguments[2], "--payload", arguments[4], "app")).isEqualTo(2);
    String folder = directory.toString();
    assertThat(run("cosign", "--key", arguments[2], "--layout", folder, "app@" + DIGEST.oci()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("oci-layout");
  }

  @Test
  void AR19_help_andVersion_areEverywhere() {
    for (String command :
        new String[] {
          "",
          "file",
          "check",
          "sri",
          "minisign",
          "cosign",
          "verify-blob",
          "sigstore",
          "attest",
          "image",
          "notation"
        }) {
      for (String option : new String[] {"--help", "-h", "--version", "-V"}) {
        String[] line = command.isEmpty() ? new String[] {option} : new String[] {command, option};
        assertThat(run(line)).as(command + " " + option).isZero();
      }
      assertThat(out.toString()).contains("Usage: bartizan-verify " + command, "(development)");
    }
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void AR19_pastesOfUsualTools_areUnderstoodOrNamed() throws Exception {
    Digest sha512 = Digest.compute(io.bartizan.integrity.artifact.DigestAlgorithm.SHA_512, CONTENT);
    for (String right :
        new String[] {
          DIGEST.hex().toUpperCase(java.util.Locale.ROOT),
          "SHA256:" + DIGEST.hex(),
          " " + DIGEST.hex() + " ",
          DIGEST.sri(),
          sha512.hex(),
          sha512.oci()
        }) {
      assertThat(run("file", right, file.toString())).as(right).isZero();
    }
    assertThat(run("file", file.toString(), DIGEST.hex())).isEqualTo(2);
    assertThat(err.toString()).contains("the digest comes first");
    assertThat(run("file", "0".repeat(40), file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("SHA-1");
    assertThat(err.toString()).doesNotContain("Exception", "io.bartizan");
  }

  @Test
  void AR19_minisignKeys_mayBeFiles() throws Exception {
    String key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    Path pub = Files.writeString(directory.resolve("m.pub"), "untrusted comment: x\n" + key + "\n");
    Files.writeString(directory.resolve("f.minisig"), "no signature");
    for (String given : new String[] {key, pub.toString()}) {
      assertThat(run("minisign", given, file.toString())).isEqualTo(1);
    }
    assertThat(err.toString()).contains("signature-malformed");
    assertThat(run("minisign", sums.toString(), file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("KEY: ").doesNotContain("Exception");
  }

  @Test
  void AR19_blob_rightOrWrong_tellsByItsStatus() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String key = written("k.pub", pair);
    String json = Files.writeString(directory.resolve("b.json"), bundle(pair, CONTENT)).toString();
    String[] line = {"verify-blob", "--key", key, "--bundle", json, file.toString()};
    assertThat(run(line)).isZero();
    assertThat(out.toString()).contains("f: OK, " + DIGEST);
    for (boolean prehashed : new boolean[] {false, true}) { // sign-blob --output-signature
      String text = Base64.getEncoder().encodeToString(signature(pair, CONTENT, prehashed)) + "\n";
      String sig = Files.writeString(directory.resolve("f.sig"), text).toString();
      String[] alone = {"verify-blob", "--key", key, "--signature", sig, file.toString()};
      assertThat(run(alone)).as("%s", err).isZero();
      alone[5] = sums.toString();
      assertThat(run(alone)).isEqualTo(1);
      alone[5] = file.toString();
      alone[4] = file.toString();
      assertThat(run(alone)).as("no signature").isEqualTo(1);
    }
    assertThat(run("verify-blob", "--key", key, file.toString())).isEqualTo(2);
    line[5] = sums.toString();
    assertThat(run(line)).isEqualTo(1);
    line[5] = directory.resolve("none").toString();
    assertThat(run(line)).isEqualTo(3);
    line[2] = sums.toString();
    assertThat(run(line)).isEqualTo(2);
  }

  @Test
  void check_listThatCosignSigned_isReadIfItsBytesAreThoseSigned() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String[] line = {"check", "--cosign", written("k.pub", pair), sums.toString()};
    assertThat(run(line)).as("no bundle").isEqualTo(3);
    byte[] signed = Files.readAllBytes(sums);
    Files.writeString(Path.of(sums + ".sigstore.json"), bundle(pair, signed));
    assertThat(run(line)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("f: OK");
    assertThat(run("check", "--exact", sums.toString())).as("the key is not listed").isEqualTo(1);
    assertThat(err.toString()).contains("k.pub: not listed").doesNotContain("sigstore.json: not");
    Files.writeString(file, "other");
    assertThat(run(line)).isEqualTo(1);
    Files.write(file, CONTENT);
    Files.writeString(sums, Digest.sha256Of(CONTENT).hex() + "  ./f\n");
    assertThat(run(line)).as("a list that was not signed").isEqualTo(1);
    Files.write(sums, signed);
    line[2] = written("other.pub", KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    assertThat(run(line)).as("another key").isEqualTo(1);
    assertThat(err.toString()).contains("signature-invalid");
    assertThat(run("check", "--cosign", line[2], "--zero", sums.toString())).isEqualTo(2);
  }

  private String written(String name, KeyPair pair) throws Exception {
    String pem = Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded());
    return Files.writeString(directory.resolve(name), pem).toString();
  }

  private static byte[] signature(KeyPair pair, byte[] content, boolean prehashed)
      throws Exception {
    Signature signer = Signature.getInstance("EdDSA");
    signer.setParameter(new EdDSAParameterSpec(prehashed));
    signer.initSign(pair.getPrivate());
    signer.update(content);
    return signer.sign();
  }

  private static String bundle(KeyPair pair, byte[] content) throws Exception {
    return "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
        + "\"verificationMaterial\":{\"publicKey\":{\"hint\":\"aGludA==\"}},"
        + "\"messageSignature\":{\"signature\":\""
        + Base64.getEncoder().encodeToString(signature(pair, content, false))
        + "\"}}";
  }

  @Test
  void nonsense_isAUsageError() {
    assertThat(run("unknown")).isEqualTo(2);
    assertThat(run("file")).isEqualTo(2);
    assertThat(err.toString()).contains("Missing required parameters", "Usage: ");
    assertThat(run("file", DIGEST.hex(), file.toString(), "evil\u001b[2J")).isEqualTo(2);
    assertThat(err.toString()).contains("evil\\u001b[2J").doesNotContain("\u001b");
    assertThat(run("verify-blob", "--key", sums.toString(), "--bundle", "b", "f")).isEqualTo(2);
    assertThat(err.toString()).contains("--key: ", "Usage: bartizan-verify verify-blob ");
    assertThat(run("fil")).isEqualTo(2);
    assertThat(err.toString()).contains("Did you mean: bartizan-verify file?");
    assertThat(run()).isEqualTo(2);
  }

  private int run(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
