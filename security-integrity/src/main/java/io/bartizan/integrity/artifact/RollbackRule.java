package io.bartizan.integrity.artifact;

/**
 * Decides whether a genuine, signed manifest is recent enough; an attacker may replay an older one.
 *
 * <pre>{@code
 * RollbackRule rule = manifest -> versionIn(manifest.trustedComment()) >= lastSeen;
 * }</pre>
 */
@FunctionalInterface
public interface RollbackRule {

  /**
   * Whether the manifest may be used; called only after its signature was verified.
   *
   * @param manifest the manifest, its signed bytes and its trusted comment
   * @return false to refuse it as {@link ArtifactReason#ROLLED_BACK}
   */
  boolean accepts(SignedManifest manifest);

  /**
   * Accepts a manifest of any age, and with it a replayed one.
   *
   * @return a rule that accepts everything
   */
  static RollbackRule anyAge() {
    return manifest -> true;
  }
}
