package io.bartizan.integrity.artifact;

import io.bartizan.core.Reason;
import io.bartizan.core.VerificationException;
import java.io.IOException;

/**
 * Thrown by a verifying stream or channel, in place of its end, when the content must not be
 * believed.
 *
 * <p>An {@code IOException}, so that every consumer of streams already stops on it. Like {@link
 * VerificationException} it is safe to log and carries no stack trace.
 */
public final class StreamVerificationException extends IOException {

  private static final long serialVersionUID = 1L;

  private final transient VerificationException refusal;

  StreamVerificationException(VerificationException refusal) {
    super(refusal.getMessage());
    this.refusal = refusal;
  }

  /**
   * The refusal as other methods of this package throw it, a {@link DigestMismatchException} for
   * one.
   *
   * @return never null on the JVM that threw it; null after Java serialization
   */
  public VerificationException refusal() {
    return refusal;
  }

  /**
   * The stable reason of the refusal.
   *
   * @return an {@link ArtifactReason}
   */
  public Reason reason() {
    return refusal.reason();
  }

  /** Does nothing: refusing costs no more than accepting. */
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
