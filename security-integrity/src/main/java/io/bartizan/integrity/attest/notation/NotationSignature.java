package io.bartizan.integrity.attest.notation;

import io.bartizan.core.Refusal;
import io.bartizan.core.SafeText;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A Notation signature that was verified against a policy. Immutable, thread-safe. */
public final class NotationSignature {

  private final X509Certificate signer;
  private final SignedAttributes attributes;
  private final @Nullable Instant time;
  private final Map<String, String> annotations;
  private final List<Refusal> logged;

  NotationSignature(
      X509Certificate signer,
      SignedAttributes attributes,
      @Nullable Instant time,
      Map<String, String> annotations,
      List<Refusal> logged) {
    this.signer = signer;
    this.attributes = attributes;
    this.time = time;
    this.annotations = Map.copyOf(annotations);
    this.logged = List.copyOf(logged);
  }

  /**
   * The signer's certificate.
   *
   * @return the leaf of the chain
   */
  public X509Certificate signer() {
    return signer;
  }

  /**
   * Who vouches for the signer.
   *
   * @return the signing scheme
   */
  public NotationScheme scheme() {
    return attributes.scheme();
  }

  /**
   * When it was signed, by the word of a timestamp authority or signing authority that the policy
   * trusts.
   *
   * @return empty if nobody but the signer says it
   */
  public Optional<Instant> signedAt() {
    return Optional.ofNullable(time);
  }

  /**
   * Until when the signature counts.
   *
   * @return empty if it has no end of its own
   */
  public Optional<Instant> expiresAt() {
    return Optional.ofNullable(attributes.expiry());
  }

  /**
   * The signer's remarks on the artifact, signed with it.
   *
   * @return unmodifiable
   */
  public Map<String, String> annotations() {
    return annotations;
  }

  /**
   * What did not hold and is only logged by the policy's level or overrides.
   *
   * @return empty if all that was checked holds; what the policy skips is not in it
   */
  public List<Refusal> notEnforced() {
    return logged;
  }

  /** The signer, the scheme and the times. */
  @Override
  public String toString() {
    return "NotationSignature["
        + SafeText.of(signer.getSubjectX500Principal().getName())
        + ", "
        + scheme().label()
        + (time == null ? "" : ", signed at " + time)
        + (logged.isEmpty() ? "" : ", not enforced: " + logged)
        + "]";
  }
}
