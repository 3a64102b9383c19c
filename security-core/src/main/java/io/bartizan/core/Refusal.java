package io.bartizan.core;

import java.util.Objects;

/**
 * The reason for which something was refused: a stable code for programs and a sentence for people.
 *
 * <p>It is the same value in every module: {@link Checked.Rejected} holds one, and every exception
 * that means a refusal carries one ({@link Refused}). A form of it may add facts. Immutable,
 * thread-safe and safe to log: it never holds a token, a key or a payload, and its control
 * characters are escaped. One object may serve every refusal of its kind.
 *
 * <pre>{@code
 * Checked<SignedValue> cart = values.check(cookie);
 * String page = cart.fold(value -> show(value), refusal -> login(refusal.reason()));
 * }</pre>
 */
public class Refusal {

  /** Room for two SHA-512 digests and a file name. */
  private static final int MAX_DETAIL_CHARS = 1_000;

  private final Reason reason;
  private final String detail;
  private final Checked.Rejected<?> rejected;

  /**
   * A refusal.
   *
   * @param reason the stable reason
   * @param detail a sentence for people; passed through {@link SafeText#of} with room for 1 000
   *     characters
   * @throws NullPointerException if an argument is null
   */
  protected Refusal(Reason reason, String detail) {
    this.reason = Objects.requireNonNull(reason, "reason");
    this.detail = SafeText.of(Objects.requireNonNull(detail, "detail"), MAX_DETAIL_CHARS);
    this.rejected = new Checked.Rejected<>(this);
  }

  /**
   * A refusal without further facts.
   *
   * @param reason the stable reason
   * @param detail a sentence for people; passed through {@link SafeText#of} with room for 1 000
   *     characters
   * @return the refusal
   * @throws NullPointerException if an argument is null
   */
  public static Refusal of(Reason reason, String detail) {
    return new Refusal(reason, detail);
  }

  /**
   * The stable reason.
   *
   * @return a constant of the reasons of the package that refused
   */
  public final Reason reason() {
    return reason;
  }

  /**
   * What was wrong, for people.
   *
   * @return printable text on one line, without the reason's code
   */
  public final String detail() {
    return detail;
  }

  /**
   * The reason's code and the detail, such as {@code expired: exp passed 3 min ago}.
   *
   * @return printable text on one line; the message of the exception that carries this refusal
   */
  public final String message() {
    return reason.code() + ": " + detail;
  }

  /** The outcome that this refusal means; made once, since nothing in it can change. */
  @SuppressWarnings("unchecked") // a rejected outcome holds no value of the type
  final <T> Checked.Rejected<T> rejected() {
    return (Checked.Rejected<T>) rejected;
  }

  @Override
  public final String toString() {
    return message();
  }
}
