package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the documentation promises of clocks, lost data, changed limits and keys, on a real Redis.
 */
class RedisBoundsIT {

  private static final long START = 1_795_000_000_000_000L;

  @RegisterExtension static final RedisFixture REDIS = new RedisFixture();

  private final AtomicLong micros = new AtomicLong(START);

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
        "100 burst, 50/s",
        "7 burst, 7/30ms",
        "20 burst, 20/s, in steps",
        "10/s sliding",
        "10/s sliding counter",
        "10/s fixed",
        "10/min from first request",
        "5/day in Europe/Berlin",
        "50/month in America/New_York"
      })
  void server_clock_that_steps_forward_and_back_costs_one_burst_and_locks_nobody_out(String text) {
    Limit limit = Limit.parse(text);
    long window = limit.window().toNanos() / 1000;
    try (RedisRateLimiter limiter = builder(limit).build()) {
      KeyedRateLimiter blocking = limiter.blocking();
      assertThat(blocking.tryAcquire("k", limit.capacity()).isAllowed()).isTrue();
      for (int i = 1; i <= 3; i++) {
        // back by an hour: neither gives nor takes
        micros.addAndGet(-3_600_000_000L);
        assertThat(blocking.peek("k", 1).remaining()).as("stepped back").isZero();
        assertThat(blocking.tryAcquire("k").isAllowed()).isFalse();
      }
      micros.set(START + 10L * 366 * 86_400 * 1_000_000);
      assertThat(blocking.tryAcquire("k", limit.capacity()).isAllowed()).as("one burst").isTrue();
      assertThat(blocking.tryAcquire("k").isAllowed()).as("and no more").isFalse();
      micros.set(START + 1000);
      assertThat(blocking.tryAcquire("k").isAllowed()).as("back at the true time").isFalse();
      micros.addAndGet(2 * window + 1);
      assertThat(blocking.tryAcquire("k", limit.capacity()).isAllowed())
          .as("not locked out")
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"100 burst, 50/s", "20 burst, 20/s, in steps", "10/s sliding", "9/s fixed"})
  void data_that_was_lost_can_be_taken_once_more_and_no_more(String text) {
    Limit limit = Limit.parse(text);
    try (RedisRateLimiter limiter = builder(limit).build()) {
      KeyedRateLimiter blocking = limiter.blocking();
      for (int i = 0; i < 3; i++) {
        assertThat(blocking.tryAcquire("k", limit.capacity()).isAllowed()).isTrue();
        assertThat(blocking.tryAcquire("k").isAllowed()).isFalse();
        REDIS.command("FLUSHALL");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          10 burst, 1/h             | 20 burst, 5/h             | 5 burst, 1/d             | 12
          10 burst, 1/h, in steps   | 20 burst, 5/h, in steps   | 5 burst, 1/d, in steps   | 12
          10/d sliding              | 20/d sliding              | 5/d sliding              | 12
          10/d sliding counter      | 20/d sliding counter      | 5/d sliding counter      | 12
          10/d fixed                | 20/d fixed                | 5/d fixed                | 12
          10/d from first request   | 20/d from first request   | 5/d from first request   | 12
          10/day in Europe/Berlin   | 20/day in Europe/Berlin   | 5/day in Europe/Berlin   | 12
          10/month in Asia/Tokyo    | 20/month in Asia/Tokyo    | 5/month in Asia/Tokyo    | 12
          """)
  void changing_a_limit_keeps_what_was_consumed_as_in_memory(
      String first, String larger, String smaller, long backUp) {
    AtomicReference<Limits> plan = new AtomicReference<>(Limits.parse(first));
    KeyedRateLimiter memory =
        KeyedRateLimiter.builder(key -> plan.get(), 10)
            .withTicker(new ManualTicker())
            .withClock(new ManualInstantSource(Instant.EPOCH.plus(START, ChronoUnit.MICROS)))
            .build();
    try (RedisRateLimiter shared = builder(key -> plan.get()).build()) {
      for (KeyedRateLimiter limiter : List.of(memory, shared.blocking())) {
        plan.set(Limits.parse(first));
        assertThat(limiter.tryAcquire("k", 7).remaining()).isEqualTo(3);
        plan.set(Limits.parse(larger));
        assertThat(limiter.tryAcquire("k", 1).remaining()).as("7 and 1 of 20").isEqualTo(12);
        plan.set(Limits.parse(smaller));
        assertThat(limiter.peek("k", 1).remaining()).as("all 5 of 5").isZero();
        assertThat(limiter.tryAcquire("k").isAllowed()).isFalse();
        plan.set(Limits.parse(larger));
        assertThat(limiter.peek("k", 1).remaining())
            .as("a limit gives nothing back for having been lowered")
            .isEqualTo(backUp);
      }
    }
  }

  @Test
  void plan_gives_each_key_its_limits_and_first_permits() {
    Limits basic = Limits.parse("4 burst, 1/h");
    Limits trial = Limits.parse("9 burst, 1/h, 2 at first");
    Limits both = Limits.parse("a: 6 burst, 1/h; b: 3/h fixed");
    Plan plan = key -> key.startsWith("t") ? trial : key.startsWith("b") ? both : basic;
    try (RedisRateLimiter limiter = builder(plan).build()) {
      KeyedRateLimiter blocking = limiter.blocking();
      assertThat(blocking.tryAcquire("any", 4).remaining()).isZero();
      assertThat(blocking.tryAcquire("trial", 3).isAllowed()).isFalse();
      assertThat(blocking.tryAcquire("trial", 2).remaining()).isZero();
      assertThat(blocking.tryAcquire("both", 3).limit().name()).isEqualTo("b");
      assertThat(blocking.tryAcquire("both", 1).violated().orElseThrow().name()).isEqualTo("b");
      micros.addAndGet(7 * 3_600_000_000L);
      assertThat(blocking.peek("trial", 1).remaining()).as("filled since").isEqualTo(7);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void hostile_keys_are_counted_apart_and_stay_inside_their_braces(boolean hashed) {
    List<String> keys =
        List.of(
            "{",
            "}",
            "{}",
            "}{",
            "a}b",
            "a{b}c",
            "\0",
            "\0\0",
            "\n",
            "\r\n",
            "a b",
            "%",
            "%25",
            "%7D",
            "*",
            "[a]",
            "a3x10 r9x9",
            "$3",
            "--",
            "\uD800",
            "\uDC00",
            "\uD83D\uDD12",
            "\u00e9",
            "e\u0301",
            "\uFEFF",
            "k".repeat(Key.MAX_CHARS),
            "}".repeat(Key.MAX_CHARS),
            "\u20AC".repeat(Key.MAX_CHARS));
    RedisRateLimiter.Builder builder = builder(Limit.parse("3 burst, 1/h"));
    if (hashed) {
      builder = builder.withHashedKeys(SecretBytes.copyOf(new byte[32]));
    }
    try (RedisRateLimiter limiter = builder.build()) {
      KeyedRateLimiter blocking = limiter.blocking();
      for (int left = 2; left >= 0; left--) {
        for (String key : keys) {
          assertThat(blocking.tryAcquire(key).remaining()).as("%s", key).isEqualTo(left);
        }
      }
      List<String> stored = REDIS.command("KEYS", "*").lines().toList();
      assertThat(stored).hasSize(keys.size());
      assertThat(stored).allMatch(name -> name.matches("bartizan:default:B:\\{[!-z|~]+}"));
      if (hashed) {
        assertThat(stored).allMatch(name -> name.matches(".*\\{[A-Za-z0-9_-]{22}}"));
      }
    }
  }
}
