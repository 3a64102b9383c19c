package io.bartizan.examples.verify;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.PinnedKey;
import io.bartizan.integrity.attest.SignerKeys;
import io.bartizan.integrity.attest.sigstore.IdentityPolicy;
import io.bartizan.integrity.attest.sigstore.SignerSubject;
import io.bartizan.integrity.attest.sigstore.SigstoreVerifier;
import io.bartizan.integrity.attest.sigstore.TrustedRoot;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who must have signed: a key, or an identity that Sigstore certifies. */
final class SignerChoice extends Mixed {

  @Option(names = "--key", description = "the signer's cosign.pub, a PEM file")
  private @Nullable Path key;

  @Option(names = "--root", description = "Sigstore's trusted_root.json, with --identity, --issuer")
  private @Nullable Path root;

  @Option(names = "--identity", description = "the signer's URI or e-mail address, exactly")
  private @Nullable String identity;

  @Option(names = "--issuer", description = "who authenticated the signer, a URL")
  private @Nullable String issuer;

  boolean isKey() {
    return key != null && root == null && identity == null && issuer == null;
  }

  boolean isIdentity() {
    return key == null && root != null && identity != null && issuer != null;
  }

  SignerKeys keys() throws IOException {
    Path file = key;
    if (file == null || !isKey()) {
      throw neither();
    }
    String pem = Pasted.text(file);
    return SignerKeys.anyOf(argument("--key", () -> PinnedKey.parse(pem)));
  }

  SigstoreVerifier sigstore() throws IOException {
    if (!isIdentity() || root == null || identity == null || issuer == null) {
      throw neither();
    }
    String name = identity;
    String authority = issuer;
    SignerSubject subject =
        argument(
            "--identity",
            () -> name.contains("://") ? SignerSubject.uri(name) : SignerSubject.email(name));
    IdentityPolicy policy = argument("--issuer", () -> IdentityPolicy.of(authority, subject));
    return SigstoreVerifier.of(trusted(root), policy);
  }

  /** A file that is no trusted root says nothing about the signature. */
  private TrustedRoot trusted(Path file) throws IOException {
    Pasted.requireNoFolder(file);
    try {
      return TrustedRoot.read(file);
    } catch (VerificationException e) {
      throw misuse("--root: " + SafeText.of(String.valueOf(e.getMessage())));
    }
  }

  private RuntimeException neither() {
    return misuse("give --key, or all of --root, --identity and --issuer");
  }
}
