package io.bartizan.integrity.jwt;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A {@link JwtVerifier} that never makes its caller wait, for event loops (WebFlux, Netty, Vert.x).
 *
 * <p>Where the keys are at hand, which is nearly always, a check is done on the caller's thread and
 * its stage is complete when it is returned. A token of a key that is not there yet gets a stage
 * that completes when the fetch of its issuer's keys has ended, or the fetch's time-out; it is the
 * same fetch that blocking checks wait for, and no thread is parked. Of these 4096 may wait for one
 * source of keys; a further one is refused at once as {@link JwtReason#KEYS_UNAVAILABLE}. What
 * comes after a fetch is done by an executor: the JDK's common pool unless another is set. So is
 * the whole check of a verifier whose {@link io.bartizan.integrity.replay.ReplayGuard guard} is not
 * in memory, for asking such a guard takes its time on that executor's thread.
 *
 * <p>Verdicts, and what listeners hear, are those of the verifier. To cancel a stage ends nothing
 * for others. Tokens that each ask for one piece of work take {@link AsyncSingleUseJwts}.
 * Thread-safe.
 *
 * <pre>{@code
 * AsyncJwtVerifier async = AsyncJwtVerifier.of(api);
 * CompletionStage<Checked<VerifiedJwt>> checked = async.check(token); // Mono.fromCompletionStage
 * }</pre>
 */
public final class AsyncJwtVerifier {

  private static final Refusal REJECTED =
      Refusal.of(
          JwtReason.KEYS_UNAVAILABLE,
          "the executor took no more work, so nobody looked at the token");

  private final JwtVerifier verifier;
  private final Executor executor;

  private AsyncJwtVerifier(Builder builder) {
    verifier = builder.verifier;
    executor = builder.executor;
  }

  /**
   * A verifier that never waits, with all defaults: what can't be done at once is done by the JDK's
   * common pool.
   *
   * @param verifier decides
   * @return immutable and thread-safe
   * @throws NullPointerException if {@code verifier} is null
   */
  public static AsyncJwtVerifier of(JwtVerifier verifier) {
    return builder(verifier).build();
  }

  /**
   * A verifier that never waits, with settings.
   *
   * @param verifier decides
   * @return a builder
   * @throws NullPointerException if {@code verifier} is null
   */
  public static Builder builder(JwtVerifier verifier) {
    return new Builder(Objects.requireNonNull(verifier, "verifier"));
  }

  /**
   * Verifies a token that came without proof of possession; one that is bound is refused.
   *
   * @param token the compact form alone, without {@code Bearer}; null (an absent header) is refused
   *     like any other
   * @return completes with the token's claims or the refusal, and exceptionally only where {@link
   *     JwtVerifier#check(String)} would throw
   */
  public CompletionStage<Checked<VerifiedJwt>> check(@Nullable String token) {
    return check(token, JwtRequest.bare());
  }

  /**
   * Verifies a token and that the request may use it.
   *
   * @param token the compact form alone, without {@code Bearer} or {@code DPoP}; null (an absent
   *     header) is refused like any other
   * @param request the client's certificate or proof
   * @return completes with the token's claims or the refusal, and exceptionally only where {@link
   *     JwtVerifier#check(String, JwtRequest)} would throw
   * @throws NullPointerException if {@code request} is null
   */
  public CompletionStage<Checked<VerifiedJwt>> check(@Nullable String token, JwtRequest request) {
    Objects.requireNonNull(request, "request");
    return check(token, request, verifier.tokens().mayBlock(), checked -> checked);
  }

  /** The same with a last step, which decides what listeners hear. */
  CompletableFuture<Checked<VerifiedJwt>> check(
      @Nullable String token,
      JwtRequest request,
      boolean mayBlock,
      UnaryOperator<Checked<VerifiedJwt>> last) {
    TokenCheck tokens = verifier.tokens();
    CompletableFuture<Checked<VerifiedJwt>> checked;
    if (mayBlock) {
      checked =
          CompletableFuture.completedFuture(tokens)
              .thenComposeAsync(same -> same.decideLater(token, request, last, executor), executor);
    } else {
      try {
        checked = tokens.decideLater(token, request, last, executor);
      } catch (Exception | Error e) { // the application's list or guard
        return CompletableFuture.failedFuture(e);
      }
    }
    return checked.isDone() && !checked.isCompletedExceptionally()
        ? checked
        : checked.exceptionallyCompose(
            problem -> {
              Throwable cause = problem.getCause() == null ? problem : problem.getCause();
              return cause instanceof RejectedExecutionException
                  ? CompletableFuture.completedFuture(tokens.told(Checked.rejected(REJECTED)))
                  : CompletableFuture.failedFuture(cause);
            });
  }

  JwtVerifier verifier() {
    return verifier;
  }

  Executor executor() {
    return executor;
  }

  /** The verifier's settings. */
  @Override
  public String toString() {
    return "AsyncJwtVerifier[" + verifier + "]";
  }

  /** The optional settings of {@link AsyncJwtVerifier}. Not thread-safe. */
  public static final class Builder {

    private final JwtVerifier verifier;
    private Executor executor = ForkJoinPool.commonPool();

    private Builder(JwtVerifier verifier) {
      this.verifier = verifier;
    }

    /**
     * Who does what comes after a fetch of keys, and asks guards that are not in memory.
     *
     * @param worker runs the rest of a check; if it takes no more, the token is refused as {@link
     *     JwtReason#KEYS_UNAVAILABLE}. The JDK's common pool unless set
     * @return this
     * @throws NullPointerException if {@code worker} is null
     */
    public Builder withExecutor(Executor worker) {
      this.executor = Objects.requireNonNull(worker, "worker");
      return this;
    }

    /**
     * The verifier with these settings.
     *
     * @return immutable and thread-safe
     */
    public AsyncJwtVerifier build() {
      return new AsyncJwtVerifier(this);
    }
  }
}
