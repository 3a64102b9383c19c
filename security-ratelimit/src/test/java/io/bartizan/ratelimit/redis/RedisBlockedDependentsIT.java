package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Permit;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Dependents of stages that block for as long as the test runs. */
@Tag("deep") // its servers pause for as long as time-outs take
class RedisBlockedDependentsIT {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Limit LIMIT = Limit.parse("1000 burst, 1000/h").named("b");

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void goOn() {
    end.countDown();
  }

  private <T> T block(T value) {
    try {
      boolean unused = end.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return value;
  }

  private static CompletableFuture<Decision> ask(RedisRateLimiter limiter, String key) {
    return CompletableFuture.supplyAsync(
        () -> limiter.blocking().tryAcquire(key), task -> new Thread(task).start());
  }

  @Test
  void RL10_time_outs_end_although_dependents_block() {
    try (RedisRateLimiter limiter = RedisRateLimiter.of(redis.proxied(), LIMIT);
        RedisConcurrencyLimiter leases =
            RedisConcurrencyLimiter.of(redis.proxied(), "jobs", 9, Duration.ofSeconds(30))) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertThat(leases.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      redis.proxy().stall();
      List<CompletableFuture<?>> blocked = new ArrayList<>();
      List<CompletableFuture<?>> others = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        blocked.add(limiter.tryAcquire("a" + i).thenApply(this::block).toCompletableFuture());
        blocked.add(leases.tryAcquire("a" + i).thenApply(this::block).toCompletableFuture());
        others.add(ask(limiter, "x" + i));
        others.add(limiter.tryAcquire("y" + i).toCompletableFuture());
        others.add(leases.tryAcquire("z" + i).toCompletableFuture());
      }
      Eventually.within(
          Duration.ofSeconds(5), () -> assertThat(others).allMatch(CompletableFuture::isDone));
      assertThat(blocked).noneMatch(CompletableFuture::isDone);
      redis.proxy().restore();
      end.countDown();
      Eventually.within(
          SOON, "all go on", () -> blocked.stream().allMatch(CompletableFuture::isDone));
    }
  }

  @Test
  void RL10_dependent_of_an_answer_that_blocks_holds_up_nobody_beyond_the_time_out() {
    try (RedisRateLimiter limiter = RedisRateLimiter.of(redis.proxied(), LIMIT)) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      redis.proxy().delayReplies(Duration.ofMillis(20));
      var blocked = limiter.tryAcquire("a").thenApply(this::block);
      List<CompletableFuture<Decision>> others = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        others.add(limiter.tryAcquire("y" + i).toCompletableFuture());
        others.add(ask(limiter, "x" + i));
      }
      Eventually.within(
          Duration.ofSeconds(5), () -> assertThat(others).allMatch(CompletableFuture::isDone));
      assertThat(blocked.toCompletableFuture()).isNotDone();
    }
  }

  @Test
  void RL10_stages_complete_on_the_executor_that_was_given_and_may_block_there() {
    ExecutorService threads = Executors.newCachedThreadPool(task -> new Thread(task, "mine"));
    try (RedisRateLimiter limiter =
            RedisRateLimiter.builder(redis.proxied(), LIMIT)
                .withCompletionExecutor(threads)
                .build();
        RedisConcurrencyLimiter leases =
            RedisConcurrencyLimiter.builder(redis.proxied(), "jobs", 9, Duration.ofSeconds(30))
                .withCompletionExecutor(threads)
                .build()) {
      redis.proxy().delayReplies(Duration.ofMillis(20));
      CompletableFuture<String> name =
          limiter
              .tryAcquire("a")
              .thenApply(
                  decision -> {
                    Source nested = limiter.blocking().tryAcquire("b").source();
                    return Thread.currentThread().getName() + " " + nested;
                  })
              .toCompletableFuture();
      assertThat(name.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo("mine REMOTE");
      CompletableFuture<String> lease =
          leases
              .tryAcquire("a")
              .thenApply(permit -> Thread.currentThread().getName() + " " + permit.source())
              .toCompletableFuture();
      assertThat(lease.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo("mine REMOTE");
      redis.proxy().stall();
      CompletableFuture<String> late =
          limiter
              .tryAcquire("a")
              .thenApply(decision -> Thread.currentThread().getName() + " " + decision.source())
              .toCompletableFuture();
      assertThat(late.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo("mine FAILED_CLOSED");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void RL10_blocking_on_a_thread_of_the_client_is_refused_with_a_sentence() {
    try (RedisRateLimiter limiter =
            RedisRateLimiter.builder(redis.proxied(), LIMIT)
                .withTimeout(SOON.dividedBy(2))
                .build();
        RedisConcurrencyLimiter leases =
            RedisConcurrencyLimiter.builder(redis.proxied(), "jobs", 9, Duration.ofSeconds(30))
                .withTimeout(SOON.dividedBy(2))
                .build()) {
      redis.proxy().delayReplies(Duration.ofMillis(50)); // so that the stage is not done yet
      for (int i = 0; i < 2; i++) {
        CompletableFuture<Decision> nested =
            limiter
                .tryAcquire("a")
                .thenApply(decision -> limiter.blocking().tryAcquire("b"))
                .toCompletableFuture();
        assertThatThrownBy(() -> nested.get(20, TimeUnit.SECONDS))
            .hasRootCauseInstanceOf(IllegalStateException.class)
            .hasMessageContaining("blocking() can't wait on thread");
        CompletableFuture<Permit> permit =
            leases
                .tryAcquire("a")
                .thenApply(decision -> leases.blocking().tryAcquire("b"))
                .toCompletableFuture();
        assertThatThrownBy(() -> permit.get(20, TimeUnit.SECONDS))
            .hasRootCauseInstanceOf(IllegalStateException.class)
            .hasMessageContaining("blocking() can't wait on thread");
      }
    }
  }
}
