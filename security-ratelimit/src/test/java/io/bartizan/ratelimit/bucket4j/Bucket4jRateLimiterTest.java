package io.bartizan.ratelimit.bucket4j;

import static java.time.temporal.ChronoUnit.HOURS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bartizan.core.Health;
import io.bartizan.core.house.Listeners;
import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.Shadow;
import io.bartizan.ratelimit.TokenBucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A grid that misbehaves in every way it can. */
class Bucket4jRateLimiterTest {

  private static final TokenBucket LIMIT = Limit.tokenBucket(5, Rate.per(5, HOURS)).named("grid");

  private static final Listeners<RateLimitListener> NOBODY =
      Listeners.none(RateLimitListener.class);

  private final List<String> asked = new ArrayList<>();
  private Supplier<CompletableFuture<ConsumptionProbe>> answer =
      () -> CompletableFuture.completedFuture(ConsumptionProbe.consumed(4, 9));

  private final Grid grid =
      new Grid() {
        @Override
        public CompletableFuture<ConsumptionProbe> consume(String key, long permits) {
          asked.add(key);
          return answer.get();
        }

        @Override
        public CompletableFuture<EstimationProbe> estimate(String key, long permits) {
          return answer.get().thenApply(probe -> EstimationProbe.canBeConsumed(4));
        }

        @Override
        public CompletableFuture<EstimationProbe> charge(String key, long permits) {
          asked.add(key + " charged " + permits);
          return answer.get().thenApply(probe -> EstimationProbe.canNotBeConsumed(-3, 7));
        }

        @Override
        public CompletableFuture<Void> add(String key, long permits) {
          return answer.get().thenApply(probe -> null);
        }
      };

  private final Bucket4jRateLimiter limiter =
      new Bucket4jRateLimiter(LIMIT, grid, Duration.ofMillis(20), NOBODY);

  @Test
  void exception_instead_of_a_stage_is_a_failed_stage_and_shows_in_health() {
    answer =
        () -> {
          throw new IllegalStateException("the grid is shut down");
        };
    CompletionStage<Decision> stage = limiter.tryAcquire("k", 1);
    assertThatThrownBy(() -> stage.toCompletableFuture().join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(IllegalStateException.class);
    KeyedRateLimiter blocking = limiter.blocking();
    assertThatThrownBy(() -> blocking.tryAcquire("k"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the grid is shut down");
    assertThatThrownBy(() -> blocking.peek("k", 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> blocking.refund("k", 1)).isInstanceOf(IllegalStateException.class);
    assertThat(blocking.health().status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(limiter.health().detail()).contains("IllegalStateException");
    answer = () -> CompletableFuture.completedFuture(ConsumptionProbe.consumed(4, 9));
    assertThat(blocking.tryAcquire("k").isAllowed()).isTrue();
    assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
  }

  @Test
  void charge_tells_of_one_more_permit_and_is_bounded() {
    Decision owes = limiter.blocking().charge("k", Long.MAX_VALUE);
    assertThat(asked).containsExactly("grid:k charged 4383005");
    assertThat(owes.isAllowed()).isFalse();
    assertThat(owes.permits()).isEqualTo(1);
    assertThat(owes.remaining()).isZero();
    assertThat(owes.retryAfter()).isEqualTo(Duration.ofNanos(7));
    assertThat(owes.resetAfter()).isEqualTo(Duration.ofMinutes(48).plusNanos(7));
    assertThatThrownBy(() -> limiter.charge("k", 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void stage_that_never_completes_ends_with_the_time_out_also_for_an_interrupted_caller() {
    answer = CompletableFuture::new;
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> limiter.blocking().tryAcquire("k"))
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(TimeoutException.class);
    } finally {
      assertThat(Thread.interrupted()).as("kept for the caller").isTrue();
    }
    assertThat(limiter.health().detail()).contains("TimeoutException");
  }

  /** On the timer thread of the JVM it would wait for a time-out that this thread alone ends. */
  @Test
  void dependent_of_a_time_out_may_wait_for_the_next_one() throws Exception {
    answer = CompletableFuture::new;
    CompletableFuture<String> second =
        limiter
            .tryAcquire("k", 1)
            .handle(
                (decision, failure) ->
                    catchThrowable(() -> limiter.blocking().tryAcquire("k")).toString())
            .toCompletableFuture();
    assertThat(second.get(30, TimeUnit.SECONDS)).contains("TimeoutException");
  }

  @Test
  void exception_in_a_callback_of_the_caller_is_his_alone() {
    CompletionStage<String> broken =
        limiter
            .tryAcquire("k", 1)
            .thenApply(
                decision -> {
                  throw new IllegalArgumentException("the caller's");
                });
    assertThatThrownBy(() -> broken.toCompletableFuture().join())
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
  }

  @Test
  void keys_of_different_limits_are_different_on_the_grid() {
    Bucket4jRateLimiter other =
        new Bucket4jRateLimiter(LIMIT.named("other"), grid, Duration.ofSeconds(1), NOBODY);
    assertThat(limiter.blocking().tryAcquire("a:b").isAllowed()).isTrue();
    assertThat(other.blocking().tryAcquire("a:b").isAllowed()).isTrue();
    assertThat(asked).containsExactly("grid:a:b", "other:a:b");
  }

  @Test
  void thrower_between_two_good_listeners_changes_nothing() {
    List<Boolean> first = new ArrayList<>();
    List<Boolean> last = new ArrayList<>();
    Listeners<RateLimitListener> listeners =
        NOBODY
            .and((verb, decision) -> first.add(decision.isAllowed()))
            .and(
                (verb, decision) -> {
                  throw new IllegalStateException("broken");
                })
            .and((verb, decision) -> last.add(decision.isAllowed()));
    Bucket4jRateLimiter heard =
        new Bucket4jRateLimiter(LIMIT, grid, Duration.ofSeconds(1), listeners);
    assertThat(heard.blocking().tryAcquire("k").isAllowed()).isTrue();
    answer = () -> CompletableFuture.completedFuture(ConsumptionProbe.rejected(0, 7, 9));
    assertThat(heard.blocking().tryAcquire("k").isAllowed()).isFalse();
    assertThat(Shadow.of(heard).blocking().tryAcquire("k").isShadowed()).isTrue();
    assertThat(first).containsExactly(true, false, false);
    assertThat(last).isEqualTo(first);
  }

  @Test
  void shadow_of_a_shared_limiter_refuses_nobody_and_fails_as_ever() {
    AsyncKeyedRateLimiter shadow = Shadow.of(limiter);
    answer = () -> CompletableFuture.completedFuture(ConsumptionProbe.rejected(0, 7, 9));
    Decision decision = shadow.tryAcquire("k").toCompletableFuture().join();
    assertThat(decision.isAllowed()).isTrue();
    assertThat(decision.isShadowed()).isTrue();
    assertThat(shadow.peek("k", 1).toCompletableFuture().join().isShadowed()).isFalse();
    answer = () -> CompletableFuture.failedFuture(new IllegalStateException("gone"));
    assertThatThrownBy(() -> shadow.tryAcquire("k").toCompletableFuture().join())
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThat(shadow.health()).isEqualTo(limiter.health());
    assertThat(shadow.toString()).startsWith("Shadow[Bucket4jRateLimiter[");
  }

  /** As after a restart with a smaller limit, which the grid does not know yet. */
  @Test
  void grid_that_remembers_a_larger_limit_is_not_believed_beyond_the_capacity() {
    answer = () -> CompletableFuture.completedFuture(ConsumptionProbe.consumed(99, -1));
    Decision decision = limiter.blocking().tryAcquire("k");
    assertThat(decision.remaining()).isEqualTo(5);
    assertThat(decision.resetAfter()).isZero();
  }
}
