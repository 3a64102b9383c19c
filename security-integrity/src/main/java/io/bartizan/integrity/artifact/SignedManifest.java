package io.bartizan.integrity.artifact;

/**
 * A manifest whose signature was verified before it was parsed, from the very bytes that were
 * verified. Immutable, thread-safe.
 *
 * <pre>{@code
 * Manifest manifest =
 *     SignedManifests.of(key, RollbackRule.anyAge()).verify(content, signature).manifest();
 * }</pre>
 */
public final class SignedManifest {

  private final Manifest manifest;
  private final Digest digest;
  private final String trustedComment;

  SignedManifest(Manifest manifest, Digest digest, String trustedComment) {
    this.manifest = manifest;
    this.digest = digest;
    this.trustedComment = trustedComment;
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
