package io.bartizan.integrity.artifact;

import io.bartizan.core.Refusal;
import io.bartizan.core.Refused;
import java.io.IOException;

/**
 * Thrown by a verifying stream or channel at its end if the content does not match.
 *
 * <p>An {@code IOException}, so that every consumer of streams already stops on it. Like {@link
 * io.bartizan.core.VerificationException} it is safe to log and carries no stack trace.
 */
public final class StreamVerificationException extends IOException implements Refused {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  StreamVerificationException(Refusal refusal) {
    super(refusal.message());
    this.refusal = refusal;
  }

  /** {@inheritDoc} A {@link DigestMismatch} tells both digests. */
  @Override
  public Refusal refusal() {
    return refusal;
  }

  /** Does nothing: refusing costs no more than accepting. */
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
