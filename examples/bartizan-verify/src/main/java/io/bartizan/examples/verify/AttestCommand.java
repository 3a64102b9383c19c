package io.bartizan.examples.verify;

import io.bartizan.core.Checked;
import io.bartizan.core.SafeText;
import io.bartizan.integrity.artifact.Artifacts;
import io.bartizan.integrity.artifact.Digest;
import io.bartizan.integrity.artifact.DigestAlgorithm;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.StatementVerifier;
import io.bartizan.integrity.attest.sigstore.SignedStatement;
import io.bartizan.integrity.attest.sigstore.SigstoreVerifier;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
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
      List<Digest> digests =
          Artifacts.digests(input.file(), List.of(DigestAlgorithm.values())); // SHA-256 first
      String by = signer.isKey() ? byKey(json, digests) : byIdentity(json, digests);
      signer.out().println(input + ": OK, " + SafeText.of(type) + by);
    }
    return 0;
  }

  private String byKey(byte[] json, List<Digest> digests) throws IOException {
    SignerKeys keys = signer.keys();
    StatementVerifier verifier = signer.argument("--type", () -> StatementVerifier.of(keys, type));
    return ", signed by " + byAny(digests, each -> verifier.check(json, each)).signers();
  }

  private String byIdentity(byte[] json, List<Digest> digests) throws IOException {
    SigstoreVerifier verifier = signer.sigstore();
    SignedStatement statement = byAny(digests, each -> verifier.checkStatement(json, each, type));
    return SigstoreCommand.said(statement.bundle());
  }

  /** A statement names its subject by one hash mostly, npm's provenance by SHA-512. */
  private static <T> T byAny(List<Digest> digests, Function<Digest, Checked<T>> checked) {
    Checked<T> first = checked.apply(digests.get(0));
    return first.isAccepted()
        ? first.orThrow()
        : digests.stream()
            .skip(1)
            .map(checked)
            .filter(Checked::isAccepted)
            .findFirst()
            .orElse(first)
            .orThrow();
  }
}
