package io.bartizan.integrity.attest.sigstore;

import io.bartizan.integrity.artifact.Digest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bundle whose signature, signer, logs and times were verified. Immutable, thread-safe. */
public final class VerifiedBundle {

  private final Digest artifact;
  private final @Nullable SigningIdentity identity;
  private final Digest key;
  private final List<VerifiedTime> times;
  private final List<VerifiedLogEntry> logEntries;
  private final List<String> certificateLogs;

  VerifiedBundle(
      Digest artifact,
      @Nullable SigningIdentity identity,
      Digest key,
      List<VerifiedTime> times,
      List<VerifiedLogEntry> logEntries,
      List<String> certificateLogs) {
    this.artifact = artifact;
    this.identity = identity;
    this.key = key;
    this.times = List.copyOf(times);
    this.logEntries = List.copyOf(logEntries);
    this.certificateLogs = List.copyOf(certificateLogs);
  }

  /**
   * What was signed, or what the signed statement is about.
   *
   * @return the digest of the artifact that was asked for
   */
  public Digest artifact() {
    return artifact;
  }

  /**
   * Who signed.
   *
   * @return empty if it was signed by a key instead of a certificate
   */
  public Optional<SigningIdentity> identity() {
    return Optional.ofNullable(identity);
  }

  /**
   * The key that signed: a certificate's lasts minutes, any other's is the one that was asked for.
   *
   * @return the SHA-256 of its SubjectPublicKeyInfo
   */
  public Digest key() {
    return key;
  }

  /**
   * When it was signed, by each witness; the certificate was valid at every one of these.
   *
   * @return unmodifiable; empty only for a key that is valid at any time, where no log was required
   */
  public List<VerifiedTime> times() {
    return times;
  }

  /**
   * Where the signature was logged.
   *
   * @return unmodifiable; empty only if no log was required
   */
  public List<VerifiedLogEntry> logEntries() {
    return logEntries;
  }

  /**
   * Where the certificate was logged.
   *
   * @return unmodifiable, the names of the certificate logs in the trusted root; empty for a key,
   *     or if none was required
   */
  public List<String> certificateLogs() {
    return certificateLogs;
  }

  @Override
  public String toString() {
    return "VerifiedBundle["
        + artifact
        + ", "
        + (identity == null ? "key " + key : identity)
        + ", "
        + times
        + ", "
        + logEntries
        + "]";
  }
}
