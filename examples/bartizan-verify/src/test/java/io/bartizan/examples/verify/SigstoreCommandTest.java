package io.bartizan.examples.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.testkit.sigstore.BadBundle;
import io.bartizan.testkit.sigstore.DevIdentity;
import io.bartizan.testkit.sigstore.DevSigstore;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.EdDSAParameterSpec;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands {@code sigstore} and {@code attest}, and standard input in the place of a file. */
class SigstoreCommandTest {

  private static final byte[] CONTENT = {1, 2, 3};
  private static final String SLSA = "https://slsa.dev/provenance/v1";
  private static final DevSigstore SIGSTORE = DevSigstore.of();
  private static final DevIdentity RELEASE =
      DevIdentity.githubWorkflow("acme/app", "release.yml", "refs/tags/v1");

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String file;
  private String root;

  @BeforeEach
  void write() throws Exception {
    file = Files.write(directory.resolve("f"), CONTENT).toString();
    root = written("root.json", SIGSTORE.trustedRoot());
  }

  private String written(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  private String[] line(String command, String bundle, String of) {
    return new String[] {
      command,
      "--root",
      root,
      "--identity",
      RELEASE.subject(),
      "--issuer",
      RELEASE.issuer(),
      "--bundle",
      bundle,
      of
    };
  }

  private static String[] with(String[] line, String... more) {
    return Stream.concat(Stream.of(line), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void sigstore_rightOrWrong_tellsByItsStatus() throws Exception {
    String bundle = written("b.json", SIGSTORE.sign(CONTENT, RELEASE).json());
    String[] line = line("sigstore", bundle, file);
    assertThat(run(line)).as("%s", err).isZero();
    assertThat(out.toString()).contains("f: OK, signed by " + RELEASE.subject(), ", at 2");
    assertThat(run(line("sigstore", bundle, root))).as("another file").isEqualTo(1);
    String forged = written("bad.json", SIGSTORE.forge(BadBundle.NO_SCT, CONTENT, RELEASE).json());
    assertThat(run(line("sigstore", forged, file))).isEqualTo(1);
    assertThat(run(line("sigstore", file, file))).as("no bundle").isEqualTo(1);
    assertThat(run(line("sigstore", bundle, file + "x"))).isEqualTo(3);
    line[4] = RELEASE.subject().replace("acme", "evil");
    assertThat(run(line)).as("another identity").isEqualTo(1);
    assertThat(err.toString()).doesNotContain("Exception", "io.bartizan");
    line[6] = "no url";
    assertThat(run(line)).isEqualTo(2);
    assertThat(run("sigstore", "--bundle", bundle, file)).isEqualTo(2);
    assertThat(err.toString()).contains("give all of --root").doesNotContain("give --key");
    line = line("sigstore", bundle, file);
    line[2] = file;
    assertThat(run(line)).as("no trusted root").isEqualTo(2);
    assertThat(err.toString()).contains("--root: ");
    line[2] = file + "x";
    assertThat(run(line)).as("no file").isEqualTo(3);
    assertThat(run("sigstore", "--key", root, "--bundle", bundle, file)).isEqualTo(2);
    assertThat(err.toString()).contains("verify-blob");
  }

  @Test
  void attest_byAnIdentity_isOfOneTypeAboutOneFile() throws Exception {
    String bundle =
        written(
            "a.json",
            SIGSTORE.bundle(CONTENT, RELEASE).withStatement(SLSA, "{\"x\":1}").build().json());
    String[] line = line("attest", bundle, file);
    assertThat(run(with(line, "--type", SLSA))).as("%s", err).isZero();
    assertThat(out.toString()).contains("f: OK, " + SLSA + ", signed by " + RELEASE.subject());
    assertThat(run(with(line, "--type", "https://spdx.dev/Document"))).isEqualTo(1);
    assertThat(run(with(line("attest", bundle, root), "--type", SLSA))).isEqualTo(1);
    assertThat(run(line)).as("no type").isEqualTo(2);
    assertThat(run(line("sigstore", bundle, file))).as("no signature of the file").isEqualTo(1);
    String signature = written("b.json", SIGSTORE.sign(CONTENT, RELEASE).json());
    assertThat(run(with(line("attest", signature, file), "--type", SLSA))).isEqualTo(1);
  }

  @Test
  void attest_byAKey_takesBundlesAndEnvelopes() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String key = written("k.pub", Pem.encode("PUBLIC KEY", pair.getPublic().getEncoded()));
    String envelope = written("e.json", envelope(pair, false));
    String[] line = {"attest", "--key", key, "--type", SLSA, "--bundle", envelope, file};
    assertThat(run(line)).as("%s", err).isZero();
    assertThat(out.toString()).contains("f: OK, " + SLSA + ", signed by ");
    line[6] =
        written(
            "b.json",
            "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
                + "\"verificationMaterial\":{\"publicKey\":{\"hint\":\"aGludA==\"}},"
                + "\"dsseEnvelope\":"
                + Files.readString(Path.of(envelope))
                + "}");
    assertThat(run(line)).as("%s", err).isZero();
    line[6] = written("ph.json", envelope(pair, true)); // Ed25519ph, as cosign 3 attests
    assertThat(run(line)).as("%s", err).isZero();
    assertThat(out.toString()).contains("ed25519ph");
    line[7] = root;
    assertThat(run(line)).isEqualTo(1);
    line[7] = file;
    line[6] = written("npm.json", envelope(pair, false, DigestAlgorithm.SHA_512)); // as npm has it
    assertThat(run(line)).as("%s", err).isZero();
    line[7] = root;
    assertThat(run(line)).isEqualTo(1);
    line[7] = file;
    KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    line[2] = written("o.pub", Pem.encode("PUBLIC KEY", other.getPublic().getEncoded()));
    assertThat(run(line)).isEqualTo(1);
    line[2] = root;
    assertThat(run(line)).isEqualTo(2);
    assertThat(run("attest", "--type", SLSA, "--bundle", envelope, file)).isEqualTo(2);
  }

  private static String envelope(KeyPair pair, boolean prehashed) throws Exception {
    return envelope(pair, prehashed, DigestAlgorithm.SHA_256);
  }

  private static String envelope(KeyPair pair, boolean prehashed, DigestAlgorithm of)
      throws Exception {
    String statement =
        "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"f\",\"digest\":"
            + "{\""
            + of.label()
            + "\":\""
            + Digest.compute(of, CONTENT).hex()
            + "\"}}],\"predicateType\":\""
            + SLSA
            + "\",\"predicate\":{}}";
    String type = "application/vnd.in-toto+json";
    Signature signer = Signature.getInstance("EdDSA");
    signer.setParameter(new EdDSAParameterSpec(prehashed));
    signer.initSign(pair.getPrivate());
    String signed = "DSSEv1 28 " + type + " " + statement.length() + " " + statement;
    signer.update(signed.getBytes(StandardCharsets.UTF_8));
    Base64.Encoder base64 = Base64.getEncoder();
    return "{\"payloadType\":\""
        + type
        + "\",\"payload\":\""
        + base64.encodeToString(statement.getBytes(StandardCharsets.UTF_8))
        + "\",\"signatures\":[{\"sig\":\""
        + base64.encodeToString(signer.sign())
        + "\"}]}";
  }

  @Test
  void standardInput_isAFileLikeOthers() throws Exception {
    String bundle = written("b.json", SIGSTORE.sign(CONTENT, RELEASE).json());
    Digest digest = Digest.sha256Of(CONTENT);
    for (String[] line :
        new String[][] {
          {"file", digest.hex(), "-"}, {"sri", digest.sri(), "-"}, line("sigstore", bundle, "-")
        }) {
      assertThat(piped(CONTENT, line)).as("%s: %s", line[0], err).isZero();
      assertThat(piped(new byte[] {1, 2}, line)).as(line[0]).isEqualTo(1);
    }
    assertThat(out.toString()).contains("standard input: OK, 3 bytes");
    byte[] sums = (digest.hex() + "  f\n").getBytes(StandardCharsets.UTF_8);
    assertThat(piped(sums, "check", "--root", directory.toString(), "-")).as("%s", err).isZero();
    assertThat(out.toString()).contains("f: OK");
    assertThat(piped(new byte[1], "check", "--root", directory.toString(), "-")).isEqualTo(1);
    assertThat(piped(sums, "check", "--cosign", file, "-")).isEqualTo(2);
    String key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    assertThat(piped(CONTENT, "minisign", key, "-")).isEqualTo(2);
    assertThat(piped(CONTENT, "minisign", key, "--signature", file, "-")).isEqualTo(1);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void standardInput_isCopiedToAFileOfItsOwnerAlone() throws Exception {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(CONTENT));
    Path copy;
    try (Input input = Input.of(Path.of("-"))) {
      copy = input.file();
      assertThat(copy).hasBinaryContent(CONTENT);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
          .isEqualTo("rw-------");
    } finally {
      System.setIn(before);
    }
    assertThat(copy).doesNotExist();
  }

  private int piped(byte[] content, String... arguments) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(content));
    try {
      return run(arguments);
    } finally {
      System.setIn(before);
    }
  }

  private int run(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
