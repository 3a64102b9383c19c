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
    this("expected " + expected + ", found " + actual + DigestPass.suffix(where), expected, actual);
  }

  private DigestMismatch(String detail, Digest expected, Digest actual) {
    super(ArtifactReason.DIGEST_MISMATCH, detail);
    this.expected = expected;
    this.actual = actual;
  }

  DigestMismatch and(String more) {
    return new DigestMismatch(detail() + "; " + more, expected, actual);
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
