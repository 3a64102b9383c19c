package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;
import java.util.Objects;

/**
 * A manifest whose signature was verified before it was parsed, from the very bytes that were
 * verified. Immutable, thread-safe.
 *
 * <p>A clear-signed text is not read: its unsigned parts have fooled many. Detach the signature.
 *
 * <pre>{@code
 * Manifest manifest =
 *     SignedManifest.verify(content, signature, key, RollbackRule.anyAge()).manifest();
 * }</pre>
 */
public final class SignedManifest {

  private final Manifest manifest;
  private final Digest digest;
  private final String trustedComment;

  private SignedManifest(Manifest manifest, Digest digest, String trustedComment) {
    this.manifest = manifest;
    this.digest = digest;
    this.trustedComment = trustedComment;
  }

  /**
   * Verifies a detached signature, then reads the manifest.
   *
   * @param content the manifest's bytes, in a form that {@link Manifest#parse} reads
   * @param signature the raw signature
   * @param key whose signature it must be
   * @param rule whether it is recent enough
   * @return the manifest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if the signature, the manifest or its age is refused
   */
  public static SignedManifest verify(
      byte[] content, byte[] signature, PinnedKey key, RollbackRule rule) {
    return verify(content, signature, key, rule, NameRule.PORTABLE);
  }

  /**
   * Like {@link #verify(byte[], byte[], PinnedKey, RollbackRule)}, under another rule for names.
   *
   * @param content the manifest's bytes, in a form that {@link Manifest#parse(byte[], NameRule)}
   *     reads
   * @param signature the raw signature
   * @param key whose signature it must be
   * @param rule whether it is recent enough
   * @param names which names may be listed
   * @return the manifest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if the signature, the manifest or its age is refused
   */
  public static SignedManifest verify(
      byte[] content, byte[] signature, PinnedKey key, RollbackRule rule, NameRule names) {
    byte[] own = content.clone();
    key.verify(own, signature);
    return accepted(own, "", rule, names);
  }

  /**
   * Verifies a minisign signature, then reads the manifest.
   *
   * @param content the manifest's bytes, in a form that {@link Manifest#parse} reads
   * @param signature the text of the {@code .minisig} file
   * @param key whose signature it must be
   * @param rule whether it is recent enough, by its trusted comment for one
   * @return the manifest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if the signature, the manifest or its age is refused
   */
  public static SignedManifest verify(
      byte[] content, String signature, MinisignKey key, RollbackRule rule) {
    return verify(content, signature, key, rule, NameRule.PORTABLE);
  }

  /**
   * Like {@link #verify(byte[], String, MinisignKey, RollbackRule)}, under another rule for names.
   *
   * @param content the manifest's bytes, in a form that {@link Manifest#parse(byte[], NameRule)}
   *     reads
   * @param signature the text of the {@code .minisig} file
   * @param key whose signature it must be
   * @param rule whether it is recent enough
   * @param names which names may be listed
   * @return the manifest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if the signature, the manifest or its age is refused
   */
  public static SignedManifest verify(
      byte[] content, String signature, MinisignKey key, RollbackRule rule, NameRule names) {
    byte[] own = content.clone();
    String comment = key.verify(own, signature);
    return accepted(own, comment, rule, names);
  }

  private static SignedManifest accepted(
      byte[] content, String comment, RollbackRule rule, NameRule names) {
    Objects.requireNonNull(rule, "rule");
    SignedManifest signed =
        new SignedManifest(Manifest.parse(content, names), Digest.sha256Of(content), comment);
    if (!rule.accepts(signed)) {
      throw new VerificationException(
          ArtifactReason.ROLLED_BACK, "the manifest " + signed.digest + " is not recent enough");
    }
    return signed;
  }

  /**
   * What was signed.
   *
   * @return the manifest
   */
  public Manifest manifest() {
    return manifest;
  }

  /**
   * Which text was signed; to remember what was seen.
   *
   * @return the SHA-256 of the manifest's bytes
   */
  public Digest digest() {
    return digest;
  }

  /**
   * What the signer said beside it, with minisign; signed like the manifest.
   *
   * @return empty with other signatures
   */
  public String trustedComment() {
    return trustedComment;
  }

  @Override
  public String toString() {
    return "SignedManifest[" + manifest + ", " + digest + "]";
  }
}
