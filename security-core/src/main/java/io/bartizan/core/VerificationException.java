package io.bartizan.core;

import java.util.Objects;

/**
 * Thrown by every {@code verify} when what was presented must not be believed.
 *
 * <p>The {@link #reason()} is for programs, the message is for people and safe to log: it never
 * holds a token, a key or a payload, and its control characters are escaped. It carries no stack
 * trace, so that refusing costs no more than accepting, and it is unchecked, so that a caller who
 * forgets it fails closed.
 */
public class VerificationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Room for two SHA-512 digests and a file name. */
  private static final int MAX_DETAIL_CHARS = 1_000;

  private final transient Reason reason;

  /**
   * A refusal.
   *
   * @param reason the stable reason
   * @param detail a sentence for people; passed through {@link SafeText#of} with room for 1 000
   *     characters
   * @throws NullPointerException if an argument is null
   */
  public VerificationException(Reason reason, String detail) {
    super(reason.code() + ": " + SafeText.of(detail, MAX_DETAIL_CHARS), null, false, false);
    this.reason = Objects.requireNonNull(reason, "reason");
  }

  /**
   * The stable reason of the refusal.
   *
   * @return never null on the JVM that threw it; null after Java serialization
   */
  public final Reason reason() {
    return reason;
  }
}
