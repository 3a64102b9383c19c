package io.bartizan.testkit.sigstore;

import io.bartizan.testkit.sigstore.draft.BundleDraft;
import io.bartizan.testkit.sigstore.draft.Instance;
import io.bartizan.testkit.sigstore.draft.RootDraft;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A Sigstore instance for tests: signs artifacts without Fulcio, Rekor or a network, and makes
 * forged bundles that a verifier must refuse.
 *
 * <p>It holds a certificate authority with an intermediate, a certificate transparency log, a log
 * of Rekor v1 and one of Rekor v2, and a timestamp authority. Keys are new in every instance and
 * never leave memory; it signs in any name that it is asked for. Never put its trusted root where
 * production trust is kept. Thread-safe.
 *
 * <pre>{@code
 * DevSigstore sigstore = DevSigstore.of();
 * DevIdentity release = DevIdentity.githubWorkflow("acme/app", "release.yml", "refs/tags/v1");
 * String trustedRoot = sigstore.trustedRoot();
 * byte[] good = sigstore.sign(artifact, release).bytes();
 * for (BadBundle bad : BadBundle.values()) {
 *   assertThat(accepts(sigstore.forge(bad, artifact, release).bytes())).as(bad.why()).isFalse();
 * }
 * }</pre>
 */
public final class DevSigstore {

  private static final Duration AGE = Duration.ofDays(365);

  private final InstantSource clock;
  private final Instance instance;
  private final String trustedRoot;

  private DevSigstore(InstantSource clock, Consumer<RootDraft> fault) {
    this.clock = clock;
    this.instance = new Instance(now().minus(AGE));
    RootDraft root = new RootDraft(instance);
    fault.accept(root);
    this.trustedRoot = root.json();
  }

  /**
   * An instance that signs at the system's time.
   *
   * @return an instance with new keys
   */
  public static DevSigstore of() {
    return of(InstantSource.system());
  }

  /**
   * An instance that signs at a given time.
   *
   * @param clock the time of each signature; at most 365 days before the present one and 7 years
   *     after it
   * @return an instance with new keys, valid since 365 days
   */
  public static DevSigstore of(InstantSource clock) {
    return new DevSigstore(Objects.requireNonNull(clock, "clock"), root -> {});
  }

  /**
   * Another instance whose trusted root has one fault; what it signs is good but for that.
   *
   * <p>The fault may be one of the text, for which the root is refused as it is loaded, or one that
   * shows when a bundle is verified: verify what the returned instance {@linkplain #sign signs} by
   * its own root.
   *
   * @param fault what is wrong with the trusted root
   * @return an instance with new keys and the same clock
   */
  public DevSigstore withTrustedRoot(BadTrustedRoot fault) {
    return new DevSigstore(clock, fault::spoil);
  }

  /**
   * The trusted root of this instance alone, as {@code trusted_root.json} has it.
   *
   * @return JSON text, the same at each call
   */
  public String trustedRoot() {
    return trustedRoot;
  }

  /**
   * Signs an artifact: a bundle of version 0.3 with a certificate, an entry of Rekor v1 with its
   * promise and its proof, and a timestamp.
   *
   * @param artifact the bytes to sign
   * @param identity in whose name
   * @return a bundle that a sound verifier accepts
   */
  public DevBundle sign(byte[] artifact, DevIdentity identity) {
    return bundle(artifact, identity).withTimestamp().build();
  }

  /**
   * Signs an artifact with options.
   *
   * @param artifact the bytes to sign, or those that a statement is about
   * @param identity in whose name
   * @return a builder of a good bundle
   */
  public DevBundle.Builder bundle(byte[] artifact, DevIdentity identity) {
    return new DevBundle.Builder(this, artifact, identity);
  }

  /**
   * Makes the bundle of {@link #sign} with one fault; all else is as it should be. The same fault
   * in a bundle of Rekor v2 is made by {@link DevBundle.Builder#forge(BadBundle)}.
   *
   * @param fault what is wrong
   * @param artifact the bytes that the verifier will be given
   * @param identity whom the policy names
   * @return a bundle that a verifier of this instance's root refuses
   */
  public DevBundle forge(BadBundle fault, byte[] artifact, DevIdentity identity) {
    return bundle(artifact, identity).forge(fault);
  }

  /**
   * Makes an attestation with one fault: as {@link #forge}, and what is signed is an in-toto
   * statement about the artifact.
   *
   * @param fault what is wrong
   * @param artifact the bytes whose digest the verifier will be given
   * @param identity whom the policy names
   * @param predicateType such as {@code https://slsa.dev/provenance/v1}
   * @param predicate a JSON object as text, written as it is
   * @return a bundle that a verifier of this instance's root refuses
   */
  public DevBundle forgeStatement(
      BadBundle fault,
      byte[] artifact,
      DevIdentity identity,
      String predicateType,
      String predicate) {
    return bundle(artifact, identity).withStatement(predicateType, predicate).forge(fault);
  }

  /**
   * Makes an attestation with a fault that only an attestation can have.
   *
   * @param fault what is wrong
   * @param artifact the bytes whose digest the verifier will be given
   * @param identity whom the policy names
   * @param predicateType such as {@code https://slsa.dev/provenance/v1}
   * @param predicate a JSON object as text, written as it is
   * @return a bundle that a verifier of this instance's root refuses
   */
  public DevBundle forgeStatement(
      BadStatement fault,
      byte[] artifact,
      DevIdentity identity,
      String predicateType,
      String predicate) {
    return bundle(artifact, identity).withStatement(predicateType, predicate).forge(fault);
  }

  BundleDraft draft(byte[] artifact, DevIdentity identity) {
    BundleDraft draft = new BundleDraft(instance, now(), artifact.clone());
    identity.writeTo(draft.leaf);
    return draft;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  /** Says that nothing outside a test should trust it. */
  @Override
  public String toString() {
    return "DevSigstore[for tests only, valid from " + instance.start + "]";
  }
}
