package io.bartizan.integrity.attest;

import io.bartizan.core.Checked;
import io.bartizan.core.VerificationException;
import io.bartizan.integrity.artifact.PinnedKey;
import java.util.Objects;
import java.util.Set;

/**
 * Verifies DSSE envelopes (Dead Simple Signing Envelope, version 1) of one payload type.
 *
 * <p>The signature covers the type and the payload; key ids are unsigned remarks and not looked at.
 * Signatures are those of {@link PinnedKey}: ECDSA in DER, as Sigstore makes them. An envelope has
 * at most 8 signatures and 16 MiB. Immutable, thread-safe.
 *
 * <pre>{@code
 * DsseVerifier verifier = DsseVerifier.of(SignerKeys.anyOf(key), "application/vnd.in-toto+json");
 * byte[] payload = verifier.verify(envelope).payload();
 * }</pre>
 */
public final class DsseVerifier {

  private final SignerKeys keys;
  private final String payloadType;

  private DsseVerifier(SignerKeys keys, String payloadType) {
    this.keys = Objects.requireNonNull(keys, "keys");
    this.payloadType = Objects.requireNonNull(payloadType, "payloadType");
  }

  /**
   * A verifier.
   *
   * @param keys whose signatures count
   * @param payloadType the one type that is accepted
   * @return a verifier
   * @throws NullPointerException if an argument is null
   */
  public static DsseVerifier of(SignerKeys keys, String payloadType) {
    return new DsseVerifier(keys, payloadType);
  }

  /**
   * Verifies an envelope.
   *
   * @param envelope its JSON, or that of a Sigstore bundle that holds it
   * @return the payload that was signed
   * @throws NullPointerException if {@code envelope} is null
   * @throws VerificationException with an {@link AttestReason} if it is refused
   */
  public VerifiedEnvelope verify(byte[] envelope) {
    return check(envelope).orThrow();
  }

  /**
   * Verifies an envelope without throwing.
   *
   * @param envelope its JSON, or that of a Sigstore bundle that holds it
   * @return the payload that was signed, or the refusal
   * @throws NullPointerException if {@code envelope} is null
   */
  public Checked<VerifiedEnvelope> check(byte[] envelope) {
    Objects.requireNonNull(envelope, "envelope");
    return Checked.of(() -> enough(DsseEnvelope.parse(envelope, DsseEnvelope.MAX_BYTES)));
  }

  /** With the signatures of as many keys as are needed. */
  VerifiedEnvelope enough(DsseEnvelope envelope) {
    VerifiedEnvelope verified = anySigner(envelope);
    keys.requireEnough(Set.copyOf(verified.signers()));
    return verified;
  }

  /** For whoever counts the signers of several envelopes. */
  VerifiedEnvelope anySigner(DsseEnvelope envelope) {
    envelope.requireType(payloadType);
    byte[] signed = envelope.preAuthenticationEncoding();
    Set<PinnedKey> signers = keys.signersOf(signed, envelope.signatures);
    if (signers.isEmpty()) {
      throw keys.refusal(signed, envelope.signatures);
    }
    return new VerifiedEnvelope(payloadType, envelope.payload, signers);
  }

  @Override
  public String toString() {
    return "DsseVerifier[" + payloadType + ", " + keys + "]";
  }
}
