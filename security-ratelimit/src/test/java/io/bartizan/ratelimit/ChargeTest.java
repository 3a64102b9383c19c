package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.count.Count;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Charges after the fact in memory, beside what {@link LimiterContractTest} says of every place.
 */
class ChargeTest {

  private final ManualTicker ticker = new ManualTicker();

  private RateLimiter limiter(String text) {
    return RateLimiter.builder(Limit.parse(text))
        .withTicker(ticker)
        .withClock(() -> Instant.parse("2026-11-28T10:00:00Z"))
        .build();
  }

  private KeyedRateLimiter.Builder keyed(String text, int maxKeys) {
    return KeyedRateLimiter.builder(Limits.parse(text), maxKeys).withTicker(ticker);
  }

  /** Tokens of a model: 100 000 a minute, an answer of 250 000, served again after 90 s. */
  @Test
  void RL14_bucket_pays_its_debt_back_at_its_rate() {
    RateLimiter tokens = limiter("100000 burst, 100000/min");
    assertThat(tokens.tryAcquire(1).isAllowed()).isTrue();
    Decision owes = tokens.charge(249_999);
    assertThat(owes.isAllowed()).isFalse();
    assertThat(owes.retryAfter()).isEqualTo(Duration.ofSeconds(90).plusNanos(600_000));
    assertThat(owes.resetAfter()).isEqualTo(Duration.ofSeconds(150));
    RateLimitFields fields = RateLimitFields.of(owes);
    assertThat(fields.refusalStatus()).isEqualTo(429);
    fields.forEach(
        (name, value) -> {
          if (name.equals("Retry-After")) {
            assertThat(value).isEqualTo("91");
          }
        });
    ticker.advance(owes.retryAfter());
    assertThat(tokens.tryAcquire(1).isAllowed()).isTrue();
    assertThat(tokens.tryAcquire(1).isAllowed()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          10/min fixed               | 60
          10/min from first request  | 60
          10/min sliding             | 60
          10/min sliding counter     | 120
          """)
  void RL14_window_counts_a_charge_like_what_was_taken_and_forgets_it_with_it(
      String text, int seconds) {
    RateLimiter limiter = limiter(text);
    assertThat(limiter.charge(1000).resetAfter()).isEqualTo(Duration.ofSeconds(seconds));
    ticker.advance(Duration.ofSeconds(seconds));
    assertThat(limiter.tryAcquire(10).isAllowed()).isTrue();
  }

  /** What would be beyond the domain is not wrapped round: nothing can be had of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1000000000000 burst, 1000/1ms",
        "1 burst, 1/36525d",
        "5 burst, 999983/s",
        "1000000000000 burst, 999999999999/36524d",
        "1 burst, 1/36525d, in steps",
        "1000000000000 burst, 1000000000000/36525d, in steps",
        "1000000000000/36525d sliding counter",
        "1000000000000/1000000000ms sliding counter",
        "1000000000000/36525d fixed",
        "1000000/36525d sliding"
      })
  void RL14_charges_at_the_ends_of_the_domain_stay_within_it(String text) {
    RateLimiter limiter = limiter(text);
    Duration last = Duration.ZERO;
    for (long used : new long[] {1, 1_000_000_000_000L, Count.MOST_OWED, Long.MAX_VALUE, 1, 1}) {
      Decision owes = limiter.charge(used);
      assertThat(owes).hasToString(limiter.peek().toString());
      assertThat(owes.resetAfter()).isGreaterThanOrEqualTo(last);
      assertThat(owes.resetAfter()).isLessThanOrEqualTo(Duration.ofDays(2 * 36_525));
      last = owes.resetAfter();
    }
    assertThat(limiter.tryAcquire().isAllowed()).isFalse();
    ticker.advance(last);
    assertThat(limiter.tryAcquire().isAllowed()).isTrue();
  }

  @Test
  void RL14_log_remembers_no_more_moments_than_it_has_permits() {
    RateLimiter limiter = limiter("3/min sliding");
    for (int i = 0; i < 100_000; i++) {
      assertThat(limiter.charge(1).remaining()).isEqualTo(Math.max(0, 2 - i));
      ticker.advance(Duration.ofNanos(1000));
    }
    // The first two moments were remembered, the third became the last.
    Duration untilFirst = Duration.ofMinutes(1).minusNanos(100_000 * 1000);
    ticker.advance(untilFirst.plusNanos(1000));
    assertThat(limiter.peek().resetAfter()).isEqualTo(Duration.ofNanos((100_000 - 2) * 1000));
    ticker.advance(limiter.peek().resetAfter().minusNanos(1000));
    assertThat(limiter.tryAcquire().isAllowed()).isFalse();
    ticker.advance(Duration.ofNanos(1000));
    assertThat(limiter.tryAcquire(3).isAllowed()).isTrue();
  }

  @Test
  void RL14_all_limits_are_charged_though_one_refuses() {
    KeyedRateLimiter limiter = keyed("a: 5 burst, 1/h; b: 100 burst, 1/h", 10).build();
    Decision owes = limiter.charge("k", 50);
    assertThat(owes.violated().orElseThrow().name()).isEqualTo("a");
    assertThat(owes.parts()).extracting(Decision::remaining).containsExactly(0L, 50L);
  }

  @Test
  void RL14_key_that_owes_is_not_forgotten_though_room_is_needed() {
    KeyedRateLimiter limiter =
        keyed("a: 3 burst, 1/s; b: 3/s fixed", 1).withOverflow(Overflow.REFUSE).build();
    assertThat(limiter.charge("owes", 60).isAllowed()).isFalse();
    for (int second = 0; second < 59; second++) {
      ticker.advance(Duration.ofSeconds(1));
      assertThat(limiter.tryAcquire("other").isAllowed()).isFalse();
    }
    assertThat(limiter.charge("other", 1).source()).isEqualTo(Decision.Source.OVERFLOW);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(limiter.tryAcquire("other").isAllowed()).isTrue();
  }

  /** A key in a shared bucket goes on with its debt, and nobody else with more than is there. */
  @ParameterizedTest
  @ValueSource(strings = {"10 burst, 1/h", "10/h fixed", "10/h sliding", "10/h sliding counter"})
  void RL14_charge_in_a_shared_bucket_stays_the_keys_own(String text) {
    KeyedRateLimiter limiter = keyed("l: " + text, 1).build();
    assertThat(limiter.tryAcquire("room").isAllowed()).isTrue();
    Decision owes = limiter.charge("owes", 30);
    assertThat(owes.source()).isEqualTo(Decision.Source.OVERFLOW);
    assertThat(owes.isAllowed()).isFalse();
    assertThat(limiter.tryAcquire("late").isAllowed()).as("shares the debt").isFalse();
    limiter.refund("room", 1); // which frees the room at the next sweep
    for (int i = 0; i < 50; i++) {
      Decision unused = limiter.peek("room");
    }
    assertThat(limiter.peek("late").isAllowed()).as("took nothing").isTrue();
    assertThat(limiter.peek("owes").isAllowed()).as("its debt goes along").isFalse();
  }
}
