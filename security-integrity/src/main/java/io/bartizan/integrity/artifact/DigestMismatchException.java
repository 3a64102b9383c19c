package io.bartizan.integrity.artifact;

import io.bartizan.core.VerificationException;

/** Thrown when content has another digest than the expected one; both are told. */
public final class DigestMismatchException extends VerificationException {

  private static final long serialVersionUID = 1L;

  private final transient Digest expected;
  private final transient Digest actual;

  DigestMismatchException(Digest expected, Digest actual, String where) {
    super(
        ArtifactReason.DIGEST_MISMATCH,
        "expected " + expected + ", found " + actual + DigestPass.suffix(where));
    this.expected = expected;
    this.actual = actual;
  }

  /**
   * What the content should have been.
   *
   * @return never null on the JVM that threw it; null after Java serialization
   */
  public Digest expected() {
    return expected;
  }

  /**
   * What the content is.
   *
   * @return never null on the JVM that threw it; null after Java serialization
   */
  public Digest actual() {
    return actual;
  }
}
