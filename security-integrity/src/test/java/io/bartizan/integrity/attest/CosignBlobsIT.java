package io.bartizan.integrity.attest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Pem;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.artifact.SignatureForm;
import io.bartizan.tests.OptionalTool;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code cosign} 3 signs and attests of files with keys, verified as it lies. */
@Tag("deep")
class CosignBlobsIT {

  private static final String SLSA = "https://slsa.dev/provenance/v1";

  @TempDir Path folder;

  @Test
  void cosign_keyOfItsOwn_signsAndAttests() throws Exception {
    run("generate-key-pair");
    signsAndAttests(PinnedKey.parse(Files.readString(folder.resolve("cosign.pub"))), "cosign.key");
  }

  @ParameterizedTest
  @CsvSource({"EC,384", "EC,521", "RSA,2048", "RSA,4096", "Ed25519,255"})
  void cosign_importedKey_signsAndAttests(String family, int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(family);
    generator.initialize(bits);
    KeyPair pair = generator.generateKeyPair();
    Files.writeString(
        folder.resolve("own.pem"), Pem.encode("PRIVATE KEY", pair.getPrivate().getEncoded()));
    run("import-key-pair", "--key", "own.pem");
    signsAndAttests(PinnedKey.of(pair.getPublic()), "import-cosign.key");
  }

  private void signsAndAttests(PinnedKey key, String secret) throws Exception {
    Path file = Files.writeString(folder.resolve("blob"), "a release");
    Path other = Files.writeString(folder.resolve("other"), "another");
    Files.writeString(folder.resolve("p.json"), "{\"buildDefinition\":{},\"runDetails\":{}}");
    run("signing-config", "create", "--out", "sc.json");
    byte[] signed = make(secret, "sign-blob", "s.json");
    CosignVerifier blobs = CosignVerifier.of(SignerKeys.anyOf(key));
    assertThat(blobs.verifyBlob(signed, file)).isEqualTo(Digest.sha256Of(file));
    assertThat(blobs.checkBlob(signed, other).isAccepted()).isFalse();
    try (InputStream right = Files.newInputStream(file);
        InputStream wrong = Files.newInputStream(other)) {
      assertThat(blobs.verifyBlob(signed, right)).isEqualTo(Digest.sha256Of(file));
      assertThat(blobs.checkBlob(signed, wrong).isAccepted()).isFalse();
    }
    byte[] stated =
        make(secret, "attest-blob", "a.json", "--type", "slsaprovenance1", "--predicate", "p.json");
    StatementVerifier statements = StatementVerifier.of(SignerKeys.anyOf(key), SLSA);
    Digest digest = Digest.sha256Of(file);
    assertThat(statements.verify(stated, digest).signers()).containsExactly(key);
    assertThat(statements.check(stated, Digest.sha256Of(other)).isAccepted()).isFalse();
    assertThat(blobs.checkBlob(stated, file).isAccepted()).as("no signature of it").isFalse();
    assertThat(statements.check(signed, digest).isAccepted()).as("no statement").isFalse();
    SignerKeys stranger = SignerKeys.anyOf(Signer.ecdsa().key);
    assertThat(CosignVerifier.of(stranger).checkBlob(signed, file).isAccepted()).isFalse();
    assertThat(StatementVerifier.of(stranger, SLSA).check(stated, digest).isAccepted()).isFalse();
  }

  @Test
  void cosign_olderFormatsOfAnEd25519Key_areReadToo() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Files.writeString(
        folder.resolve("own.pem"), Pem.encode("PRIVATE KEY", pair.getPrivate().getEncoded()));
    run("import-key-pair", "--key", "own.pem");
    PinnedKey key = PinnedKey.of(pair.getPublic());
    olderFormats(key, "import-cosign.key");
    Path file = folder.resolve("blob");
    byte[] written = Files.readAllBytes(folder.resolve("o.sig"));
    byte[] raw = Base64.getDecoder().decode(new String(written, StandardCharsets.UTF_8).strip());
    // what this release really does; another release may do otherwise, and both count
    boolean prehashed = key.withForm(SignatureForm.ED25519PH).matches(bytes(file), raw);
    assertThat(key.matches(bytes(file), raw)).isEqualTo(!prehashed);
    Digest digest = Digest.sha256Of(file);
    byte[] digits = digest.hex().getBytes(StandardCharsets.UTF_8);
    CosignVerifier blobs = CosignVerifier.of(SignerKeys.anyOf(key));
    assertThat(blobs.checkBlob(written, digits).isAccepted()).isFalse();
    assertThat(blobs.checkBlob(written, digest.bytes()).isAccepted()).isFalse();
  }

  @Test
  void cosign_olderFormatsOfItsOwnKey_areReadToo() throws Exception {
    run("generate-key-pair");
    olderFormats(PinnedKey.parse(Files.readString(folder.resolve("cosign.pub"))), "cosign.key");
  }

  /** {@code --new-bundle-format=false}: cosign's older bundle, and signatures alone. */
  private void olderFormats(PinnedKey key, String secret) throws Exception {
    Path file = Files.writeString(folder.resolve("blob"), "a release");
    Path other = Files.writeString(folder.resolve("other"), "another");
    Files.writeString(folder.resolve("p.json"), "{\"buildDefinition\":{},\"runDetails\":{}}");
    older(secret, "sign-blob", "o");
    older(secret, "attest-blob", "a", "--type", "slsaprovenance1", "--predicate", "p.json");
    CosignVerifier blobs = CosignVerifier.of(SignerKeys.anyOf(key));
    CosignVerifier strangers = CosignVerifier.of(SignerKeys.anyOf(Signer.ed25519().key));
    StatementVerifier statements = StatementVerifier.of(SignerKeys.anyOf(key), SLSA);
    Digest digest = Digest.sha256Of(file);
    for (String form : List.of(".json", ".sig")) {
      byte[] signed = Files.readAllBytes(folder.resolve("o" + form));
      assertThat(blobs.verifyBlob(signed, file)).isEqualTo(digest);
      assertThat(blobs.checkBlob(signed, other).isAccepted()).isFalse();
      assertThat(strangers.checkBlob(signed, file).isAccepted()).isFalse();
      byte[] stated = Files.readAllBytes(folder.resolve("a" + form));
      assertThat(statements.verify(stated, digest).signers()).containsExactly(key);
      assertThat(statements.check(stated, Digest.sha256Of(other)).isAccepted()).isFalse();
      assertThat(blobs.checkBlob(stated, file).isAccepted()).as("no signature of it").isFalse();
      assertThat(statements.check(signed, digest).isAccepted()).as("no statement").isFalse();
    }
  }

  private void older(String secret, String verb, String name, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                verb,
                "--yes",
                "--key",
                secret,
                "--new-bundle-format=false",
                "--use-signing-config=false",
                "--tlog-upload=false",
                "--bundle",
                name + ".json",
                "--output-signature",
                name + ".sig"));
    command.addAll(List.of(more));
    command.add("blob");
    run(command.toArray(String[]::new));
  }

  private static byte[] bytes(Path file) throws Exception {
    return Files.readAllBytes(file);
  }

  private byte[] make(String secret, String verb, String bundle, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                verb, "--yes", "--key", secret, "--signing-config", "sc.json", "--bundle", bundle));
    command.addAll(List.of(more));
    command.add("blob");
    run(command.toArray(String[]::new));
    return Files.readAllBytes(folder.resolve(bundle));
  }

  private void run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(OptionalTool.program("cosign").toString()));
    command.addAll(List.of(arguments));
    SigningTools.run(folder, command.toArray(String[]::new));
  }
}
