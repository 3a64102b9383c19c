package io.bartizan.integrity.jwt;

import io.bartizan.core.VerificationException;
import java.util.Objects;
import java.util.function.Function;

/**
 * What {@link JwtVerifier#check} found: {@link Accepted} with the token or {@link Rejected} with
 * the reason, and never both.
 *
 * <pre>{@code
 * String who = verifier.check(token).fold(jwt -> jwt.subject().orElse("?"), refused -> "nobody");
 * }</pre>
 */
public sealed interface JwtResult {

  /**
   * Continues with the token or with the refusal.
   *
   * @param <R> what the functions give
   * @param accepted what to do with a verified token
   * @param rejected what to do with a refusal
   * @return what the chosen function returned
   */
  <R> R fold(
      Function<? super VerifiedJwt, ? extends R> accepted,
      Function<? super Rejected, ? extends R> rejected);

  /**
   * Whether the token was accepted.
   *
   * @return whether this is {@link Accepted}
   */
  default boolean isAccepted() {
    return this instanceof Accepted;
  }

  /** The token is what it claims to be. */
  final class Accepted implements JwtResult {
    private final VerifiedJwt jwt;

    Accepted(VerifiedJwt jwt) {
      this.jwt = jwt;
    }

    /**
     * The token.
     *
     * @return never null
     */
    public VerifiedJwt jwt() {
      return jwt;
    }

    @Override
    public <R> R fold(
        Function<? super VerifiedJwt, ? extends R> accepted,
        Function<? super Rejected, ? extends R> rejected) {
      Objects.requireNonNull(rejected, "rejected");
      return accepted.apply(jwt);
    }

    @Override
    public String toString() {
      return "Accepted[" + jwt + "]";
    }
  }

  /** The token must not be believed; nothing of it can be reached from here. */
  final class Rejected implements JwtResult {
    private final JwtReason reason;
    private final VerificationException exception;

    /** The exception has no stack trace and can't be changed, so it is made once and shared. */
    private Rejected(JwtReason reason, String detail) {
      this.reason = reason;
      this.exception = new VerificationException(reason, detail);
    }

    static Rejected of(JwtReason reason, String detail) {
      return new Rejected(reason, detail);
    }

    /**
     * The stable reason.
     *
     * @return never null
     */
    public JwtReason reason() {
      return reason;
    }

    /**
     * A sentence for people that is safe to log.
     *
     * @return the reason's code and a detail without any part of the token's payload
     */
    public String detail() {
      return String.valueOf(exception.getMessage());
    }

    VerificationException exception() {
      return exception;
    }

    @Override
    public <R> R fold(
        Function<? super VerifiedJwt, ? extends R> accepted,
        Function<? super Rejected, ? extends R> rejected) {
      Objects.requireNonNull(accepted, "accepted");
      return rejected.apply(this);
    }

    @Override
    public String toString() {
      return "Rejected[" + detail() + "]";
    }
  }
}
