package io.bartizan.ratelimit.redis;

import static java.time.temporal.ChronoUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.tests.Eventually;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisRateLimiterIT {

  private static final Limit BUCKET = Limit.tokenBucket(10, Rate.per(2, SECONDS)).named("api");

  @RegisterExtension static final RedisFixture REDIS = new RedisFixture();

  private final AtomicLong micros = new AtomicLong(1_790_000_000_000_000L);
  private RedisRateLimiter limiter;
  private KeyedRateLimiter blocking;

  @BeforeEach
  void open() {
    limiter =
        RedisRateLimiter.builder(REDIS.client(), BUCKET)
            .withClock(micros::get)
            .withDenyCache(Duration.ZERO)
            .withTimeout(Duration.ofSeconds(10))
            .build();
    blocking = limiter.blocking();
  }

  @AfterEach
  void close() {
    limiter.close();
  }

  @Test
  void limit_without_a_name_is_refused_before_it_counts_with_strangers() {
    Limit login = Limit.parse("5 burst, 1/h");
    assertThatThrownBy(() -> RedisRateLimiter.of(REDIS.client(), login))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"5 burst, 1/h\" has no name");
    try (RedisRateLimiter chosen = RedisRateLimiter.of(REDIS.client(), key -> login.limitsOf(key));
        RedisRateLimiter apart =
            RedisRateLimiter.builder(REDIS.client(), login).withKeyPrefix("login").build()) {
      assertThatThrownBy(() -> chosen.blocking().tryAcquire("alice"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(apart.blocking().tryAcquire("alice").isAllowed()).isTrue();
    }
  }

  @Test
  void health_is_down_from_the_start_where_redis_never_answered() {
    RedisClient dead = RedisClient.create("redis://127.0.0.1:1");
    try (RedisRateLimiter never = RedisRateLimiter.of(dead, BUCKET)) {
      assertThat(never.health().status()).isEqualTo(Health.Status.DOWN);
      assertThat(never.blocking().health().status()).isEqualTo(Health.Status.DOWN);
      assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
    } finally {
      dead.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  /** By default Lettuce times each command for a minute and would hold its checks for as long. */
  @Test
  void answered_check_is_let_go_by_the_client() throws InterruptedException {
    List<WeakReference<Object>> answered = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      answered.add(new WeakReference<>(blocking.tryAcquire("k" + i)));
    }
    answered.remove(9); // the queue keeps its last one
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (answered.stream().anyMatch(each -> each.get() != null) && System.nanoTime() < end) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(answered).noneMatch(each -> each.get() != null);
  }

  @Test
  void bucket_admits_its_capacity_and_then_its_rate() {
    assertThat(IntStream.range(0, 12).filter(i -> blocking.tryAcquire("k").isAllowed()).count())
        .isEqualTo(10);
    micros.addAndGet(499_999);
    Decision early = blocking.tryAcquire("k");
    assertThat(early.isAllowed()).isFalse();
    assertThat(early.retryAfter()).isEqualTo(Duration.ofNanos(1000));
    micros.addAndGet(1);
    assertThat(blocking.tryAcquire("k").isAllowed()).isTrue();
    assertThat(blocking.tryAcquire("other").remaining()).isEqualTo(9);
  }

  @Test
  void refusal_writes_nothing() {
    assertThat(blocking.tryAcquire("k", 10).isAllowed()).isTrue();
    String state = REDIS.command("GET", "bartizan:api:B:{k}");
    REDIS.command("CONFIG", "RESETSTAT");
    assertThat(blocking.tryAcquire("k", 1).isAllowed()).isFalse();
    assertThat(blocking.peek("k", 1).isAllowed()).isFalse();
    assertThat(REDIS.command("GET", "bartizan:api:B:{k}")).isEqualTo(state);
    assertThat(REDIS.command("INFO", "commandstats")).doesNotContain("cmdstat_set:");
  }

  @Test
  void key_lives_until_the_bucket_is_full_again() {
    try (RedisRateLimiter real = RedisRateLimiter.of(REDIS.client(), BUCKET)) {
      assertThat(real.blocking().tryAcquire("k", 4).isAllowed()).isTrue();
      long left = Long.parseLong(REDIS.command("PTTL", "bartizan:api:B:{k}"));
      assertThat(left).isBetween(1_000L, 2_002L);
      real.blocking().refund("k", 4);
    }
    Eventually.within(
        Duration.ofSeconds(1),
        "the key is gone before it would have been",
        () -> REDIS.command("EXISTS", "bartizan:api:B:{k}").equals("0"));
  }

  /**
   * Else Redis would delete the keys of all subjects at one moment, and answer nobody meanwhile.
   */
  @Test
  void key_of_an_aligned_window_lives_a_period_from_its_writing() {
    Rate rate = Rate.per(10, Duration.ofHours(1));
    Map<Limit, Duration> lives =
        Map.of(
            Limit.fixedWindow(rate).named("api"), Duration.ofHours(1),
            Limit.slidingWindowCounter(rate).named("api"), Duration.ofHours(2),
            Limit.tokenBucket(10, rate).inSteps().named("api"), Duration.ofHours(1));
    lives.forEach(
        (limit, life) -> {
          REDIS.command("FLUSHALL");
          try (RedisRateLimiter real = RedisRateLimiter.of(REDIS.client(), limit)) {
            assertThat(real.blocking().tryAcquire("k").isAllowed()).isTrue();
            char letter = SharedLimit.of(limit).letter();
            long left = Long.parseLong(REDIS.command("PTTL", "bartizan:api:" + letter + ":{k}"));
            assertThat(left)
                .as("%s", limit)
                .isBetween(life.minusMinutes(1).toMillis(), life.toMillis() + 3);
          }
        });
  }

  @Test
  void more_permits_than_the_bucket_holds_are_never_allowed() {
    Decision decision = blocking.tryAcquire("k", 11);
    assertThat(decision.isNeverAllowed()).isTrue();
    assertThat(decision.remaining()).isEqualTo(10);
    assertThat(blocking.tryAcquire("k", Long.MAX_VALUE).isNeverAllowed()).isTrue();
  }

  @Test
  void coalesced_checks_are_decided_in_the_order_of_their_arrival() {
    List<CompletableFuture<Decision>> stages =
        IntStream.range(0, 200)
            .mapToObj(i -> limiter.tryAcquire("k", 1L + i % 3).toCompletableFuture())
            .toList();
    long left = 10;
    for (int i = 0; i < stages.size(); i++) {
      Decision decision = stages.get(i).join();
      long permits = 1L + i % 3;
      assertThat(decision.isAllowed()).as("check %d", i).isEqualTo(permits <= left);
      left -= decision.isAllowed() ? permits : 0;
      assertThat(decision.remaining()).isEqualTo(left);
    }
  }

  @Test
  void script_cache_that_was_flushed_costs_no_check() {
    assertThat(blocking.tryAcquire("k").isAllowed()).isTrue();
    REDIS.command("SCRIPT", "FLUSH");
    assertThat(blocking.tryAcquire("k").remaining()).isEqualTo(8);
  }

  @Test
  void key_of_another_type_surfaces_at_once() {
    REDIS.command("LPUSH", "bartizan:api:B:{k}", "x");
    assertThatThrownBy(() -> blocking.tryAcquire("k"))
        .isInstanceOf(RedisCommandExecutionException.class)
        .hasMessageContaining("WRONGTYPE");
  }

  @Test
  void bad_arguments_are_thrown_before_anything_is_sent() {
    assertThatThrownBy(() -> limiter.tryAcquire(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> limiter.tryAcquire("k", 0)).hasMessageContaining("permits is 0");
    assertThat(blocking.tryAcquire("").isAllowed()).as("a key like others").isTrue();
    assertThat(blocking.tryAcquire("k".repeat(1 << 20)).isAllowed()).isTrue();
  }

  @Test
  void reservation_goes_into_debt_within_its_wait_and_can_be_cancelled() {
    assertThat(blocking.tryAcquire("k", 10).isAllowed()).isTrue();
    assertThat(blocking.reserve("k", 1, Duration.ofMillis(499)).isGranted()).isFalse();
    var slot = blocking.reserve("k", 1, Duration.ofMillis(500));
    assertThat(slot.isGranted()).isTrue();
    assertThat(slot.delay()).isEqualTo(Duration.ofMillis(500));
    var second = blocking.reserve("k", 1, Duration.ofSeconds(2));
    assertThat(second.delay()).isEqualTo(Duration.ofSeconds(1));
    second.cancel();
    second.cancel();
    assertThat(blocking.peek("k", 1).retryAfter()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void server_clock_that_steps_back_neither_gives_nor_takes() {
    assertThat(blocking.tryAcquire("k", 10).isAllowed()).isTrue();
    micros.addAndGet(-3_600_000_000L);
    assertThat(blocking.tryAcquire("k").retryAfter()).isEqualTo(Duration.ofMillis(500));
    micros.addAndGet(500_000);
    assertThat(blocking.tryAcquire("k").isAllowed()).isTrue();
    assertThat(blocking.tryAcquire("k").isAllowed()).isFalse();
  }

  @Test
  void listeners_hear_each_decision_once_whoever_made_it() {
    List<String> heard = Collections.synchronizedList(new ArrayList<>());
    try (RedisRateLimiter told =
        RedisRateLimiter.builder(REDIS.client(), BUCKET)
            .withClock(micros::get)
            .withTimeout(Duration.ofSeconds(10))
            .withListener(
                (verb, decision) -> {
                  throw new IllegalStateException("broken");
                })
            .withListener(
                (verb, decision) ->
                    heard.add(verb + " " + decision.isAllowed() + " " + decision.source()))
            .build()) {
      KeyedRateLimiter limiter = told.blocking();
      assertThat(limiter.tryAcquire("k", 10).isAllowed()).isTrue();
      assertThat(limiter.tryAcquire("k").isAllowed()).isFalse();
      assertThat(limiter.tryAcquire("k").isAllowed()).isFalse();
      assertThat(limiter.peek("k", 1).isAllowed()).isFalse();
      assertThat(limiter.reserve("k", 1, Duration.ofHours(1)).isGranted()).isTrue();
      limiter.refund("k", 1);
      Eventually.within(Duration.ofSeconds(20), () -> assertThat(heard).hasSize(4));
      assertThat(heard)
          .containsExactlyInAnyOrder(
              "TRY_ACQUIRE true REMOTE",
              "TRY_ACQUIRE false REMOTE",
              "TRY_ACQUIRE false DENY_CACHE",
              "RESERVE true REMOTE");
    }
  }

  @Test
  void RL09_bad_key_fails_its_own_checks_and_charges_all_others_once() {
    REDIS.command("HSET", "bartizan:api:B:{k3}", "field", "value");
    Map<Integer, String> foreign =
        Map.of(
            7,
            "not a state",
            11,
            "\0".repeat(40), // the length of a state
            13,
            "0123456789abcdef0123456789abcdef01234567", // a SHA-1
            17,
            "~".repeat(40));
    foreign.forEach((key, text) -> REDIS.command("SET", "bartizan:api:B:{k" + key + "}", text));
    List<CompletableFuture<Decision>> stages = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      stages.add(limiter.tryAcquire("k" + i % 20).toCompletableFuture());
    }
    for (int i = 0; i < stages.size(); i++) {
      int key = i % 20;
      CompletableFuture<Decision> stage = stages.get(i);
      if (key == 3 || foreign.containsKey(key)) {
        assertThatThrownBy(stage::join)
            .hasCauseInstanceOf(RedisCommandExecutionException.class)
            .hasMessageContaining(key == 3 ? "WRONGTYPE" : "something else than the state");
      } else {
        assertThat(stage.join().isAllowed()).as("check %d", i).isTrue();
        assertThat(stage.join().remaining()).isEqualTo(9L - i / 20);
      }
    }
  }
}
