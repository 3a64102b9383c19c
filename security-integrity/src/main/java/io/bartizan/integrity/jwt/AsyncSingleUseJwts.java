package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked;
import io.bartizan.core.Checked.Accepted;
import io.bartizan.core.Reason;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.lease.Delivery;
import io.bartizan.integrity.replay.DeliveryGuard;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@link SingleUseJwts} for event loops, whose handler gives a stage and whose caller never waits.
 *
 * <p>A token is verified and begun, then the handler is called, and when its stage has ended the
 * token is completed, or abandoned if the stage failed or was cancelled, or if the handler threw.
 * To cancel the stage that {@link #handle} gave ends no work: a token whose handler was not called
 * yet is abandoned, any other is completed or abandoned by the handler's own stage.
 *
 * <p>A stage that takes longer than the lease, or never completes, keeps others off no longer than
 * the lease: the caller is then answered with {@link JwtReason#IN_PROGRESS}, and a second handler
 * may run beside the first, whose end is still told to the guard.
 *
 * <p>A guard in memory is asked on the thread of the caller and of the handler's stage, any other
 * one by the verifier's executor. If that takes no more work, a new token is refused as {@link
 * JwtReason#KEYS_UNAVAILABLE}, and one whose handler has ended can be used again when its lease is
 * over. Immutable, thread-safe; make one and keep it.
 *
 * <pre>{@code
 * AsyncSingleUseJwts logouts =
 *     AsyncSingleUseJwts.of(AsyncJwtVerifier.of(verifier), guard, Duration.ofSeconds(30));
 * CompletionStage<Integer> status =
 *     logouts
 *         .handle(token, jwt -> sessions.end(jwt.subject())) // gives a CompletionStage
 *         .thenApply(done -> done.fold(jwt -> 200, refusal -> logouts.status(refusal.reason())));
 * }</pre>
 */
public final class AsyncSingleUseJwts {

  private static final Checked<VerifiedJwt> LATE =
      Checked.rejected(
          Refusal.of(JwtReason.IN_PROGRESS, "the token's work did not end within its lease"));

  private final AsyncJwtVerifier verifier;
  private final SingleUseJwts tokens;

  private AsyncSingleUseJwts(AsyncJwtVerifier verifier, SingleUseJwts tokens) {
    this.verifier = verifier;
    this.tokens = tokens;
  }

  /**
   * Single use of the tokens that a verifier accepts, among all who share the guard, {@link
   * SingleUseJwts} included.
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
  public static AsyncSingleUseJwts of(
      AsyncJwtVerifier verifier, DeliveryGuard guard, Duration lease) {
    return new AsyncSingleUseJwts(verifier, SingleUseJwts.of(verifier.verifier(), guard, lease));
  }

  /**
   * Verifies a token that came without proof of possession and does what it is for.
   *
   * @param token the compact form alone; null is refused like any other
   * @param handler is called if the token is accepted, on the caller's thread or the executor's;
   *     must not block
   * @return completes with the token that was handled now, or the refusal; exceptionally with what
   *     the handler threw or its stage failed with, to be answered with 500
   * @throws NullPointerException if {@code handler} is null
   */
  public CompletionStage<Checked<VerifiedJwt>> handle(
      @Nullable String token, Function<VerifiedJwt, ? extends CompletionStage<?>> handler) {
    return handle(token, JwtRequest.bare(), handler);
  }

  /**
   * Verifies a token and that the request may use it, and does what it is for.
   *
   * @param token the compact form alone; null is refused like any other
   * @param request the client's certificate or proof
   * @param handler is called if the token is accepted, on the caller's thread or the executor's;
   *     must not block
   * @return completes with the token that was handled now, or the refusal; exceptionally with what
   *     the handler threw or its stage failed with, to be answered with 500
   * @throws NullPointerException if {@code request} or {@code handler} is null
   */
  public CompletionStage<Checked<VerifiedJwt>> handle(
      @Nullable String token,
      JwtRequest request,
      Function<VerifiedJwt, ? extends CompletionStage<?>> handler) {
    Objects.requireNonNull(request, "request");
    Objects.requireNonNull(handler, "handler");
    CompletableFuture<Checked<VerifiedJwt>> answer = new CompletableFuture<>();
    var unused =
        verifier
            .check(token, request, tokens.mayBlock(), tokens.beginning(token))
            .thenCompose(
                checked ->
                    checked instanceof Accepted<VerifiedJwt> accepted
                        ? handleBegun(accepted.value(), handler, answer)
                        : CompletableFuture.completedFuture(checked))
            .whenComplete(
                (checked, problem) -> {
                  if (problem == null) {
                    answer.complete(checked);
                  } else {
                    answer.completeExceptionally(Delivery.unwrapped(problem));
                  }
                });
    return answer;
  }

  private CompletableFuture<Checked<VerifiedJwt>> handleBegun(
      VerifiedJwt jwt,
      Function<VerifiedJwt, ? extends CompletionStage<?>> handler,
      CompletableFuture<?> answer) {
    Executor teller = tokens.mayBlock() ? verifier.executor() : Runnable::run;
    return Delivery.handleLater(
            () -> {
              if (answer.isDone()) {
                throw new CancellationException("nobody waits for the answer");
              }
              return handler.apply(jwt);
            },
            jwt::complete,
            jwt::abandon,
            tokens.lease(),
            teller,
            verifier.executor())
        .thenApply(done -> done ? Checked.accepted(jwt) : LATE);
  }

  /**
   * The HTTP status to answer a refused token with, as {@link SingleUseJwts#status} says.
   *
   * @param reason why it was refused
   * @return 200 for what was done before, 503 where the sender should try again, 409 where nobody
   *     knows whether the work was done, else 401
   * @throws NullPointerException if {@code reason} is null
   */
  public int status(Reason reason) {
    return tokens.status(reason);
  }

  /** The verifier's settings and the lease. */
  @Override
  public String toString() {
    return "Async" + tokens;
  }
}
