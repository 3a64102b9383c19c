package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.RateLimitListener.Verb;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Charges after the fact on Redis, beside what the contract says of every place. */
class RedisChargeIT {

  @RegisterExtension static final RedisFixture REDIS = new RedisFixture();

  private final AtomicLong micros = new AtomicLong(1_795_000_000_000_000L);

  private RedisRateLimiter.Builder builder(Plan plan) {
    return RedisRateLimiter.builder(REDIS.client(), plan)
        .withKeyPrefix("bartizan")
        .withClock(micros::get)
        .withDenyCache(Duration.ZERO)
        .withTimeout(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1000000000000 burst, 1000/1ms",
        "1 burst, 1/36525d",
        "5 burst, 999983/s",
        "100 burst, 65521/3s",
        "1000000000000 burst, 999999999999/36524d",
        "1 burst, 1/36525d, in steps",
        "1000000000000 burst, 1000000000000/36525d, in steps",
        "1000000000000/36525d sliding counter",
        "1000000000000/1000000000ms sliding counter",
        "1000000000000/36525d fixed",
        "1000000000000/36525d from first request",
        "1000000000000/month in Europe/Berlin",
        "1000000/36525d sliding"
      })
  void RL14_charges_at_the_ends_of_the_domain_are_what_memory_says(String text) {
    Limit limit = Limit.parse(text);
    long start = micros.get();
    KeyedRateLimiter memory =
        KeyedRateLimiter.builder(limit, 10)
            .withTicker(() -> (micros.get() - start) * 1000)
            .withClock(() -> Instant.EPOCH.plus(start, ChronoUnit.MICROS))
            .build();
    try (RedisRateLimiter limiter = builder(limit).build()) {
      for (long used :
          new long[] {1, 999_999_999_999L, 3_999_999_999_999L, Long.MAX_VALUE, 1, 7, 1L << 53}) {
        assertThat(words(limiter.blocking().charge("k", used)))
            .isEqualTo(words(memory.charge("k", used)));
        micros.addAndGet(1_000_003);
        assertThat(words(limiter.blocking().peek("k"))).isEqualTo(words(memory.peek("k")));
      }
      limiter.blocking().refund("k", 1_000_000_000_000L);
      memory.refund("k", 1_000_000_000_000L);
      assertThat(words(limiter.blocking().peek("k"))).isEqualTo(words(memory.peek("k")));
    }
  }

  private static String words(Decision decision) {
    return decision.toString().replaceAll(", (MEMORY|REMOTE)$", "");
  }

  /** Old and new processes charge one key: both definitions know the whole debt. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "%d burst, %d/1h",
        "%d burst, %d/1h, in steps",
        "%d/h sliding",
        "%d/h sliding counter",
        "%d/h fixed",
        "%d/h from first request"
      })
  void RL14_mixed_fleet_counts_a_debt_by_both_definitions(String text) {
    try (RedisRateLimiter small = builder(Limit.parse(text.replace("%d", "5"))).build();
        RedisRateLimiter large = builder(Limit.parse(text.replace("%d", "20"))).build()) {
      assertThat(large.blocking().tryAcquire("k").isAllowed()).isTrue();
      assertThat(small.blocking().charge("k", 49).isAllowed()).isFalse();
      assertThat(large.blocking().peek("k").isAllowed()).isFalse();
      for (RedisRateLimiter each : List.of(small, large, small)) {
        each.blocking().refund("k", 10);
        assertThat(small.blocking().peek("k").isAllowed()).as("20 are still owed").isFalse();
        assertThat(large.blocking().peek("k").isAllowed()).as("20 are still owed").isFalse();
      }
      large.blocking().refund("k", 4);
      assertThat(large.blocking().peek("k").remaining()).isEqualTo(4);
      assertThat(small.blocking().peek("k").isAllowed()).isFalse();
    }
  }

  @Test
  void RL14_charges_travel_with_checks_of_the_key_in_the_order_of_their_arrival() {
    try (RedisRateLimiter limiter = builder(Limit.parse("100 burst, 1/h")).build()) {
      List<CompletableFuture<Decision>> stages = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        stages.add(limiter.tryAcquire("k", 5).toCompletableFuture());
        stages.add(limiter.charge("k", 15).toCompletableFuture());
      }
      List<Decision> decisions = stages.stream().map(CompletableFuture::join).toList();
      for (int i = 0; i < 5; i++) {
        assertThat(decisions.get(2 * i).remaining()).isEqualTo(95 - 20L * i);
        assertThat(decisions.get(2 * i + 1).remaining()).isEqualTo(80 - 20L * i);
      }
      assertThat(decisions.subList(9, 20)).noneMatch(Decision::isAllowed);
      assertThat(decisions.get(19).resetAfter()).isEqualTo(Duration.ofHours(100 + 5 * 15));
    }
  }

  @Test
  void RL14_refusal_after_a_charge_is_remembered_here() {
    List<String> heard = new CopyOnWriteArrayList<>();
    RateLimitListener listener =
        (verb, decision) -> heard.add(verb + " " + decision.isAllowed() + " " + decision.source());
    try (RedisRateLimiter limiter =
        builder(Limit.parse("10 burst, 1/h"))
            .withDenyCache(Duration.ofMinutes(1))
            .withListener(listener)
            .build()) {
      assertThat(limiter.blocking().charge("k", 25).isAllowed()).isFalse();
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.DENY_CACHE);
      limiter.blocking().refund("k", 20);
      assertThat(limiter.blocking().tryAcquire("k").isAllowed()).isTrue();
    }
    Eventually.within(Duration.ofSeconds(10), "all are told", () -> heard.size() == 3);
    assertThat(heard)
        .containsExactlyInAnyOrder(
            Verb.CHARGE + " false REMOTE",
            Verb.TRY_ACQUIRE + " false DENY_CACHE",
            Verb.TRY_ACQUIRE + " true REMOTE");
  }

  @Test
  void RL14_policy_answers_while_redis_is_away_and_a_local_share_counts_the_charge() {
    Limit limit = Limit.parse("100 burst, 1/h").named("away");
    for (FailurePolicy policy :
        List.of(
            FailurePolicy.failClosed(), FailurePolicy.failOpen(), FailurePolicy.localShare(4))) {
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(REDIS.proxied(), limit).withFailurePolicy(policy).build()) {
        KeyedRateLimiter blocking = limiter.blocking();
        String key = policy.toString();
        assertThat(blocking.charge(key, 1).source()).isEqualTo(Source.REMOTE);
        REDIS.proxy().stall();
        Decision told = blocking.charge(key, 60);
        assertThat(told.permits()).isEqualTo(1);
        switch (policy.toString()) {
          case "fail closed" -> {
            assertThat(told.source()).isEqualTo(Source.FAILED_CLOSED);
            assertThat(told.isAllowed()).isFalse();
          }
          case "fail open" -> {
            assertThat(told.source()).isEqualTo(Source.FAILED_OPEN);
            assertThat(told.isAllowed()).isTrue();
          }
          default -> {
            assertThat(told.source()).isEqualTo(Source.LOCAL_SHARE);
            assertThat(told.isAllowed()).isFalse();
            assertThat(told.resetAfter()).isGreaterThan(Duration.ofHours(239));
          }
        }
        REDIS.proxy().restore();
      }
    }
  }
}
