package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedRateLimiterTest {

  private static final Limit TWO =
      Limit.tokenBucket(2, Rate.per(1, ChronoUnit.SECONDS)).named("two");

  private final ManualTicker ticker = new ManualTicker();

  @Test
  void keys_are_counted_apart() {
    KeyedRateLimiter limiter = limiter(TWO, 100, Overflow.SHARE);
    assertThat(limiter.tryAcquire("a", 2).isAllowed()).isTrue();
    assertThat(limiter.tryAcquire("a").isAllowed()).isFalse();
    assertThat(limiter.tryAcquire("b").isAllowed()).isTrue();
    assertThat(limiter.peek("c", 1).remaining()).isEqualTo(2);
    assertThat(limiter.health()).isEqualTo(Health.up("2 of 100 keys"));
  }

  @Test
  void bad_argument_is_refused_at_once() {
    KeyedRateLimiter limiter = limiter(TWO, 100, Overflow.SHARE);
    assertThatThrownBy(() -> limiter.tryAcquire(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> limiter.tryAcquire("k", -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("permits is -1");
  }

  @Test
  void key_whose_limit_promises_no_time_takes_no_room() {
    for (String text :
        List.of("5/s sliding", "5/s fixed", "a: 5 burst, 5/s; b: 5/s sliding counter")) {
      Plan limits = Limits.parse(text);
      KeyedRateLimiter limiter =
          KeyedRateLimiter.builder(limits, 10).withOverflow(Overflow.REFUSE).build();
      for (int i = 0; i < 11; i++) {
        String key = "k" + i;
        assertThatThrownBy(() -> limiter.reserve(key, 1, Duration.ZERO))
            .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> limiter.acquire(key, 1, Duration.ZERO))
            .isInstanceOf(UnsupportedOperationException.class);
      }
      assertThat(limiter.health()).as(text).isEqualTo(Health.up("0 of 10 keys"));
      assertThat(limiter.tryAcquire("fresh").isAllowed()).as(text).isTrue();
    }
  }

  @Test
  void full_bucket_vanishes_and_nothing_else_does() {
    KeyedRateLimiter limiter = limiter(TWO, 10_000, Overflow.SHARE);
    for (int i = 0; i < 5000; i++) {
      assertThat(limiter.tryAcquire("old" + i).isAllowed()).isTrue();
    }
    ticker.advance(Duration.ofSeconds(10));
    assertThat(limiter.tryAcquire("busy", 2).isAllowed()).isTrue();
    ticker.advance(Duration.ofSeconds(1).minusNanos(1000));
    assertThat(limiter.tryAcquire("resting").isAllowed()).isTrue();
    ticker.advance(Duration.ofNanos(1000));
    for (int i = 0; i < 3000; i++) {
      assertThat(limiter.tryAcquire("new" + i).isAllowed()).isTrue();
    }
    assertThat(limiter.health().detail()).isEqualTo("3002 of 10000 keys");
    assertThat(limiter.tryAcquire("busy", 2).isAllowed()).isFalse();
  }

  @Test
  void keys_beyond_the_most_share_buckets_and_never_get_more() {
    KeyedRateLimiter limiter = limiter(TWO, 1, Overflow.SHARE);
    assertThat(limiter.tryAcquire("first").source()).isEqualTo(Decision.Source.MEMORY);
    ticker.advance(Duration.ofMillis(300));
    Decision shared = limiter.tryAcquire("second");
    assertThat(shared.isAllowed()).isTrue();
    assertThat(shared.source()).isEqualTo(Decision.Source.OVERFLOW);
    assertThat(limiter.tryAcquire("third").isAllowed()).isTrue();
    assertThat(limiter.tryAcquire("second").isAllowed()).isFalse();
    assertThat(limiter.health().status()).isEqualTo(Health.Status.DEGRADED);
    ticker.advance(Duration.ofMillis(800));
    // first is full again and makes room, yet what second consumed in overflow still counts
    assertThat(limiter.tryAcquire("second", 2).isAllowed()).isFalse();
    assertThat(limiter.tryAcquire("second", 1).source()).isEqualTo(Decision.Source.MEMORY);
    ticker.advance(Duration.ofSeconds(2));
    assertThat(limiter.tryAcquire("second", 2).source()).isEqualTo(Decision.Source.MEMORY);
  }

  @Test
  void keys_beyond_the_most_are_refused_if_so_declared() {
    KeyedRateLimiter limiter = limiter(TWO, 1, Overflow.REFUSE);
    assertThat(limiter.tryAcquire("first").isAllowed()).isTrue();
    Decision refused = limiter.tryAcquire("second");
    assertThat(refused.isAllowed()).isFalse();
    assertThat(refused.source()).isEqualTo(Decision.Source.OVERFLOW);
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1));
    assertThat(limiter.reserve("second", 1, Duration.ofDays(1)).isGranted()).isFalse();
    limiter.refund("second", 1);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(limiter.tryAcquire("second").isAllowed()).isTrue();
  }

  @Test
  void refusal_for_want_of_room_tells_every_verb_the_same_times() {
    Limit limit = Limit.parse("100 burst, 1/s");
    for (Plan plan : List.<Plan>of(limit, key -> Limits.allOf(limit))) {
      KeyedRateLimiter limiter =
          KeyedRateLimiter.builder(plan, 1).withOverflow(Overflow.REFUSE).build();
      assertThat(limiter.tryAcquire("first", 100).isAllowed()).isTrue();
      for (Decision told :
          List.of(
              limiter.tryAcquire("second"),
              limiter.peek("second", 1),
              limiter.charge("second", 1),
              limiter.reserve("second", 1, Duration.ofDays(1)).decision())) {
        assertThat(told.isAllowed()).isFalse();
        assertThat(told.source()).isEqualTo(Decision.Source.OVERFLOW);
        assertThat(told.remaining()).isZero();
        assertThat(told.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        assertThat(told.resetAfter()).isEqualTo(Duration.ofSeconds(100));
      }
    }
  }

  @Test
  void plan_chooses_the_limit_and_a_change_keeps_what_was_consumed() {
    Limit ten = Limit.tokenBucket(10, Rate.per(1, ChronoUnit.HOURS)).named("two");
    AtomicReference<Limit> basic = new AtomicReference<>(TWO);
    KeyedRateLimiter limiter =
        limiter(key -> (key.startsWith("p") ? ten : basic.get()).limitsOf(key), 9, Overflow.SHARE);
    assertThat(limiter.tryAcquire("premium", 7).remaining()).isEqualTo(3);
    assertThat(limiter.tryAcquire("basic", 2).remaining()).isZero();
    basic.set(ten);
    assertThat(limiter.tryAcquire("basic", 1).remaining()).isEqualTo(7);
    basic.set(TWO);
    assertThat(limiter.peek("basic", 1).remaining()).isZero();
  }

  @Test
  void permits_that_never_fit_leave_no_trace() {
    KeyedRateLimiter limiter = limiter(TWO, 100, Overflow.SHARE);
    assertThat(limiter.tryAcquire("a", 3).isNeverAllowed()).isTrue();
    assertThat(limiter.health().detail()).isEqualTo("0 of 100 keys");
  }

  @Test
  void several_limits_are_charged_together_or_not_at_all() {
    Limit daily = Limit.tokenBucket(3, Rate.per(3, ChronoUnit.DAYS)).named("daily");
    KeyedRateLimiter limiter = limiter(Limits.allOf(TWO, daily), 100, Overflow.SHARE);
    assertThat(limiter.tryAcquire("a", 2).limit()).isEqualTo(TWO);
    Decision refused = limiter.tryAcquire("a");
    assertThat(refused.violated()).contains(TWO);
    assertThat(refused.parts()).extracting(Decision::remaining).containsExactly(0L, 1L);
    ticker.advance(Duration.ofSeconds(2));
    assertThat(limiter.tryAcquire("a").isAllowed()).isTrue();
    assertThat(limiter.tryAcquire("a").violated()).contains(daily);
  }

  private KeyedRateLimiter limiter(Plan plan, int maxKeys, Overflow overflow) {
    return KeyedRateLimiter.builder(plan, maxKeys)
        .withTicker(ticker)
        .withOverflow(overflow)
        .build();
  }

  @Test
  void RL15_after_a_burst_of_keys_the_room_comes_back_within_minutes() {
    roomComesBack("5 burst, 5/s");
  }

  @ParameterizedTest
  @Tag("deep")
  @ValueSource(strings = {"5/s sliding", "5/s fixed"})
  void RL15_after_a_burst_of_keys_the_room_comes_back_of_windows_too(String limit) {
    roomComesBack(limit);
  }

  /** A bot run of 600 000 keys in 0.6 s, then 500 checks a second of a thousand known users. */
  private static void roomComesBack(String limit) {
    ManualTicker ticker = new ManualTicker();
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(Limit.parse(limit), 1_000_000).withTicker(ticker).build();
    for (int i = 0; i < 600_000; i++) {
      assertThat(limiter.tryAcquire("bot" + i).isAllowed()).isTrue();
      ticker.advance(Duration.ofNanos(1000));
    }
    SplittableRandom random = new SplittableRandom(15);
    for (int i = 0; i < 5 * 60 * 500; i++) {
      ticker.advance(Duration.ofNanos(1_990_000 + random.nextInt(20_000)));
      Decision unused = limiter.tryAcquire("user" + random.nextInt(1000));
    }
    int keys = Integer.parseInt(limiter.health().detail().split(" ", 2)[0]);
    assertThat(keys).isBetween(1, 3000);
  }
}
