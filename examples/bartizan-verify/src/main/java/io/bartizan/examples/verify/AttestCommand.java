package io.bartizan.examples.verify;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.StatementVerifier;
import io.bartizan.integrity.attest.sigstore.SignedStatement;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Judges an attestation about a file. */
@Command(
    name = "attest",
    description = {
      "Verifies that an in-toto statement of one predicate type about FILE was signed by a key or",
      "by an identity that Sigstore certifies: the bundle of cosign attest-blob or of gh",
      "attestation, or with --key a bare DSSE envelope. FILE - is standard input. What the",
      "predicate says is not judged; `image` does that for provenance."
    })
final class AttestCommand implements Callable<Integer> {

  @Mixin private SignerChoice signer = new SignerChoice();

  @Option(
      names = "--type",
      required = true,
      description = "predicate type, such as https://slsa.dev/provenance/v1")
  private String type = "";

  @Mixin private SignedFile signed = new SignedFile();

  @Override
  public Integer call() throws IOException {
    byte[] json = signed.bundle();
    try (Input input = signed.open()) {
      Digest digest = Digest.sha256Of(input.file());
      String by = signer.isKey() ? byKey(json, digest) : byIdentity(json, digest);
      signer.out().println(input + ": OK, " + SafeText.of(type) + by);
    }
    return 0;
  }

  private String byKey(byte[] json, Digest digest) throws IOException {
    SignerKeys keys = signer.keys();
    StatementVerifier verifier = signer.argument("--type", () -> StatementVerifier.of(keys, type));
    return ", signed by " + verifier.verify(json, digest).signers();
  }

  private String byIdentity(byte[] json, Digest digest) throws IOException {
    SignedStatement statement = signer.sigstore().verifyStatement(json, digest, type);
    return SigstoreCommand.said(statement.bundle());
  }
}
