package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A flood of keys of one tier of a plan, and new keys of the others. */
class OverflowPlanTest {

  private final ManualTicker ticker = new ManualTicker();

  private KeyedRateLimiter limiter(Plan plan, int maxKeys) {
    return KeyedRateLimiter.builder(plan, maxKeys).withTicker(ticker).build();
  }

  private static long taken(KeyedRateLimiter limiter, String key, int checks) {
    return IntStream.range(0, checks).filter(i -> limiter.tryAcquire(key).isAllowed()).count();
  }

  /** Fault: the first tier that shared a bucket kept out all keys of the others. */
  @ParameterizedTest
  @CsvSource({
    "'2 burst, 2/h', '5 burst, 5/h'",
    "'2/h sliding', '5/h sliding'",
    "'2/h from first request', '5/h from first request'",
    "'a: 2 burst, 2/h; b: 9/h sliding', 'a: 5 burst, 5/h; b: 9/h sliding'",
  })
  void RL04_keys_of_one_tier_keep_out_none_of_another(String few, String many) {
    Limits basic = Limits.parse(few);
    Limits premium = Limits.parse(many);
    KeyedRateLimiter limiter = limiter(key -> key.startsWith("b") ? basic : premium, 1);
    assertThat(limiter.tryAcquire("b").source()).isEqualTo(Decision.Source.MEMORY);
    assertThat(taken(limiter, "b1", 3)).as("shared").isEqualTo(2);
    assertThat(taken(limiter, "p1", 3)).isEqualTo(3);
    assertThat(taken(limiter, "p2", 3)).as("shares with p1").isEqualTo(2);
    Decision refused = limiter.tryAcquire("p3");
    assertThat(refused.isAllowed()).isFalse();
    assertThat(refused.source()).isEqualTo(Decision.Source.OVERFLOW);
    assertThat(taken(limiter, "b2", 3)).as("shares with b1").isZero();
  }

  @Test
  void RL04_key_that_shared_gets_no_more_than_its_limit_when_there_is_room_again() {
    Limits basic = Limits.parse("2 burst, 2/h");
    Limits premium = Limits.parse("6 burst, 6/h");
    KeyedRateLimiter limiter = limiter(key -> key.startsWith("b") ? basic : premium, 1);
    assertThat(taken(limiter, "b", 1)).isEqualTo(1);
    assertThat(taken(limiter, "b1", 2)).isEqualTo(2);
    assertThat(taken(limiter, "p1", 5)).isEqualTo(5);
    assertThat(taken(limiter, "p2", 1)).isEqualTo(1);
    ticker.advance(Duration.ofMinutes(30)); // b is as new and goes
    Decision own = limiter.tryAcquire("p1");
    assertThat(own.source()).isEqualTo(Decision.Source.MEMORY);
    assertThat(1 + taken(limiter, "p1", 9)).as("6 + 3 in all").isBetween(1L, 4L);
  }

  @Test
  void RL04_tiers_beyond_those_that_share_are_refused_until_there_is_room() {
    Plan plan = key -> Limits.parse("5 burst, " + (5 + Integer.parseInt(key.substring(1))) + "/h");
    KeyedRateLimiter limiter = limiter(plan, 1);
    for (int tier = 0; tier <= 8; tier++) {
      assertThat(limiter.tryAcquire("k" + tier).isAllowed()).as("tier %d", tier).isTrue();
    }
    assertThat(limiter.tryAcquire("k9").isAllowed()).isFalse();
    assertThat(limiter.tryAcquire("k8").isAllowed()).isTrue();
    ticker.advance(Duration.ofHours(2));
    assertThat(limiter.tryAcquire("k9").isAllowed()).isTrue();
  }
}
