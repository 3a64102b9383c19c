package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;

/**
 * The refusal of content whose digest differs from the expected one, with both digests. Its reason
 * is {@link ArtifactReason#DIGEST_MISMATCH}.
 */
public final class DigestMismatch extends Refusal {

  private final Digest expected;
  private final Digest actual;

  DigestMismatch(Digest expected, Digest actual, String where) {
    super(
        ArtifactReason.DIGEST_MISMATCH,
        "expected " + expected + ", found " + actual + DigestPass.suffix(where));
    this.expected = expected;
    this.actual = actual;
  }

  /**
   * The digest that was asked for.
   *
   * @return the expected digest
   */
  public Digest expected() {
    return expected;
  }

  /**
   * The digest of what came.
   *
   * @return the actual digest
   */
  public Digest actual() {
    return actual;
  }
}
