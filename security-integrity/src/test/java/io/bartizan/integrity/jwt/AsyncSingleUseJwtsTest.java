package io.bartizan.integrity.jwt;

import static io.bartizan.integrity.jwt.Forge.GOOD;
import static io.bartizan.integrity.jwt.Forge.token;
import static io.bartizan.integrity.jwt.JwsAlgorithm.ES256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bartizan.core.Checked;
import io.bartizan.core.Refusal;
import io.bartizan.integrity.lease.FlakyGuard;
import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.InMemoryReplayGuard;
import io.bartizan.testkit.ManualInstantSource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** TK-01, TK-15: what the doors' contract can't say of a handler whose end comes later. */
class AsyncSingleUseJwtsTest {

  private static final Duration LEASE = Duration.ofMinutes(2);
  private static final String TOKEN = token("{\"alg\":\"ES256\",\"kid\":\"k1\"}", GOOD, ES256);
  private static final String SET = "{\"keys\":[" + EcJwk.of(Keys.publicKey(ES256), "k1") + "]}";

  private final ManualInstantSource clock = Forge.clock();
  private final InMemoryReplayGuard memory =
      InMemoryReplayGuard.builder(100).withClock(clock).build();

  /** Does the same, and can't be known to be in memory. */
  private final DeliveryGuard far = new FlakyGuard(memory, new SplittableRandom(1));

  private static AsyncSingleUseJwts tokens(
      DeliveryGuard guard, Duration lease, Executor executor, JwtKeys keys) {
    JwtVerifier verifier = Forge.verifier(TrustedIssuer.of(Forge.ISSUER, keys, ES256)).build();
    return AsyncSingleUseJwts.of(
        AsyncJwtVerifier.builder(verifier).withExecutor(executor).build(), guard, lease);
  }

  private static AsyncSingleUseJwts tokens(DeliveryGuard guard, Executor executor) {
    return tokens(guard, LEASE, executor, Keys.verifying(ES256));
  }

  private static final Executor NEVER =
      task -> {
        throw new AssertionError("nothing is left to do");
      };

  private static CompletableFuture<?> atOnce(VerifiedJwt jwt) {
    return CompletableFuture.completedFuture(jwt.issuer());
  }

  private static CompletableFuture<Checked<VerifiedJwt>> handle(
      AsyncSingleUseJwts tokens, Function<VerifiedJwt, ? extends CompletableFuture<?>> handler) {
    return tokens.handle(TOKEN, handler).toCompletableFuture();
  }

  private static Object reason(CompletableFuture<Checked<VerifiedJwt>> answer) {
    return answer
        .orTimeout(1, TimeUnit.MINUTES)
        .join()
        .<Object>fold(jwt -> "accepted", Refusal::reason);
  }

  private static @Nullable Throwable problem(CompletableFuture<Checked<VerifiedJwt>> answer) {
    return answer.orTimeout(1, TimeUnit.MINUTES).handle((done, problem) -> problem).join();
  }

  @Test
  void TK01_guardInMemory_isAskedOnTheThreadsOfCallerAndHandler() {
    AsyncSingleUseJwts tokens = tokens(memory, NEVER);
    CompletableFuture<String> work = new CompletableFuture<>();
    List<String> handled = new ArrayList<>();
    CompletableFuture<Checked<VerifiedJwt>> answer =
        handle(
            tokens,
            jwt -> {
              handled.add(jwt.subject().orElseThrow());
              return work;
            });
    assertThat(handled).containsExactly("alice");
    assertThat(answer).isNotDone();
    assertThat(reason(handle(tokens, AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo(JwtReason.IN_PROGRESS);
    work.complete("done");
    assertThat(answer).isDone();
    assertThat(reason(answer)).isEqualTo("accepted");
    assertThat(reason(handle(tokens, AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo(JwtReason.REPLAYED);
    assertThat(tokens.status(JwtReason.REPLAYED)).isEqualTo(200);
    assertThat(tokens.status(JwtReason.IN_PROGRESS)).isEqualTo(503);
    assertThat(tokens).asString().contains("AsyncSingleUseJwts[lease 2 minutes");
  }

  @Test
  void TK01_handlerThatFailsInAnyWay_losesNoToken() {
    for (DeliveryGuard guard : List.of(memory, far)) {
      AsyncSingleUseJwts tokens = tokens(guard, ForkJoinPool.commonPool());
      assertThat(
              problem(
                  handle(
                      tokens,
                      jwt -> {
                        throw new IllegalStateException("thrown", new IOException("why"));
                      })))
          .hasMessage("thrown");
      assertThat(
              problem(
                  handle(
                      tokens,
                      jwt -> {
                        throw new StackOverflowError("deep");
                      })))
          .hasMessage("deep");
      assertThat(
              problem(
                  handle(tokens, jwt -> CompletableFuture.failedFuture(new IOException("failed")))))
          .hasMessage("failed");
      assertThat(
              problem(
                  handle(
                      tokens,
                      jwt ->
                          CompletableFuture.failedFuture(new CompletionException("bare", null)))))
          .hasMessage("bare");
      CompletableFuture<String> cancelled = new CompletableFuture<>();
      cancelled.cancel(true);
      assertThat(problem(handle(tokens, jwt -> cancelled)))
          .isInstanceOf(CancellationException.class);
      assertThat(problem(handle(tokens, jwt -> null))).hasMessage("the handler gave no stage");
    }
    assertThat(reason(handle(tokens(memory, NEVER), AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo("accepted");
  }

  @Test
  void TK01_cancelledAnswer_endsNoWorkThatHasBegun() {
    AsyncSingleUseJwts tokens = tokens(memory, NEVER);
    CompletableFuture<String> work = new CompletableFuture<>();
    assertThat(handle(tokens, jwt -> work).cancel(true)).isTrue();
    assertThat(work).isNotDone();
    assertThat(reason(handle(tokens, AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo(JwtReason.IN_PROGRESS);
    work.complete("done");
    assertThat(reason(handle(tokens, AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo(JwtReason.REPLAYED);
  }

  @Test
  void TK01_answerCancelledBeforeTheHandler_isAbandonedAndTheHandlerNotCalled() {
    CompletableFuture<String> set = new CompletableFuture<>();
    Queue<Runnable> queue = new ArrayDeque<>();
    try (RemoteJwks keys = RemoteJwks.builder("late", () -> set).build()) {
      AsyncSingleUseJwts tokens = tokens(memory, LEASE, queue::add, keys);
      List<String> handled = new ArrayList<>();
      CompletableFuture<Checked<VerifiedJwt>> answer =
          handle(
              tokens,
              jwt -> {
                handled.add("called");
                return CompletableFuture.completedFuture("done");
              });
      set.complete(SET);
      answer.cancel(true);
      while (!queue.isEmpty()) {
        queue.remove().run();
      }
      assertThat(handled).isEmpty();
      assertThat(reason(handle(tokens, AsyncSingleUseJwtsTest::atOnce)))
          .as("free at once")
          .isEqualTo("accepted");
    }
  }

  @Test
  void TK01_stageThatNeverCompletes_isAnsweredWhenTheLeaseIsOver() {
    Duration second = Duration.ofSeconds(1);
    AsyncSingleUseJwts tokens =
        tokens(memory, second, ForkJoinPool.commonPool(), Keys.verifying(ES256));
    CompletableFuture<String> stalled = new CompletableFuture<>();
    List<String> threads = new ArrayList<>();
    CompletableFuture<Checked<VerifiedJwt>> answer =
        handle(tokens, jwt -> stalled)
            .whenComplete((done, problem) -> threads.add(Thread.currentThread().getName()));
    assertThat(reason(answer)).isEqualTo(JwtReason.IN_PROGRESS);
    assertThat(threads).noneMatch(name -> name.contains("Delay"));
    assertThat(reason(handle(tokens, AsyncSingleUseJwtsTest::atOnce)))
        .as("the guard's clock stands still")
        .isEqualTo(JwtReason.IN_PROGRESS);
    clock.advance(second.plusMillis(1));
    CompletableFuture<String> next = new CompletableFuture<>();
    CompletableFuture<Checked<VerifiedJwt>> taken = handle(tokens, jwt -> next);
    stalled.completeExceptionally(new IOException("too late to free what another holds"));
    assertThat(reason(handle(tokens, AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo(JwtReason.IN_PROGRESS);
    next.complete("done");
    assertThat(reason(taken)).isEqualTo("accepted");
    assertThat(reason(handle(tokens, AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo(JwtReason.REPLAYED);
  }

  @Test
  void TK01_lateWorkThatNobodyElseBegan_isCompletedAllTheSame() {
    Duration second = Duration.ofSeconds(1);
    AsyncSingleUseJwts tokens =
        tokens(memory, second, ForkJoinPool.commonPool(), Keys.verifying(ES256));
    CompletableFuture<String> slow = new CompletableFuture<>();
    assertThat(reason(handle(tokens, jwt -> slow))).isEqualTo(JwtReason.IN_PROGRESS);
    slow.complete("done");
    clock.advance(second.plusMillis(1));
    assertThat(reason(handle(tokens, AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo(JwtReason.REPLAYED);
  }

  @Test
  void TK01_guardThatIsFar_isAskedByTheExecutorAlone() {
    Queue<Runnable> queue = new ArrayDeque<>();
    AsyncSingleUseJwts tokens = tokens(far, queue::add);
    CompletableFuture<String> work = new CompletableFuture<>();
    CompletableFuture<Checked<VerifiedJwt>> answer = handle(tokens, jwt -> work);
    assertThat(memory.size()).isZero();
    queue.remove().run();
    assertThat(memory.size()).isEqualTo(1);
    work.complete("done");
    assertThat(answer).isNotDone();
    assertThat(reason(handle(tokens(memory, NEVER), AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo(JwtReason.IN_PROGRESS);
    queue.remove().run();
    assertThat(reason(answer)).isEqualTo("accepted");
    assertThat(reason(handle(tokens(memory, NEVER), AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo(JwtReason.REPLAYED);
  }

  @Test
  void TK01_executorThatTakesNoMore_isARefusalBeforeAndALeaseAfter() {
    Queue<Runnable> queue = new ArrayDeque<>();
    boolean[] full = {true};
    AsyncSingleUseJwts tokens =
        tokens(
            far,
            task -> {
              if (full[0]) {
                throw new RejectedExecutionException("full");
              }
              queue.add(task);
            });
    assertThat(reason(handle(tokens, AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo(JwtReason.KEYS_UNAVAILABLE);
    assertThat(memory.size()).isZero();
    for (boolean works : new boolean[] {false, true}) {
      full[0] = false;
      CompletableFuture<String> work = new CompletableFuture<>();
      CompletableFuture<Checked<VerifiedJwt>> answer = handle(tokens, jwt -> work);
      queue.remove().run();
      full[0] = true;
      if (works) {
        work.complete("done");
        assertThat(reason(answer)).isEqualTo("accepted");
      } else {
        work.completeExceptionally(new IOException("failed"));
        assertThat(problem(answer)).hasMessage("failed");
      }
      assertThat(reason(handle(tokens(memory, NEVER), AsyncSingleUseJwtsTest::atOnce)))
          .isEqualTo(JwtReason.IN_PROGRESS);
      clock.advance(LEASE.plusMillis(1));
    }
    assertThat(reason(handle(tokens(memory, NEVER), AsyncSingleUseJwtsTest::atOnce)))
        .isEqualTo("accepted");
  }

  @Test
  void TK01_guardThatThrowsAtTheEnd_failsTheAnswer() {
    DeliveryGuard broken =
        new DeliveryGuard() {
          @Override
          public Use use(String scope, byte[] id, Instant until) {
            return Use.UNDECIDED;
          }

          @Override
          public Begin begin(String scope, byte[] id, byte[] form, String holder, Duration lease) {
            return Begin.BEGUN;
          }

          @Override
          public boolean complete(
              String scope, byte[] id, byte[] form, String holder, Instant until) {
            throw new IllegalStateException("broken");
          }

          @Override
          public boolean abandon(String scope, byte[] id, String holder) {
            return true;
          }
        };
    assertThat(
            problem(
                handle(tokens(broken, ForkJoinPool.commonPool()), AsyncSingleUseJwtsTest::atOnce)))
        .hasMessage("broken");
  }

  /** The example of the Javadoc and of docs/guides/jwt-single-use.md. */
  @Test
  void handle_exampleOfTheDocs_givesTheStatus() {
    AsyncJwtVerifier async = AsyncJwtVerifier.of(Forge.strict(ES256).build());
    AsyncSingleUseJwts logouts = AsyncSingleUseJwts.of(async, memory, Duration.ofSeconds(30));
    List<String> ended = new ArrayList<>();
    for (String each : new String[] {TOKEN, TOKEN, "a.b.c"}) {
      CompletionStage<Integer> status =
          logouts
              .handle(
                  each,
                  jwt -> CompletableFuture.runAsync(() -> ended.add(jwt.subject().orElse(""))))
              .thenApply(
                  done -> done.fold(jwt -> 200, refusal -> logouts.status(refusal.reason())));
      assertThat(status.toCompletableFuture().join()).isEqualTo(each.equals(TOKEN) ? 200 : 401);
    }
    assertThat(ended).containsExactly("alice");
  }

  @Test
  void refusedToken_isNotHandled() {
    AsyncSingleUseJwts tokens = tokens(memory, NEVER);
    CompletableFuture<Checked<VerifiedJwt>> refused =
        tokens
            .handle(
                null,
                jwt -> {
                  throw new AssertionError("handled");
                })
            .toCompletableFuture();
    assertThat(reason(refused)).isEqualTo(JwtReason.MALFORMED);
    assertThat(memory.size()).isZero();
  }

  @Test
  void of_leaseThatCannotHold_isRefusedAsOfTheBlockingOne() {
    AsyncJwtVerifier verifier = AsyncJwtVerifier.of(Forge.strict(ES256).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AsyncSingleUseJwts.of(verifier, memory, Duration.ofMillis(999)))
        .withMessageContaining("lease is 999 milliseconds");
  }
}
