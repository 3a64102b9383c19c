package io.bartizan.core;

/**
 * Thrown by every {@code verify} when a token, signature, digest or value is not valid.
 *
 * <p>The {@link #reason()} is for programs, the message is for people and safe to log: it never
 * holds a token, a key or a payload, and its control characters are escaped. It carries no stack
 * trace, so that refusing costs no more than accepting, and it is unchecked, so that a caller who
 * forgets it fails closed.
 */
public final class VerificationException extends RuntimeException implements Refused {

  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  /**
   * Throws a refusal.
   *
   * @param refusal why; its message becomes this exception's
   * @throws NullPointerException if {@code refusal} is null
   */
  public VerificationException(Refusal refusal) {
    super(refusal.message(), null, false, false);
    this.refusal = refusal;
  }

  /**
   * Throws a refusal without further facts.
   *
   * @param reason the stable reason
   * @param detail a sentence for people; passed through {@link SafeText#of} with room for 1 000
   *     characters
   * @throws NullPointerException if an argument is null
   */
  public VerificationException(Reason reason, String detail) {
    this(Refusal.of(reason, detail));
  }

  @Override
  public Refusal refusal() {
    return refusal;
  }
}
