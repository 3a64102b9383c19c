package io.bartizan.ratelimit.bucket4j;

import static java.time.temporal.ChronoUnit.HOURS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.testkit.RedisServer;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The adapter on Bucket4j's own Lettuce backend and a real Redis. */
class Bucket4jRateLimiterIT {

  private static final TokenBucket LIMIT = Limit.tokenBucket(10, Rate.per(10, HOURS)).named("grid");

  private static RedisServer redis;
  private static RedisClient client;
  private static ProxyManager<String> manager;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    client = RedisClient.create(redis.uri());
    manager =
        Bucket4jLettuce.casBasedBuilder(client)
            .build()
            .withMapper((String key) -> key.getBytes(StandardCharsets.UTF_8));
  }

  @AfterAll
  static void stop() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    redis.close();
  }

  @Test
  void grid_admits_its_capacity_and_refuses_with_a_time() {
    tryAll(Bucket4jRateLimiter.of(manager, LIMIT, Duration.ofSeconds(5)).blocking(), "async");
    tryAll(
        Bucket4jRateLimiter.builder(manager, LIMIT, Duration.ofSeconds(5))
            .withExecutor(Runnable::run)
            .build()
            .blocking(),
        "sync");
  }

  private static void tryAll(KeyedRateLimiter limiter, String key) {
    assertThat(IntStream.range(0, 12).filter(i -> limiter.tryAcquire(key).isAllowed()).count())
        .isEqualTo(10);
    Decision refused = limiter.tryAcquire(key);
    assertThat(refused.source()).isEqualTo(Decision.Source.REMOTE);
    assertThat(refused.retryAfter()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
    assertThat(limiter.peek(key, 1).isAllowed()).isFalse();
    limiter.refund(key, 4);
    assertThat(limiter.peek(key, 4).remaining()).isEqualTo(4);
    assertThat(limiter.tryAcquire(key, 5).isAllowed()).isFalse();
    assertThat(limiter.tryAcquire(key, 4).isAllowed()).isTrue();
    assertThat(limiter.tryAcquire(key, 11).isNeverAllowed()).isTrue();
    limiter.refund(key, 1000);
    assertThat(limiter.peek(key, 10).remaining()).isEqualTo(10);
    assertThat(limiter.charge(key, 3).remaining()).isEqualTo(7);
    Decision owes = limiter.charge(key, 27); // 20 beyond what there is, of 10 an hour
    assertThat(owes.isAllowed()).isFalse();
    assertThat(owes.permits()).isEqualTo(1);
    assertThat(owes.retryAfter()).isBetween(Duration.ofMinutes(125), Duration.ofMinutes(126));
    assertThat(owes.resetAfter()).isBetween(Duration.ofMinutes(179), Duration.ofMinutes(180));
    limiter.refund(key, 20);
    assertThat(limiter.tryAcquire(key).isAllowed()).as("nothing is owed, nothing there").isFalse();
    limiter.refund(key, 1000);
  }

  @Test
  void what_a_grid_can_not_do_is_said_at_once() {
    Bucket4jRateLimiter limiter = Bucket4jRateLimiter.of(manager, LIMIT, Duration.ofSeconds(1));
    assertThatThrownBy(() -> limiter.reserve("k", 1, Duration.ZERO))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> limiter.tryAcquire("k", 0)).hasMessageContaining("permits is 0");
    assertThatThrownBy(
            () -> Bucket4jRateLimiter.of(manager, LIMIT.inSteps(), Duration.ofSeconds(1)))
        .hasMessageContaining("in steps");
    assertThatThrownBy(() -> Bucket4jRateLimiter.of(manager, LIMIT, Duration.ofHours(1)))
        .hasMessageContaining("1 millisecond to 10 seconds");
  }

  @Test
  void RL03_whatever_a_request_holds_as_a_subject_is_counted() {
    KeyedRateLimiter limiter =
        Bucket4jRateLimiter.of(manager, LIMIT, Duration.ofSeconds(5)).blocking();
    for (String key : List.of("", "k".repeat(5000), "a\nb", "\ud800")) {
      tryAll(limiter, key);
    }
    assertThat(limiter.tryAcquire("k".repeat(5001)).isAllowed()).isTrue();
  }

  @Test
  void two_limits_on_one_grid_do_not_share_a_bucket() {
    TokenBucket small = Limit.tokenBucket(2, Rate.per(1, HOURS)).named("small");
    TokenBucket large = Limit.tokenBucket(100, Rate.per(1, HOURS)).named("large");
    Duration wait = Duration.ofSeconds(5);
    KeyedRateLimiter api = Bucket4jRateLimiter.of(manager, large, wait).blocking();
    KeyedRateLimiter login = Bucket4jRateLimiter.of(manager, small, wait).blocking();
    assertThat(api.tryAcquire("alice").remaining()).isEqualTo(99);
    assertThat(login.tryAcquire("alice").remaining()).isEqualTo(1);
    assertThat(api.tryAcquire("alice").remaining()).isEqualTo(98);
    assertThatThrownBy(() -> Bucket4jRateLimiter.of(manager, LIMIT.named("default"), wait))
        .hasMessageContaining("has no name");
  }

  @Test
  void amounts_at_the_edge_of_what_a_long_holds_are_decisions() {
    KeyedRateLimiter limiter =
        Bucket4jRateLimiter.of(manager, LIMIT, Duration.ofSeconds(5)).blocking();
    for (long permits : new long[] {11, Long.MAX_VALUE - 1, Long.MAX_VALUE}) {
      assertThat(limiter.tryAcquire("edge", permits).isNeverAllowed()).isTrue();
      assertThat(limiter.peek("edge", permits).isNeverAllowed()).isTrue();
    }
    assertThat(limiter.tryAcquire("edge", 10).isAllowed()).isTrue();
    limiter.refund("edge", Long.MAX_VALUE);
    assertThat(limiter.peek("edge", 1).remaining()).isEqualTo(10);
  }

  @Test
  void charge_whose_debt_is_longer_than_bucket4j_can_hold_is_counted_all_the_same() {
    for (boolean async : new boolean[] {true, false}) {
      TokenBucket bucket = LIMIT.named(async ? "owed" : "owed-blocking");
      KeyedRateLimiter limiter = limiter(bucket, async);
      Decision owes = limiter.charge("all", Long.MAX_VALUE);
      assertThat(owes.isAllowed()).isFalse();
      assertThat(owes.retryAfter().toDays()).isBetween(36_524L, 36_525L);
      assertThat(limiter.tryAcquire("all").isAllowed()).isFalse();
      for (int i = 0; i < 20; i++) {
        assertThat(limiter.charge("all", Long.MAX_VALUE).isAllowed()).isFalse();
      }
      assertThat(limiter.tryAcquire("all").retryAfter().toDays()).isGreaterThan(73_000);
      assertThat(limiter.charge("part", 9).isAllowed()).as("one is left").isTrue();
      assertThat(limiter.charge("part", 1).isAllowed()).isFalse();
      limiter.refund("all", Long.MAX_VALUE);
      assertThat(limiter.tryAcquire("all", 10).isAllowed()).isTrue();
    }
  }

  /** As after a restart with a quicker limit, which the grid does not know yet. */
  @Test
  void charge_that_the_grid_s_slower_limit_can_not_hold_is_counted_in_part() {
    for (boolean async : new boolean[] {true, false}) {
      TokenBucket slow =
          Limit.tokenBucket(2, Rate.per(1, Duration.ofDays(365)))
              .named(async ? "slow" : "slow-blocking");
      assertThat(limiter(slow, async).tryAcquire("k").isAllowed()).isTrue();
      TokenBucket quick = Limit.tokenBucket(2, Rate.per(1, HOURS)).named(slow.name());
      assertThat(limiter(quick, async).charge("k", 1_000_000).isAllowed()).isFalse();
      assertThat(limiter(quick, async).tryAcquire("k").isAllowed()).isFalse();
    }
  }

  private static KeyedRateLimiter limiter(TokenBucket bucket, boolean async) {
    Bucket4jRateLimiter.Builder builder =
        Bucket4jRateLimiter.builder(manager, bucket, Duration.ofSeconds(5));
    return (async ? builder : builder.withExecutor(Runnable::run)).build().blocking();
  }

  @Test
  void check_that_timed_out_before_its_turn_is_never_charged() {
    List<Runnable> queued = new ArrayList<>();
    Bucket4jRateLimiter limiter =
        Bucket4jRateLimiter.builder(manager, LIMIT, Duration.ofMillis(20))
            .withExecutor(queued::add)
            .build();
    CompletableFuture<Decision> late = limiter.tryAcquire("turn", 4).toCompletableFuture();
    assertThatThrownBy(late::join).hasCauseInstanceOf(TimeoutException.class);
    queued.forEach(Runnable::run);
    KeyedRateLimiter direct =
        Bucket4jRateLimiter.builder(manager, LIMIT, Duration.ofSeconds(5))
            .withExecutor(Runnable::run)
            .build()
            .blocking();
    assertThat(direct.peek("turn", 1).remaining()).isEqualTo(10);
    Bucket4jRateLimiter full =
        Bucket4jRateLimiter.builder(manager, LIMIT, Duration.ofSeconds(5))
            .withExecutor(
                task -> {
                  throw new RejectedExecutionException("full");
                })
            .build();
    CompletableFuture<Decision> refused = full.tryAcquire("turn", 1).toCompletableFuture();
    assertThatThrownBy(refused::join).hasCauseInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void silent_grid_fails_after_the_time_out() {
    KeyedRateLimiter limiter =
        Bucket4jRateLimiter.of(manager, LIMIT, Duration.ofMillis(50)).blocking();
    assertThat(limiter(LIMIT, true).tryAcquire("slow").isAllowed()).isTrue();
    redis.pause();
    try {
      assertThatThrownBy(() -> limiter.tryAcquire("slow"))
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(TimeoutException.class);
    } finally {
      redis.resume();
    }
  }
}
