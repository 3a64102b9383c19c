package io.bartizan.integrity.attest;

import io.bartizan.integrity.artifact.PinnedKey;
import java.util.List;
import java.util.Set;

/** A payload that enough of the keys have signed. Immutable, thread-safe. */
public final class VerifiedEnvelope {

  private final String payloadType;
  private final byte[] payload;
  private final List<PinnedKey> signers;

  VerifiedEnvelope(String payloadType, byte[] payload, Set<PinnedKey> signers) {
    this.payloadType = payloadType;
    this.payload = payload;
    this.signers = List.copyOf(signers);
  }

  /**
   * What kind of payload it is.
   *
   * @return the type that was asked for
   */
  public String payloadType() {
    return payloadType;
  }

  /**
   * The very bytes that were signed.
   *
   * @return a new array
   */
  public byte[] payload() {
    return payload.clone();
  }

  /** The payload without a copy. */
  byte[] bytes() {
    return payload;
  }

  /**
   * Who signed, as many as were needed.
   *
   * @return at least one key
   */
  public List<PinnedKey> signers() {
    return signers;
  }

  @Override
  public String toString() {
    return "VerifiedEnvelope[" + payloadType + ", " + payload.length + " bytes, " + signers + "]";
  }
}
