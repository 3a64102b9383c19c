package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.Rate;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two definitions of one limit that meet at one key, as while a new version is rolled out. */
class RedisChangedLimitsIT {

  @RegisterExtension static final RedisFixture REDIS = RedisFixture.connected();

  private final AtomicLong micros = new AtomicLong(1_795_000_000_000_000L);

  private RedisRateLimiter limiter(Plan plan) {
    return RedisRateLimiter.builder(REDIS.client(), plan)
        .withKeyPrefix("bartizan")
        .withClock(micros::get)
        .withDenyCache(Duration.ZERO)
        .withTimeout(Duration.ofSeconds(10))
        .build();
  }

  /** On the server's clock, so that keys expire as they do in service. */
  private RedisRateLimiter realLimiter(String text) {
    return RedisRateLimiter.builder(REDIS.client(), Limit.parse(text))
        .withKeyPrefix("bartizan")
        .withDenyCache(Duration.ZERO)
        .withTimeout(Duration.ofSeconds(10))
        .build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%d burst, %d/365d",
        "%d burst, %d/365d, in steps",
        "%d/365d sliding",
        "%d/365d sliding counter",
        "%d/365d fixed",
        "%d/365d from first request",
        "%d/month in Europe/Berlin"
      })
  void RL05_larger_and_smaller_definition_admit_together_what_the_larger_does(String text) {
    Limit small = Limit.parse(text.replace("%d", "10"));
    Limit large = Limit.parse(text.replace("%d", "100"));
    try (RedisRateLimiter old = limiter(small);
        RedisRateLimiter young = limiter(large)) {
      List<CompletableFuture<Decision>> stages = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        stages.add(young.tryAcquire("k").toCompletableFuture());
        if (i % 2 == 1) {
          stages.forEach(CompletableFuture::join); // so that both ask by turns
          stages.add(old.tryAcquire("k").toCompletableFuture());
          stages.get(stages.size() - 1).join();
        }
      }
      long admitted = stages.stream().filter(stage -> stage.join().isAllowed()).count();
      assertThat(admitted).isEqualTo(100);
      assertThat(young.blocking().peek("k", 1).remaining()).isZero();
    }
  }

  /** As many permits as were owed by the first would be 20 days of the second, or 109 years. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1000000 burst, 1000000/min, in steps | 300000 burst, 300000/d, in steps
          1000000 burst, 1000000/min, in steps | 1 burst, 1/36525d, in steps
          1000000 burst, 1000000/min           | 300000 burst, 300000/d
          """)
  void RL14_debt_keeps_its_time_where_permits_come_back_slower(String fast, String slow) {
    try (RedisRateLimiter old = limiter(Limit.parse(fast));
        RedisRateLimiter young = limiter(Limit.parse(slow))) {
      Decision unused = old.blocking().charge("k", 7_000_000);
      unused = young.blocking().charge("k", 1);
      Decision owes = young.blocking().peek("k", 1);
      assertThat(owes.isAllowed()).isFalse();
      Duration most = Limit.parse(slow).window().plusMinutes(7);
      assertThat(owes.resetAfter()).isLessThanOrEqualTo(most.plus(Limit.parse(slow).window()));
      micros.addAndGet(most.multipliedBy(2).toNanos() / 1000);
      assertThat(young.blocking().tryAcquire("k").isAllowed()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          5 burst, 5/1h           | 5 burst, 5/10h           | 36000
          5 burst, 5/1h, in steps | 5 burst, 5/10h, in steps | 36000
          5/1h sliding            | 5/10h sliding            | 35900
          5/1h sliding counter    | 5/10h sliding counter    | 36000
          5/1h fixed              | 5/10h fixed              | 36000
          5/1h from first request | 5/10h from first request | 35900
          """)
  void RL05_key_lives_as_long_as_the_slower_definition_needs(
      String fast, String slow, long leastSeconds) {
    try (RedisRateLimiter old = realLimiter(fast);
        RedisRateLimiter young = realLimiter(slow)) {
      assertThat(old.blocking().tryAcquire("k", 5).isAllowed()).isTrue();
      Decision refused = young.blocking().tryAcquire("k", 5);
      assertThat(refused.isAllowed()).isFalse();
      assertThat(lifeSeconds())
          .as("after a refusal")
          .isGreaterThan(Math.min(leastSeconds, until(refused)) - 5);
      Decision unused = old.blocking().tryAcquire("k");
      unused = young.blocking().tryAcquire("k");
      assertThat(lifeSeconds())
          .as("asked by both")
          .isGreaterThan(Math.min(leastSeconds, until(refused)) - 5);
      assertThat(young.blocking().tryAcquire("k", 5).isAllowed()).isFalse();
    }
  }

  private static long until(Decision refused) {
    return refused.retryAfter().toSeconds();
  }

  private static long lifeSeconds() {
    String key = REDIS.command("KEYS", "*").trim();
    return Long.parseLong(REDIS.command("PTTL", key)) / 1000;
  }

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
  void RL05_refusals_by_a_smaller_definition_destroy_nothing(String text) {
    try (RedisRateLimiter small = limiter(Limit.parse(text.replace("%d", "5")));
        RedisRateLimiter large = limiter(Limit.parse(text.replace("%d", "20")))) {
      assertThat(large.blocking().tryAcquire("k", 12).remaining()).isEqualTo(8);
      for (int i = 0; i < 3; i++) {
        assertThat(small.blocking().tryAcquire("k").isAllowed()).isFalse();
        assertThat(large.blocking().peek("k", 1).remaining()).isEqualTo(8);
      }
      large.blocking().refund("k", 12);
      assertThat(large.blocking().peek("k", 1).remaining()).isEqualTo(20);
      assertThat(small.blocking().peek("k", 1).remaining()).as("given back to both").isEqualTo(5);
    }
  }

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
  void RL05_key_follows_the_new_definition_alone_once_the_old_asks_no_more(String text) {
    try (RedisRateLimiter old = limiter(Limit.parse(text.replace("%d", "20")));
        RedisRateLimiter young = limiter(Limit.parse(text.replace("%d", "5")))) {
      assertThat(old.blocking().tryAcquire("k", 20).isAllowed()).isTrue();
      assertThat(young.blocking().tryAcquire("k").isAllowed()).isFalse();
      micros.addAndGet(2 * 3_600_000_000L);
      KeyedRateLimiter alone = young.blocking();
      for (int window = 0; window < 3; window++) {
        assertThat(alone.tryAcquire("k", 5).isAllowed()).isTrue();
        assertThat(alone.tryAcquire("k").isAllowed()).isFalse();
        micros.addAndGet(2 * 3_600_000_000L);
      }
      String key = REDIS.command("KEYS", "*").trim();
      assertThat(alone.tryAcquire("k").isAllowed()).isTrue();
      if (!text.contains("sliding") || text.contains("counter")) {
        assertThat(REDIS.command("STRLEN", key)).as("nothing is kept of it").isEqualTo(size(key));
      }
    }
  }

  /** The time, and what a limit counts and is defined by. */
  private static String size(String key) {
    return key.contains(":F:") ? "32" : "40";
  }

  /** Nothing counts then, but the key still says by which definitions it was counted. */
  @Test
  void RL05_definitions_stay_known_where_all_was_given_back() {
    try (RedisRateLimiter large = limiter(Limit.parse("12 burst, 2/10s, in steps"));
        RedisRateLimiter small = limiter(Limit.parse("5 burst, 2/10s, in steps"))) {
      assertThat(large.blocking().tryAcquire("k", 3).remaining()).isEqualTo(9);
      assertThat(small.blocking().tryAcquire("k", 1).remaining()).isEqualTo(1);
      small.blocking().refund("k", 4);
      assertThat(large.blocking().tryAcquire("k", 9).remaining()).isEqualTo(3);
      micros.addAndGet(10_000_000);
      assertThat(small.blocking().peek("k", 1).remaining()).as("its own count").isEqualTo(2);
      assertThat(large.blocking().peek("k", 1).remaining()).isEqualTo(5);
    }
  }

  /** Of the former one's zone the script knows no edges, but it counts on. */
  @ParameterizedTest
  @CsvSource({
    "20/day in Europe/Berlin, 5/day in Europe/Berlin, 86400",
    "20/day in Europe/Berlin, 5/day in Asia/Tokyo, 86400",
    "20/month in Europe/Berlin, 5/month in Europe/Berlin, 2678400",
    "20/month in Europe/Berlin, 5/day in Europe/Berlin, 2678400"
  })
  void RL05_former_definition_counts_on_in_the_next_window(String more, String less, long seconds) {
    try (RedisRateLimiter large = limiter(Limit.parse(more));
        RedisRateLimiter small = limiter(Limit.parse(less))) {
      assertThat(large.blocking().tryAcquire("k").remaining()).isEqualTo(19);
      for (int window = 0; window < 2; window++) {
        assertThat(small.blocking().peek("k", 1).remaining()).isGreaterThanOrEqualTo(4);
        micros.addAndGet(seconds * 1_000_000 - 1000);
        for (int i = 0; i < 5; i++) {
          assertThat(small.blocking().tryAcquire("k").isAllowed()).isTrue();
        }
        assertThat(large.blocking().peek("k", 1).remaining()).isEqualTo(15);
        micros.addAndGet(seconds * 1_000_000);
        assertThat(large.blocking().peek("k", 1).remaining()).isEqualTo(20);
      }
    }
  }

  @Test
  void RL05_log_is_laid_out_anew_once_and_not_at_each_meeting() {
    try (RedisRateLimiter small = limiter(Limit.parse("500/h sliding"));
        RedisRateLimiter large = limiter(Limit.parse("900/h sliding"))) {
      for (int i = 0; i < 400; i++) {
        assertThat(small.blocking().tryAcquire("k").isAllowed()).isTrue();
        micros.addAndGet(1);
      }
      assertThat(large.blocking().tryAcquire("k").remaining()).isEqualTo(499);
      REDIS.command("CONFIG", "RESETSTAT");
      for (int i = 1; i <= 20; i++) {
        assertThat(small.blocking().tryAcquire("k").remaining()).isEqualTo(100 - 2L * i);
        assertThat(large.blocking().tryAcquire("k").remaining()).isEqualTo(499 - 2L * i);
        micros.addAndGet(1);
      }
      assertThat(REDIS.command("INFO", "commandstats")).doesNotContain("cmdstat_del:");
    }
  }

  /** The smaller one is asked alone for twice as long as all of the larger one counts. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          20 burst, 1/3s           | 5 burst, 1/3s
          20 burst, 7/3s           | 5 burst, 7/3s
          20 burst, 1/3s, in steps | 5 burst, 1/3s, in steps
          20/60s sliding           | 5/2s sliding
          20/60s sliding counter   | 5/2s sliding counter
          20/60s fixed             | 5/2s fixed
          20/60s from first request| 5/2s from first request
          """)
  void RL05_larger_one_that_was_not_asked_for_long_finds_what_was_let_through(
      String more, String less) {
    Limit large = Limit.parse(more);
    long window = large.window().toNanos() / 1000;
    KeyedRateLimiter alone = // which is charged with whatever either let through
        KeyedRateLimiter.builder(large, 5)
            .withTicker(() -> (micros.get() - 1_795_000_000_000_000L) * 1000)
            .withClock(() -> Instant.EPOCH.plus(1_795_000_000_000_000L, ChronoUnit.MICROS))
            .build();
    try (RedisRateLimiter one = limiter(large);
        RedisRateLimiter other = limiter(Limit.parse(less))) {
      int[] admitted = new int[2];
      for (int phase = 0; phase < 6; phase++) {
        boolean byLarge = phase % 2 == 0;
        KeyedRateLimiter asked = (byLarge ? one : other).blocking();
        long end = micros.get() + (byLarge ? 0 : 2 * window);
        for (int i = 0; i < 25 || micros.get() < end; i++) {
          boolean fits = alone.peek("k").isAllowed();
          if (asked.tryAcquire("k").isAllowed()) {
            assertThat(fits || !byLarge).as("%s more in phase %s", admitted[0], phase).isTrue();
            Decision unused = alone.charge("k", 1);
            admitted[phase % 2]++;
          }
          micros.addAndGet(byLarge ? 0 : 430_000);
        }
      }
      assertThat(admitted[0]).as("by the larger").isPositive();
      assertThat(admitted[1]).as("by the smaller").isGreaterThan(5);
    }
  }

  /** Both are asked all the time, more often than either lets through. */
  @ParameterizedTest
  @MethodSource("io.bartizan.ratelimit.LimitKinds#texts")
  void RL05_windows_of_unlike_lengths_admit_what_the_larger_alone_does(String text) {
    unlike(text.formatted(60, "min"), text.formatted(1, "s"), 250_000);
    unlike(text.formatted(12, "5s"), text.formatted(6, "3s"), 125_000);
    unlike(text.formatted(30, "10s"), text.formatted(3, "s"), 80_000);
  }

  /** For two of the longer windows and a bit. */
  private void unlike(String more, String less, long pauseMicros) {
    Limit limit = Limit.parse(more);
    long begin = micros.get();
    KeyedRateLimiter alone =
        KeyedRateLimiter.builder(limit, 5)
            .withTicker(() -> (micros.get() - begin) * 1000)
            .withClock(() -> Instant.EPOCH.plus(begin, ChronoUnit.MICROS))
            .build();
    try (RedisRateLimiter large = limiter(limit);
        RedisRateLimiter small = limiter(Limit.parse(less))) {
      int admitted = 0;
      int most = 0;
      long end = begin + 2 * limit.window().toNanos() / 1000 + 4_000_000;
      for (int i = 0; micros.get() < end; i++) {
        most += alone.tryAcquire("k").isAllowed() ? 1 : 0;
        KeyedRateLimiter asked = (i % 2 == 0 ? large : small).blocking();
        admitted += asked.tryAcquire(more).isAllowed() ? 1 : 0;
        micros.addAndGet(i % 2 * pauseMicros);
      }
      assertThat(admitted).as("%s beside %s", more, less).isBetween(most * 9 / 10, most);
    }
  }

  @Test
  void RL05_refusal_by_the_larger_is_remembered_for_the_smaller_alone() {
    RedisRateLimiter.Builder builder =
        RedisRateLimiter.builder(REDIS.client(), Limit.parse("5/15s fixed"))
            .withKeyPrefix("bartizan")
            .withClock(micros::get)
            .withDenyCache(Duration.ofMinutes(1))
            .withTimeout(Duration.ofSeconds(10));
    micros.updateAndGet(now -> now - now % 60_000_000);
    try (RedisRateLimiter large = limiter(Limit.parse("20/60s fixed"));
        RedisRateLimiter small = builder.build()) {
      assertThat(large.blocking().tryAcquire("k", 19).isAllowed()).isTrue();
      assertThat(small.blocking().peek("k", 1).isAllowed()).isFalse();
      micros.addAndGet(15_000_000);
      Decision refused = small.blocking().tryAcquire("k", 2);
      assertThat(refused.source()).isEqualTo(Decision.Source.REMOTE);
      assertThat(refused.remaining()).isEqualTo(1);
      assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(45));
      assertThat(refused.resetAfter()).isEqualTo(Duration.ofSeconds(45));
      Decision again = small.blocking().tryAcquire("k", 2);
      assertThat(again.source()).isEqualTo(Decision.Source.DENY_CACHE);
      assertThat(again.retryAfter()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(45));
      assertThat(small.blocking().tryAcquire("k", 1).isAllowed()).isTrue();
      micros.addAndGet(45_000_000);
      assertThat(large.blocking().tryAcquire("k", 20).isAllowed()).isTrue();
    }
  }

  /** Faster and larger against slower and smaller, at random times. */
  @Test
  void RL05_mix_of_two_buckets_admits_no_more_than_the_larger_alone() {
    SeededCases.check(6, this::mix);
  }

  @Test
  @Tag("deep")
  void RL05_many_mixes_of_two_definitions_admit_no_more_than_the_larger_alone() {
    SeededCases.check(60, this::mix);
    SeededCases.check(60, this::mixWindows);
  }

  private void mix(SplittableRandom random) {
    long large = 5 + random.nextLong(40);
    long small = 1 + random.nextLong(large);
    long fast = 1_000 + random.nextLong(1_000_000);
    long slow = fast * (1 + random.nextInt(5)); // each of its steps is one of the faster
    boolean steps = random.nextBoolean();
    try (RedisRateLimiter one = limiter(bucket(large, fast, steps));
        RedisRateLimiter other = limiter(bucket(small, slow, steps))) {
      String key = "k" + random.nextLong(Long.MAX_VALUE);
      long start = micros.get();
      long admitted = 0;
      for (int i = 0; i < 150; i++) {
        RedisRateLimiter asked = random.nextBoolean() ? one : other;
        admitted += asked.blocking().tryAcquire(key).isAllowed() ? 1 : 0;
        long now = micros.get();
        long back = steps ? now / fast - start / fast : (now - start) / fast;
        assertThat(admitted).isLessThanOrEqualTo(large + back);
        micros.addAndGet(random.nextInt(3) == 0 ? random.nextLong(2 * fast) : 0);
      }
      assertThat(admitted).as("and something").isGreaterThanOrEqualTo(small);
    }
  }

  /** Windows of one length and two capacities, at random times and in random order. */
  @Test
  void RL05_mix_of_two_windows_admits_no_more_than_the_larger_alone() {
    SeededCases.check(8, this::mixWindows);
  }

  private void mixWindows(SplittableRandom random) {
    long large = 4 + random.nextLong(30);
    long small = 1 + random.nextLong(large);
    long period = 1_000 + random.nextLong(1_000_000);
    int kind = random.nextInt(3);
    try (RedisRateLimiter one = limiter(window(kind, large, period));
        RedisRateLimiter other = limiter(window(kind, small, period))) {
      String key = "w" + random.nextLong(Long.MAX_VALUE);
      List<Long> times = new ArrayList<>();
      for (int i = 0; i < 120; i++) {
        RedisRateLimiter asked = random.nextBoolean() ? one : other;
        if (asked.blocking().tryAcquire(key).isAllowed()) {
          times.add(micros.get());
        }
        long now = micros.get();
        long from = kind == 0 ? now - period + 1 : now - now % period;
        assertThat(times.stream().filter(time -> time >= from).count())
            .as("kind %d, %d and %d in %d us", kind, large, small, period)
            .isLessThanOrEqualTo(large);
        micros.addAndGet(random.nextInt(3) == 0 ? random.nextLong(period / 2) : 0);
      }
      assertThat(times).as("and something").hasSizeGreaterThanOrEqualTo((int) small);
    }
  }

  private static Limit window(int kind, long capacity, long micros) {
    Rate rate = Rate.per(capacity, Duration.ofNanos(micros * 1000));
    Limit limit =
        switch (kind) {
          case 0 -> Limit.slidingWindow(rate);
          case 1 -> Limit.slidingWindowCounter(rate);
          default -> Limit.fixedWindow(rate);
        };
    return limit.named("windows");
  }

  private static Limit bucket(long capacity, long everyMicros, boolean steps) {
    Rate rate = Rate.per(1, Duration.ofNanos(everyMicros * 1000));
    var bucket = Limit.tokenBucket(capacity, rate);
    return (steps ? bucket.inSteps() : bucket).named("mixed");
  }
}
