package io.bartizan.examples.verify;

import io.bartizan.core.SafeText;
import io.bartizan.integrity.attest.sigstore.SigstoreVerifier;
import io.bartizan.integrity.attest.sigstore.VerifiedBundle;
import io.bartizan.integrity.attest.sigstore.VerifiedTime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Judges a keyless signature of a file. */
@Command(
    name = "sigstore",
    description = {
      "Verifies FILE offline against the Sigstore bundle of a keyless signature (cosign sign-blob,",
      "sigstore-python): certificate, transparency log, timestamps, and that the signer is the",
      "identity that you name. FILE - is standard input."
    })
final class SigstoreCommand implements Callable<Integer> {

  @Mixin private SignerChoice signer = new SignerChoice();

  @Mixin private SignedFile signed = new SignedFile();

  @Override
  public Integer call() throws IOException {
    if (!signer.isIdentity()) {
      throw signer.misuse("give all of --root, --identity and --issuer; for a key use verify-blob");
    }
    SigstoreVerifier verifier = signer.sigstore();
    byte[] json = signed.bundle();
    try (Input input = signed.open();
        InputStream content = Files.newInputStream(input.file())) {
      VerifiedBundle verified = verifier.verify(json, content);
      signer.out().println(input + ": OK" + said(verified));
    }
    return 0;
  }

  /** Who signed it, and the times that are proven. */
  static String said(VerifiedBundle verified) {
    String who =
        verified
            .identity()
            .map(by -> ", signed by " + SafeText.of(by.subject() + " of " + by.issuer()))
            .orElse("");
    return who
        + verified.times().stream()
            .map(VerifiedTime::time)
            .map(time -> ", at " + time)
            .collect(Collectors.joining());
  }
}
