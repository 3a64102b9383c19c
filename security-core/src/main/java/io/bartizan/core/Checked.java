package io.bartizan.core;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The result of a verification without exceptions: the verified value, or the refusal with its
 * reason.
 *
 * <p>It is the same decision as the {@code verify} beside it, as a value instead of an exception.
 * The verified value can be reached only where a refusal can't be missed: through {@link #fold},
 * {@link #orThrow} or a match on {@link Accepted}.
 *
 * <pre>{@code
 * String page = values.check(cookie).fold(value -> show(value), refusal -> login(refusal.reason()));
 * }</pre>
 *
 * @param <T> the type that only verification can make
 */
public sealed interface Checked<T> permits Checked.Accepted, Checked.Rejected {

  /**
   * Runs a verification and keeps what it returned or how it refused; other exceptions pass.
   *
   * @param <T> the verified type
   * @param <X> what the verification may throw besides refusals
   * @param verification returns the verified value or throws {@link VerificationException}
   * @return the outcome
   * @throws X if the verification throws it
   * @throws NullPointerException if {@code verification} is null or returns null
   */
  static <T, X extends Exception> Checked<T> of(Verification<? extends T, X> verification)
      throws X {
    try {
      return accepted(verification.run());
    } catch (VerificationException e) {
      return rejected(e.refusal());
    }
  }

  /**
   * The outcome of a verification that accepted.
   *
   * @param <T> the verified type
   * @param value what was verified
   * @return the outcome
   * @throws NullPointerException if {@code value} is null
   */
  static <T> Accepted<T> accepted(T value) {
    return new Accepted<>(value);
  }

  /**
   * The outcome of a verification that refused, without the cost of throwing; the same object for
   * the same refusal.
   *
   * @param <T> the type that was not verified
   * @param refusal why
   * @return the outcome
   * @throws NullPointerException if {@code refusal} is null
   */
  static <T> Rejected<T> rejected(Refusal refusal) {
    return refusal.rejected();
  }

  /**
   * Turns either outcome into one result.
   *
   * @param <R> the result; null is one too, such as for "nobody"
   * @param accepted gets the verified value
   * @param rejected gets the refusal
   * @return what the called function returned, null included
   */
  <R extends @Nullable Object> R fold(
      Function<? super T, ? extends R> accepted, Function<? super Refusal, ? extends R> rejected);

  /**
   * The verified value.
   *
   * @return never null
   * @throws VerificationException if the value was refused; it carries the refusal
   */
  T orThrow();

  /**
   * Whether the value was accepted.
   *
   * @return true if {@link #orThrow} returns
   */
  boolean isAccepted();

  /**
   * A value that was verified.
   *
   * @param <T> the verified type
   */
  final class Accepted<T> implements Checked<T> {
    private final T value;

    private Accepted(T value) {
      this.value = Objects.requireNonNull(value, "value");
    }

    /**
     * The verified value.
     *
     * @return never null
     */
    public T value() {
      return value;
    }

    @Override
    public <R extends @Nullable Object> R fold(
        Function<? super T, ? extends R> accepted,
        Function<? super Refusal, ? extends R> rejected) {
      return accepted.apply(value);
    }

    @Override
    public T orThrow() {
      return value;
    }

    @Override
    public boolean isAccepted() {
      return true;
    }

    @Override
    public String toString() {
      return "Accepted[" + value + "]";
    }
  }

  /**
   * What was refused, and why.
   *
   * @param <T> the type that was not verified
   */
  final class Rejected<T> implements Checked<T> {
    private final Refusal refusal;

    /** For {@link Refusal} alone, which makes its outcome once. */
    Rejected(Refusal refusal) {
      this.refusal = refusal;
    }

    /**
     * Why there is no value.
     *
     * @return the reason for programs and the sentence for people
     */
    public Refusal refusal() {
      return refusal;
    }

    @Override
    public <R extends @Nullable Object> R fold(
        Function<? super T, ? extends R> accepted,
        Function<? super Refusal, ? extends R> rejected) {
      return rejected.apply(refusal);
    }

    @Override
    public T orThrow() {
      throw new VerificationException(refusal);
    }

    @Override
    public boolean isAccepted() {
      return false;
    }

    @Override
    public String toString() {
      return "Rejected[" + refusal + "]";
    }
  }
}
