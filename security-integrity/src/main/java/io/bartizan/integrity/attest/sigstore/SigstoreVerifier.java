package io.bartizan.integrity.attest.sigstore;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.artifact.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Verifies Sigstore bundles, whole and offline. It verifies who signed, that the certificate was
 * genuine at every verified time, that certificate and signature are in the logs, and that all of
 * it is about this artifact.
 *
 * <p>Read are bundles of version 0.1 to 0.3 and the older ones of {@code cosign --bundle}. Required
 * are, unless the builder says otherwise, one transparency log, one certificate log and one time,
 * each of the trusted root. Evidence of logs and authorities outside the root counts for nothing;
 * evidence of those inside it that is wrong is always a refusal. There is no network and no global
 * state. Immutable but for the root where one that is kept fresh was given; thread-safe.
 *
 * <pre>{@code
 * SigstoreVerifier verifier = SigstoreVerifier.of(root, release);
 * VerifiedBundle signed = verifier.verify(bundle, Digest.sha256Of(jar));
 * SignedStatement built =
 *     verifier.verifyStatement(attestation, Digest.sha256Of(jar), "https://slsa.dev/provenance/v1");
 * }</pre>
 */
public final class SigstoreVerifier {

  /** The age budget of the trusted root unless another is set: 90 days. */
  public static final Duration DEFAULT_MAX_ROOT_AGE = Duration.ofDays(90);

  /** The largest bundle in bytes unless another bound is set: 16 MiB. */
  public static final int DEFAULT_MAX_BUNDLE_BYTES = 16 * 1024 * 1024;

  private static final int MOST_BUNDLE_BYTES = 128 * 1024 * 1024;
  private static final int MOST_WITNESSES = 16;

  private final Supplier<? extends TrustedRoot> roots;
  private final @Nullable IdentityPolicy identity;
  private final @Nullable KeyPolicy key;
  private final int logs;
  private final int timestampAuthorities;
  private final int certificateLogs;
  private final InstantSource clock;
  private final @Nullable Duration maxRootAge;
  private final int maxBundleBytes;

  private SigstoreVerifier(Builder builder) {
    this.roots = builder.roots;
    this.identity = builder.identity;
    this.key = builder.key;
    this.logs = builder.logs;
    this.timestampAuthorities = builder.timestampAuthorities;
    this.certificateLogs = builder.certificateLogs;
    this.clock = builder.clock;
    this.maxRootAge = builder.maxRootAge;
    this.maxBundleBytes = builder.maxBundleBytes;
  }

  /**
   * A verifier of what an identity signed.
   *
   * @param root the authorities and logs that are trusted
   * @param identity who must have signed
   * @return the verifier
   * @throws NullPointerException if an argument is null
   */
  public static SigstoreVerifier of(TrustedRoot root, IdentityPolicy identity) {
    return builder(root, identity).build();
  }

  /**
   * A verifier of what a key signed and a log recorded.
   *
   * @param root the logs and timestamp authorities that are trusted
   * @param key what must have signed
   * @return the verifier
   * @throws NullPointerException if an argument is null
   */
  public static SigstoreVerifier of(TrustedRoot root, KeyPolicy key) {
    return builder(root, key).build();
  }

  /**
   * A verifier of what an identity signed, by a root that is kept fresh.
   *
   * @param roots asked at each verification for the newest trusted root, such as a {@code
   *     FreshTarget} of TUF; a refusal that it throws is the verification's
   * @param identity who must have signed
   * @return the verifier
   * @throws NullPointerException if an argument is null
   */
  public static SigstoreVerifier of(
      Supplier<? extends TrustedRoot> roots, IdentityPolicy identity) {
    return builder(roots, identity).build();
  }

  /**
   * A verifier of what a key signed and a log recorded, by a root that is kept fresh.
   *
   * @param roots asked at each verification for the newest trusted root, such as a {@code
   *     FreshTarget} of TUF; a refusal that it throws is the verification's
   * @param key what must have signed
   * @return the verifier
   * @throws NullPointerException if an argument is null
   */
  public static SigstoreVerifier of(Supplier<? extends TrustedRoot> roots, KeyPolicy key) {
    return builder(roots, key).build();
  }

  /**
   * Starts a verifier of what an identity signed.
   *
   * @param root the authorities and logs that are trusted
   * @param identity who must have signed
   * @return a builder
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(TrustedRoot root, IdentityPolicy identity) {
    return builder(always(root), identity);
  }

  /**
   * Starts a verifier of what a key signed and a log recorded.
   *
   * @param root the logs and timestamp authorities that are trusted
   * @param key what must have signed
   * @return a builder
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(TrustedRoot root, KeyPolicy key) {
    return builder(always(root), key);
  }

  /**
   * Starts a verifier of what an identity signed, by a root that is kept fresh.
   *
   * @param roots asked at each verification for the newest trusted root; a refusal that it throws
   *     is the verification's
   * @param identity who must have signed
   * @return a builder
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(Supplier<? extends TrustedRoot> roots, IdentityPolicy identity) {
    return new Builder(roots, Objects.requireNonNull(identity, "identity"), null);
  }

  /**
   * Starts a verifier of what a key signed and a log recorded, by a root that is kept fresh.
   *
   * @param roots asked at each verification for the newest trusted root; a refusal that it throws
   *     is the verification's
   * @param key what must have signed
   * @return a builder
   * @throws NullPointerException if an argument is null
   */
  public static Builder builder(Supplier<? extends TrustedRoot> roots, KeyPolicy key) {
    return new Builder(roots, null, Objects.requireNonNull(key, "key"));
  }

  private static Supplier<TrustedRoot> always(TrustedRoot root) {
    Objects.requireNonNull(root, "root");
    return () -> root;
  }

  /**
   * Verifies the signature of an artifact of which the digest is known.
   *
   * @param bundle the bundle's JSON
   * @param artifact the digest that was signed: SHA-256, but SHA-384 for P-384 and SHA-512 for
   *     P-521 and Ed25519
   * @return who signed it, when, and where it was logged
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with a {@link SigstoreReason} if it is refused
   */
  public VerifiedBundle verify(byte[] bundle, Digest artifact) {
    return check(bundle, artifact).orThrow();
  }

  /**
   * Like {@link #verify(byte[], Digest)}, with the refusal as a value.
   *
   * @param bundle the bundle's JSON
   * @param artifact the digest that was signed
   * @return the verified bundle, or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<VerifiedBundle> check(byte[] bundle, Digest artifact) {
    Objects.requireNonNull(artifact, "artifact");
    return Checked.of(() -> read(bundle).artifact(needed -> Presented.digest(artifact)));
  }

  /**
   * Verifies the signature of an artifact of any kind of key.
   *
   * @param bundle the bundle's JSON
   * @param content the artifact
   * @return who signed it, when, and where it was logged
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with a {@link SigstoreReason} if it is refused
   */
  public VerifiedBundle verify(byte[] bundle, byte[] content) {
    return check(bundle, content).orThrow();
  }

  /**
   * Like {@link #verify(byte[], byte[])}, with the refusal as a value.
   *
   * @param bundle the bundle's JSON
   * @param content the artifact
   * @return the verified bundle, or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<VerifiedBundle> check(byte[] bundle, byte[] content) {
    Objects.requireNonNull(content, "content");
    return Checked.of(() -> read(bundle).artifact(needed -> Presented.content(content, needed)));
  }

  /**
   * Verifies the signature of an artifact in a stream, which is read to its end and not closed,
   * unless the bundle is refused before.
   *
   * @param bundle the bundle's JSON
   * @param content the artifact; what was read must not be used before this returns
   * @return who signed it, when, and where it was logged
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with a {@link SigstoreReason} if it is refused
   * @throws IOException if reading fails
   */
  public VerifiedBundle verify(byte[] bundle, InputStream content) throws IOException {
    return check(bundle, content).orThrow();
  }

  /**
   * Like {@link #verify(byte[], InputStream)}, with the refusal as a value.
   *
   * @param bundle the bundle's JSON
   * @param content the artifact
   * @return the verified bundle, or the refusal
   * @throws NullPointerException if an argument is null
   * @throws IOException if reading fails
   */
  public Checked<VerifiedBundle> check(byte[] bundle, InputStream content) throws IOException {
    Objects.requireNonNull(content, "content");
    return Checked.of(() -> read(bundle).artifact(needed -> Presented.stream(content, needed)));
  }

  /**
   * Verifies an in-toto statement about an artifact. Its subjects are compared by the one digest
   * that is given, never by name; other digests of the same subject are not.
   *
   * @param bundle the bundle's JSON
   * @param artifact the digest of what the statement must be about
   * @param predicateType the one kind of statement that is accepted, a URI
   * @return what was stated, by whom, when, and where it was logged
   * @throws NullPointerException if an argument is null
   * @throws VerificationException with a {@link SigstoreReason} if it is refused
   */
  public SignedStatement verifyStatement(byte[] bundle, Digest artifact, String predicateType) {
    return checkStatement(bundle, artifact, predicateType).orThrow();
  }

  /**
   * Like {@link #verifyStatement}, with the refusal as a value.
   *
   * @param bundle the bundle's JSON
   * @param artifact the digest of what the statement must be about
   * @param predicateType the one kind of statement that is accepted, a URI
   * @return what was stated, or the refusal
   * @throws NullPointerException if an argument is null
   */
  public Checked<SignedStatement> checkStatement(
      byte[] bundle, Digest artifact, String predicateType) {
    Objects.requireNonNull(artifact, "artifact");
    Objects.requireNonNull(predicateType, "predicateType");
    return Checked.of(() -> read(bundle).statement(artifact, predicateType));
  }

  private BundleCheck read(byte[] bundle) {
    Objects.requireNonNull(bundle, "bundle");
    TrustedRoot root = Objects.requireNonNull(roots.get(), "roots gave null");
    if (maxRootAge != null) {
      root.requireAge(clock.instant(), maxRootAge);
    }
    return new BundleCheck(
        new Requirements(root, identity, key, logs, timestampAuthorities, certificateLogs),
        Bundle.parse(bundle, maxBundleBytes));
  }

  private Object shownRoot() {
    try {
      return roots.get();
    } catch (VerificationException e) {
      return "no trusted root: " + e.getMessage();
    }
  }

  /** All that it requires. */
  @Override
  public String toString() {
    return "SigstoreVerifier["
        + (identity == null ? key : identity)
        + ", "
        + shownRoot()
        + ", root age "
        + (maxRootAge == null ? "ignored" : "at most " + Span.exact(maxRootAge))
        + ", at least "
        + logs
        + " logs, "
        + certificateLogs
        + " certificate logs, "
        + timestampAuthorities
        + " timestamp authorities, at most "
        + maxBundleBytes
        + " bytes]";
  }

  /** The optional settings of a {@link SigstoreVerifier}. Not thread-safe. */
  public static final class Builder {

    private final Supplier<? extends TrustedRoot> roots;
    private final @Nullable IdentityPolicy identity;
    private final @Nullable KeyPolicy key;
    private InstantSource clock = InstantSource.system();
    private @Nullable Duration maxRootAge = DEFAULT_MAX_ROOT_AGE;
    private int maxBundleBytes = DEFAULT_MAX_BUNDLE_BYTES;
    private int logs = 1;
    private int timestampAuthorities;
    private int certificateLogs = 1;

    private Builder(
        Supplier<? extends TrustedRoot> roots,
        @Nullable IdentityPolicy identity,
        @Nullable KeyPolicy key) {
      this.roots = Objects.requireNonNull(roots, "roots");
      this.identity = identity;
      this.key = key;
    }

    /**
     * How long ago the trusted root may have been obtained; {@link #DEFAULT_MAX_ROOT_AGE} unless
     * set.
     *
     * @param age 1 minute to 3650 days
     * @return this builder
     * @throws NullPointerException if {@code age} is null
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxRootAge(Duration age) {
      maxRootAge = Require.within("maxRootAge", age, Duration.ofMinutes(1), Duration.ofDays(3650));
      return this;
    }

    /**
     * Accepts a trusted root of any age: keys that were withdrawn since it was obtained stay
     * trusted.
     *
     * @return this builder
     */
    public Builder ignoreRootAge() {
      maxRootAge = null;
      return this;
    }

    /**
     * How many different transparency logs must have the signature; 1 unless set. Entries of one
     * log count once.
     *
     * @param least 1 to 16
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withTransparencyLogs(int least) {
      logs = Require.within("least", least, 1, MOST_WITNESSES);
      return this;
    }

    /**
     * Accepts signatures that are in no transparency log: nobody but the signer need know of them.
     * Entries that are there are verified all the same.
     *
     * @return this builder
     */
    public Builder ignoreTransparencyLog() {
      logs = 0;
      return this;
    }

    /**
     * How many different certificate logs must have the certificate; 1 unless set.
     *
     * @param least 1 to 16
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withCertificateLogs(int least) {
      certificateLogs = Require.within("least", least, 1, MOST_WITNESSES);
      return this;
    }

    /**
     * Accepts certificates that are in no certificate log, so that an authority can issue them
     * unseen. SCTs of trusted logs that are there are verified all the same.
     *
     * @return this builder
     */
    public Builder ignoreCertificateLog() {
      certificateLogs = 0;
      return this;
    }

    /**
     * How many different timestamp authorities must have seen the signature; 0 unless set, since a
     * log may give the time too.
     *
     * @param least 0 to 16
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withTimestampAuthorities(int least) {
      timestampAuthorities = Require.within("least", least, 0, MOST_WITNESSES);
      return this;
    }

    /**
     * The largest bundle that is read; {@link #DEFAULT_MAX_BUNDLE_BYTES} unless set.
     *
     * @param bytes 1 to 134217728
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder withMaxBundleBytes(int bytes) {
      maxBundleBytes = Require.within("bytes", bytes, 1, MOST_BUNDLE_BYTES);
      return this;
    }

    /**
     * What tells the age of the trusted root; the system's clock unless set. When something was
     * signed is never taken from it.
     *
     * @param source the time of day
     * @return this builder
     * @throws NullPointerException if {@code source} is null
     */
    public Builder withClock(InstantSource source) {
      clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /**
     * Makes the verifier.
     *
     * @return a verifier, immutable and thread-safe
     */
    public SigstoreVerifier build() {
      return new SigstoreVerifier(this);
    }
  }
}
