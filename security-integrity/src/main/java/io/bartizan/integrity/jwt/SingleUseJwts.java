package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked;
import io.bartizan.core.Checked.Accepted;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.core.house.Require;
import io.bartizan.core.house.Span;
import io.bartizan.integrity.lease.Delivery;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that each ask for one piece of work, such as logout tokens, security events and links. The
 * work of each is done at least once, and once where it completes.
 *
 * <p>A token that the verifier accepts is begun under its {@code jti}, which keeps others off for
 * the time of a lease, and must then be {@link VerifiedJwt#complete completed} or {@link
 * VerifiedJwt#abandon abandoned}, as {@link #handle} does. One that is neither can be used again
 * when the lease is over, which is what a crash in between needs. What was completed is refused
 * until no verifier could accept it: until its {@code exp} and 5 minutes more. Immutable,
 * thread-safe; make one and keep it. A guard that is not in memory makes its caller wait; on event
 * loops use {@link AsyncSingleUseJwts}.
 *
 * <pre>{@code
 * SingleUseJwts logouts = SingleUseJwts.of(verifier, guard, Duration.ofSeconds(30));
 * Checked<VerifiedJwt> done = logouts.handle(token, jwt -> sessions.end(jwt.subject()));
 * int status = done.fold(jwt -> 200, refusal -> logouts.status(refusal.reason()));
 * }</pre>
 */
public final class SingleUseJwts {

  private final JwtVerifier verifier;
  private final Delivery.Memory handled;

  private SingleUseJwts(JwtVerifier verifier, Delivery.Memory handled) {
    this.verifier = verifier;
    this.handled = handled;
  }

  /**
   * Single use of the tokens that a verifier accepts, among all who share the guard.
   *
   * @param verifier decides about everything but the use
   * @param guard remembers the tokens' ids; all instances share it
   * @param lease for how long a begun token is kept from others: longer than its work takes at
   *     most, 1 second to 1 day, and shorter than tokens are valid, or a crash would use one up
   * @return immutable and thread-safe
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the lease is out of range, or the verifier accepts tokens
   *     that never expire or uses them up itself
   */
  public static SingleUseJwts of(JwtVerifier verifier, DeliveryGuard guard, Duration lease) {
    Objects.requireNonNull(guard, "guard");
    if (!verifier.tokens().requiresExpiry()) {
      throw new IllegalArgumentException("tokens for single use must expire");
    }
    if (verifier.tokens().isSingleUse()) {
      throw new IllegalArgumentException("single use is set with a lease and without one");
    }
    Duration bounded = Require.within("lease", lease, Duration.ofSeconds(1), Duration.ofDays(1));
    return new SingleUseJwts(verifier, Delivery.Memory.of(guard, bounded, SingleUseJwts::refusal));
  }

  private static Refusal refusal(Begin begin) {
    return switch (begin) {
      case BEGUN -> throw new IllegalStateException("begun is no refusal");
      case BUSY -> Refusal.of(JwtReason.IN_PROGRESS, "the token is being handled");
      case DUPLICATE ->
          Refusal.of(JwtReason.DUPLICATE, "the jti was used before, not certainly by this token");
      case REPLAYED -> Refusal.of(JwtReason.REPLAYED, "the token was handled before");
      case UNDECIDED ->
          Refusal.of(
              JwtReason.REPLAY_UNDECIDED, "nobody can tell whether the token was handled before");
    };
  }

  /**
   * Verifies a token that came without proof of possession, and begins it.
   *
   * @param token the compact form alone; null is refused like any other
   * @return the token's claims, to be completed or abandoned
   * @throws io.bartizan.core.VerificationException if it must not be believed or handled now; its
   *     reason is a {@link JwtReason}
   */
  public VerifiedJwt verify(@Nullable String token) {
    return check(token).orThrow();
  }

  /**
   * Verifies a token and that the request may use it, and begins it.
   *
   * @param token the compact form alone; null is refused like any other
   * @param request the client's certificate or proof
   * @return the token's claims, to be completed or abandoned
   * @throws io.bartizan.core.VerificationException if it must not be believed or handled now; its
   *     reason is a {@link JwtReason}
   * @throws NullPointerException if {@code request} is null
   */
  public VerifiedJwt verify(@Nullable String token, JwtRequest request) {
    return check(token, request).orThrow();
  }

  /**
   * The same as {@link #verify(String)}, with the refusal as a value.
   *
   * @param token the compact form alone; null is refused like any other
   * @return the token, to be completed or abandoned, or the refusal
   */
  public Checked<VerifiedJwt> check(@Nullable String token) {
    return check(token, JwtRequest.bare());
  }

  /**
   * The same as {@link #verify(String, JwtRequest)}, with the refusal as a value.
   *
   * @param token the compact form alone; null is refused like any other
   * @param request the client's certificate or proof
   * @return the token, to be completed or abandoned, or the refusal
   * @throws NullPointerException if {@code request} is null
   */
  public Checked<VerifiedJwt> check(@Nullable String token, JwtRequest request) {
    Objects.requireNonNull(request, "request");
    return verifier.tokens().decideThen(token, request, beginning(token));
  }

  /** The last step of a check: begins what was accepted. */
  UnaryOperator<Checked<VerifiedJwt>> beginning(@Nullable String token) {
    return checked ->
        token != null && checked instanceof Accepted<VerifiedJwt> accepted
            ? begin(token, accepted.value())
            : checked;
  }

  boolean mayBlock() {
    return verifier.tokens().mayBlock() || UsePolicy.mayBlock(handled.guard());
  }

  Duration lease() {
    return handled.lease();
  }

  private Checked<VerifiedJwt> begin(String token, VerifiedJwt jwt) {
    ClaimSet claims = jwt.claimSet();
    String id = claims.id();
    if (id == null) {
      return Checked.rejected(UsePolicy.NO_ID);
    }
    Instant end = UsePolicy.end(claims);
    return Delivery.begin(
            handled,
            () -> end,
            List.of(UsePolicy.scope(jwt)),
            List.of(UsePolicy.id(id)),
            token.getBytes(StandardCharsets.UTF_8))
        .fold(begun -> Checked.accepted(jwt.begun(begun)), Checked::rejected);
  }

  /**
   * The handler of a verified token.
   *
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Handler<X extends Exception> {

    /**
     * Does what the token is for; to return is to have done it.
     *
     * @param jwt verified
     * @throws X if it could not be done, so that the token can be used again
     */
    void handle(VerifiedJwt jwt) throws X;
  }

  /**
   * Verifies a token that came without proof of possession and does what it is for. What the
   * handler throws abandons the token, which can then be used again.
   *
   * @param <X> what the handler may throw
   * @param token the compact form alone; null is refused like any other
   * @param handler is called if the token is accepted
   * @return the token that was handled now, or the refusal
   * @throws X what the handler throws; answer it with 500
   * @throws NullPointerException if {@code handler} is null
   */
  public <X extends Exception> Checked<VerifiedJwt> handle(
      @Nullable String token, Handler<X> handler) throws X {
    return handle(token, JwtRequest.bare(), handler);
  }

  /**
   * Verifies a token and that the request may use it, and does what it is for. What the handler
   * throws abandons the token, which can then be used again.
   *
   * @param <X> what the handler may throw
   * @param token the compact form alone; null is refused like any other
   * @param request the client's certificate or proof
   * @param handler is called if the token is accepted
   * @return the token that was handled now, or the refusal
   * @throws X what the handler throws; answer it with 500
   * @throws NullPointerException if {@code request} or {@code handler} is null
   */
  public <X extends Exception> Checked<VerifiedJwt> handle(
      @Nullable String token, JwtRequest request, Handler<X> handler) throws X {
    Objects.requireNonNull(handler, "handler");
    Checked<VerifiedJwt> checked = check(token, request);
    if (!checked.isAccepted()) {
      return checked;
    }
    VerifiedJwt accepted = checked.orThrow();
    Delivery.<X>handle(() -> handler.handle(accepted), accepted::complete, accepted::abandon);
    return checked;
  }

  /**
   * The HTTP status to answer a refused token with, so that whoever sent it does what is right.
   *
   * @param reason why it was refused
   * @return 200 for {@link JwtReason#REPLAYED}: it was done before and is not to be sent again,
   *     which gives the caller no right to what the handler made then; 409 for {@link
   *     JwtReason#DUPLICATE}, where nobody knows whether its work was done; 503 where the sender
   *     should try again; else 401, as {@link AuthenticationScheme#status} says
   * @throws NullPointerException if {@code reason} is null
   */
  public int status(Reason reason) {
    Objects.requireNonNull(reason, "reason");
    if (reason == JwtReason.REPLAYED) {
      return 200;
    }
    return reason == JwtReason.DUPLICATE ? 409 : AuthenticationScheme.bearer().status(reason);
  }

  /** The verifier's settings and the lease. */
  @Override
  public String toString() {
    return "SingleUseJwts[lease " + Span.exact(handled.lease()) + ", " + verifier + "]";
  }
}
