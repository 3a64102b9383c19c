package io.bartizan.integrity.attest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.Refusals;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.oci.ImageReference;
import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles and signatures that others made: the npm package @sigstore/sign, and openssl. */
@Tag("deep")
class SigstoreSignIT {

  private static final String VERSION = "4.1.1";
  private static final String SLSA = "https://slsa.dev/provenance/v1";

  private static final String SCRIPT =
      """
      import { DSSEBundleBuilder, MessageSignatureBundleBuilder } from '@sigstore/sign';
      import { bundleToJSON } from '@sigstore/bundle';
      import { generateKeyPairSync, sign } from 'node:crypto';
      import { readFileSync, writeFileSync } from 'node:fs';
      for (const [name, type, options] of [['ec', 'ec', { namedCurve: 'P-256' }], ['ed', 'ed25519', {}]]) {
        const { publicKey, privateKey } = generateKeyPairSync(type, options);
        writeFileSync(name + '.pub', publicKey.export({ type: 'spki', format: 'pem' }));
        const signer = { sign: async (data) => ({
          signature: sign(name === 'ec' ? 'sha256' : null, data, privateKey),
          key: { $case: 'publicKey', publicKey: '', hint: 'our-key' } }) };
        const dsse = new DSSEBundleBuilder({ signer, witnesses: [] });
        for (const file of ['statement', 'image']) {
          const made = await dsse.create({
            data: readFileSync(file + '.json'), type: 'application/vnd.in-toto+json' });
          writeFileSync(name + '.' + file + '.bundle', JSON.stringify(bundleToJSON(made)));
          writeFileSync(name + '.' + file + '.dsse', JSON.stringify(bundleToJSON(made).dsseEnvelope));
        }
        const blob = new MessageSignatureBundleBuilder({ signer, witnesses: [] });
        const made = await blob.create({ data: readFileSync('blob') });
        writeFileSync(name + '.blob.bundle', JSON.stringify(bundleToJSON(made)));
      }
      """;

  @TempDir private Path folder;

  @Test
  void sigstoreSign_bundlesWithALocalKey_areAcceptedAndTamperedOnesRefused() throws Exception {
    Path npm = OptionalTool.program("npm");
    Path node = OptionalTool.program("node");
    byte[] blob = "a release".getBytes(UTF_8);
    Digest digest = Digest.sha256Of(blob);
    Files.write(folder.resolve("blob"), blob);
    write("statement.json", Signer.statement(SLSA, digest));
    write("image.json", Signer.statement(Signer.IMAGE_PREDICATE, digest));
    Files.writeString(folder.resolve("package.json"), "{\"type\":\"module\"}");
    Files.writeString(folder.resolve("make.mjs"), SCRIPT);
    run(
        npm.toString(),
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefer-offline",
        "@sigstore/sign@" + VERSION);
    run(node.toString(), "make.mjs");
    for (String name : new String[] {"ec", "ed"}) {
      SignerKeys keys =
          SignerKeys.anyOf(PinnedKey.parse(Files.readString(folder.resolve(name + ".pub"))));
      byte[] envelope = read(name + ".statement.dsse");
      StatementVerifier statements = StatementVerifier.of(keys, SLSA);
      assertThat(statements.verify(envelope, digest).predicate()).containsEntry("builder", "ours");
      CosignVerifier cosign = CosignVerifier.of(keys);
      ImageReference image = ImageReference.parse("app@" + digest);
      byte[] bundle = read(name + ".image.bundle");
      assertThat(cosign.verify(bundle, image).digest()).isEqualTo(digest);
      byte[] blobBundle = read(name + ".blob.bundle");
      assertThat(cosign.verifyBlob(blobBundle, blob)).isEqualTo(digest);

      Refusals.refused(
          AttestReason.PREDICATE_TYPE_MISMATCH,
          () -> cosign.verify(read(name + ".statement.bundle"), image));
      // Its messageDigest names the blob: other content contradicts it (D11).
      Refusals.refused(
          AttestReason.SUBJECT_MISMATCH, () -> cosign.verifyBlob(blobBundle, new byte[3]));
      byte[] tampered =
          new String(bundle, UTF_8).replace("\"sig\":\"M", "\"sig\":\"N").getBytes(UTF_8);
      if (name.equals("ec")) {
        Refusals.refused(AttestReason.SIGNATURE_INVALID, () -> cosign.verify(tampered, image));
      }
    }
  }

  @Test
  void openssl_signatureOfTheClassicForm_isAccepted() throws Exception {
    String openssl = OptionalTool.program("openssl").toString();
    Digest digest = Digest.sha256Of(new byte[5]);
    byte[] payload = Signer.simpleSigning("registry.example/app", digest);
    Files.write(folder.resolve("payload"), payload);
    run(openssl, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "cosign.key");
    run(openssl, "ec", "-in", "cosign.key", "-pubout", "-out", "cosign.pub");
    run(openssl, "dgst", "-sha256", "-sign", "cosign.key", "-out", "signature", "payload");
    PinnedKey key = PinnedKey.parse(Files.readString(folder.resolve("cosign.pub")));
    CosignVerifier cosign =
        CosignVerifier.builder(SignerKeys.anyOf(key)).withSameRepository().build();
    ImageReference image = ImageReference.parse("registry.example/app@" + digest);
    assertThat(cosign.verify(payload, read("signature"), image).signers()).containsExactly(key);
  }

  private void write(String name, Map<String, ?> members) throws IOException {
    Files.writeString(folder.resolve(name), JsonWriter.write(members));
  }

  private byte[] read(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  private void run(String... command) throws Exception {
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(4, TimeUnit.MINUTES)).as(String.join(" ", command)).isTrue();
    assertThat(process.exitValue()).as(() -> readLog(log)).isZero();
  }

  private static String readLog(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
