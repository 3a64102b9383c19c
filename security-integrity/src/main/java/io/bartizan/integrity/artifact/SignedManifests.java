package io.bartizan.integrity.artifact;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import java.util.Objects;

/**
 * Verifies manifests with a detached signature of one pinned key, then reads them.
 *
 * <p>A clear-signed text is not read: its unsigned parts have fooled many. Detach the signature.
 * Immutable, thread-safe if the rule is.
 *
 * <pre>{@code
 * SignedManifests<byte[]> releases = SignedManifests.of(key, RollbackRule.anyAge());
 * Manifest manifest = releases.verify(content, signature).manifest();
 * }</pre>
 *
 * @param <S> what a signature is: {@code byte[]} of a {@link PinnedKey}, the text of a {@code
 *     .minisig} file of a {@link MinisignKey}
 */
public final class SignedManifests<S> {

  /** Verifies a signature and returns what it says besides. */
  @FunctionalInterface
  private interface Verifier<S> {
    String verify(byte[] content, S signature);
  }

  private final Object key;
  private final Verifier<S> verifier;
  private final RollbackRule rule;
  private final NameRule names;

  private SignedManifests(Object key, Verifier<S> verifier, RollbackRule rule, NameRule names) {
    this.key = key;
    this.verifier = verifier;
    this.rule = Objects.requireNonNull(rule, "rule");
    this.names = names;
  }

  /**
   * Manifests that this key signed.
   *
   * @param key whose signature it must be, raw bytes
   * @param rule whether a manifest is recent enough
   * @return a verifier, for portable names
   * @throws NullPointerException if an argument is null
   */
  public static SignedManifests<byte[]> of(PinnedKey key, RollbackRule rule) {
    Objects.requireNonNull(key, "key");
    Verifier<byte[]> verifier =
        (content, signature) -> {
          key.verify(content, signature);
          return "";
        };
    return new SignedManifests<>(key, verifier, rule, NameRule.PORTABLE);
  }

  /**
   * Manifests that minisign signed with this key.
   *
   * @param key whose signature it must be, the text of a {@code .minisig} file
   * @param rule whether a manifest is recent enough, by its trusted comment for one
   * @return a verifier, for portable names
   * @throws NullPointerException if an argument is null
   */
  public static SignedManifests<String> of(MinisignKey key, RollbackRule rule) {
    Objects.requireNonNull(key, "key");
    return new SignedManifests<>(key, key::verify, rule, NameRule.PORTABLE);
  }

  /**
   * The same under another rule for names; {@link NameRule#PORTABLE} unless said.
   *
   * @param rule which names may be listed
   * @return a new verifier
   * @throws NullPointerException if {@code rule} is null
   */
  public SignedManifests<S> withNames(NameRule rule) {
    Objects.requireNonNull(rule, "rule");
    return new SignedManifests<>(key, verifier, this.rule, rule);
  }

  /**
   * Verifies the signature, then reads the manifest from the very bytes that were verified.
   *
   * @param content the manifest's bytes, in a form that {@link Manifest#parse(byte[], NameRule)}
   *     reads
   * @param signature the detached signature
   * @return the manifest
   * @throws NullPointerException if an argument is null
   * @throws VerificationException if the signature, the manifest or its age is refused
   */
  public SignedManifest verify(byte[] content, S signature) {
    return check(content, signature).orThrow();
  }

  /**
   * Like {@link #verify}, with the refusal as a value.
   *
   * @param content the manifest's bytes
   * @param signature the detached signature
   * @return the manifest or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<SignedManifest> check(byte[] content, S signature) {
    Objects.requireNonNull(signature, "signature");
    byte[] own = content.clone();
    return Checked.of(() -> accepted(own, verifier.verify(own, signature)));
  }

  private SignedManifest accepted(byte[] content, String comment) {
    SignedManifest signed =
        new SignedManifest(Manifest.parse(content, names), Digest.sha256Of(content), comment);
    if (!rule.accepts(signed)) {
      throw new VerificationException(
          ArtifactReason.ROLLED_BACK, "the manifest " + signed.digest() + " is not recent enough");
    }
    return signed;
  }

  @Override
  public String toString() {
    return "SignedManifests[" + key + ", " + names + "]";
  }
}
