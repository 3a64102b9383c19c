package io.bartizan.core;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What every {@code check} returns: the verified value, or why there is none.
 *
 * <p>It is the same decision as the {@code verify} beside it, as a value instead of an exception.
 * The verified value can be reached through {@link #fold} and {@link #orThrow} alone, so that a
 * refusal can't be overlooked.
 *
 * <pre>{@code
 * String page = values.check(cookie).fold(value -> show(value), refused -> login(refused.reason()));
 * }</pre>
 *
 * @param <T> the type that only verification can make
 */
public sealed interface Checked<T> permits Checked.Accepted, Checked.Rejected {

  /**
   * Runs a verification and keeps what it returned or how it refused; other exceptions pass.
   *
   * @param <T> the verified type
   * @param verification returns the verified value or throws {@link VerificationException}
   * @return the outcome
   * @throws NullPointerException if {@code verification} is null or returns null
   */
  static <T> Checked<T> of(Supplier<? extends T> verification) {
    try {
      return accepted(verification.get());
    } catch (VerificationException refusal) {
      return rejected(refusal);
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
   * The outcome of a verification that refused, without the cost of throwing; one object may serve
   * every refusal of its kind, since nothing in it can change.
   *
   * @param <T> the type that was not verified
   * @param refusal what {@code verify} would throw
   * @return the outcome
   * @throws NullPointerException if {@code refusal} is null
   */
  static <T> Rejected<T> rejected(VerificationException refusal) {
    return new Rejected<>(refusal);
  }

  /**
   * Turns either outcome into one result.
   *
   * @param <R> the result
   * @param accepted gets the verified value
   * @param rejected gets the refusal
   * @return what the called function returned
   */
  <R> R fold(
      Function<? super T, ? extends R> accepted,
      Function<? super Rejected<T>, ? extends R> rejected);

  /**
   * The verified value.
   *
   * @return never null
   * @throws VerificationException if the value was refused
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
    public <R> R fold(
        Function<? super T, ? extends R> accepted,
        Function<? super Rejected<T>, ? extends R> rejected) {
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
   * A refusal: a stable reason for programs and a sentence for people.
   *
   * @param <T> the type that was not verified
   */
  final class Rejected<T> implements Checked<T> {
    private final VerificationException refusal;

    private Rejected(VerificationException refusal) {
      this.refusal = Objects.requireNonNull(refusal, "refusal");
    }

    /**
     * The stable reason.
     *
     * @return a constant of the module's reasons
     */
    public Reason reason() {
      return refusal.reason();
    }

    /**
     * One sentence that is safe to log.
     *
     * @return the message that {@code verify} would have thrown
     */
    public String message() {
      return String.valueOf(refusal.getMessage());
    }

    @Override
    public <R> R fold(
        Function<? super T, ? extends R> accepted,
        Function<? super Rejected<T>, ? extends R> rejected) {
      return rejected.apply(this);
    }

    @Override
    public T orThrow() {
      throw refusal;
    }

    @Override
    public boolean isAccepted() {
      return false;
    }

    @Override
    public String toString() {
      return "Rejected[" + message() + "]";
    }
  }
}
