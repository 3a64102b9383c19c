package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An attacker who sends a minute's ten million different keys gains nothing by it: nobody's bucket
 * becomes full before its time, his own keys get no more than without the flood, and the limiter
 * keeps its size. {@code -Dkeys.rotated=10000000} runs the number; the first tier a tenth.
 */
class RotatingKeysTest {

  private static final int ROTATED = Integer.getInteger("keys.rotated", 300_000);
  private static final int MAX_KEYS = 10_000;
  private static final int ACTIVE = 100;

  private final ManualTicker ticker = new ManualTicker();

  @Test
  void rotating_keys_make_no_active_bucket_full() {
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(Limit.parse("3 burst, 1/min"), MAX_KEYS)
            .withTicker(ticker)
            .build();
    for (int i = 0; i < ACTIVE; i++) {
      assertThat(limiter.tryAcquire("active" + i, 3).isAllowed()).isTrue();
    }
    long passed = 0;
    Duration pause = Duration.ofMinutes(1).dividedBy(ROTATED);
    for (int i = 0; i < ROTATED - 1; i++) {
      ticker.advance(pause);
      passed += limiter.tryAcquire("rotated" + i).isAllowed() ? 1 : 0;
      if (i % (ROTATED / 1000) == 0) {
        assertThat(limiter.tryAcquire("active" + i % ACTIVE).isAllowed()).isFalse();
      }
    }
    // two-sided: new keys beyond the most still pass, through shared buckets of 3 each
    assertThat(passed).isGreaterThan(MAX_KEYS - ACTIVE).isLessThan(MAX_KEYS + 1024 * 4L);
    assertThat(limiter.health().detail()).isEqualTo(MAX_KEYS + " of " + MAX_KEYS + " keys");
    ticker.advance(pause.plusSeconds(1));
    for (int i = 0; i < ACTIVE; i++) {
      assertThat(limiter.tryAcquire("active" + i).isAllowed()).isTrue();
      assertThat(limiter.tryAcquire("active" + i).isAllowed()).isFalse();
    }
  }

  @Test
  @Tag("deep")
  void ten_million_keys_in_a_minute_make_no_active_bucket_full_and_stall_nobody() {
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(Limit.parse("3 burst, 1/min"), MAX_KEYS)
            .withTicker(ticker)
            .build();
    for (int i = 0; i < ACTIVE; i++) {
      assertThat(limiter.tryAcquire("active" + i, 3).isAllowed()).isTrue();
    }
    int rotated = 10_000_000;
    long[] slowest = new long[10];
    for (int i = 0; i < rotated - 1; i++) {
      ticker.advance(Duration.ofNanos(6000));
      String key = "rotated" + i;
      long start = System.nanoTime();
      Decision unused = limiter.tryAcquire(key);
      long took = System.nanoTime() - start;
      for (int s = 0; s < slowest.length && took > slowest[s]; s++) {
        if (s > 0) {
          slowest[s - 1] = slowest[s];
        }
        slowest[s] = took;
      }
      if (i % 10_000 == 0) {
        assertThat(limiter.tryAcquire("active" + i / 10_000 % ACTIVE).isAllowed()).isFalse();
      }
    }
    for (int i = 0; i < ACTIVE; i++) {
      assertThat(limiter.tryAcquire("active" + i).isAllowed()).isFalse();
    }
    assertThat(keys(limiter)).isEqualTo(MAX_KEYS);
    System.getLogger("deep")
        .log(
            System.Logger.Level.INFO,
            "the ten slowest of 10 million checks in ns, collector and scheduler included: "
                + Arrays.toString(slowest));
  }

  @Test
  void flood_over_leaves_room_again() {
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(Limit.parse("1 burst, 1/s"), MAX_KEYS).withTicker(ticker).build();
    for (int i = 0; i < 2 * MAX_KEYS; i++) {
      Decision unused = limiter.tryAcquire("flood" + i);
    }
    ticker.advance(Duration.ofSeconds(2));
    for (int i = 0; i < MAX_KEYS / 2; i++) {
      Decision decision = limiter.tryAcquire("new" + i);
      assertThat(decision.isAllowed()).isTrue();
      assertThat(decision.source()).isEqualTo(Decision.Source.MEMORY);
    }
  }

  /** However many keys have run out, one call looks at sixteen at most. */
  @Test
  void sweep_takes_a_few_keys_a_call_and_leaves_room_for_every_new_one() {
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(Limit.parse("1 burst, 1/s"), MAX_KEYS).withTicker(ticker).build();
    for (int i = 0; i < MAX_KEYS; i++) {
      Decision unused = limiter.tryAcquire("old" + i);
    }
    ticker.advance(Duration.ofMinutes(1));
    long before = keys(limiter);
    assertThat(before).isEqualTo(MAX_KEYS);
    long most = 0;
    for (int i = 0; i < MAX_KEYS; i++) {
      Decision decision = limiter.tryAcquire("new" + i);
      assertThat(decision.source()).as("there was room").isEqualTo(Decision.Source.MEMORY);
      long after = keys(limiter);
      most = Math.max(most, before - after);
      before = after;
    }
    assertThat(most).isBetween(1L, 16L);
    assertThat(before).isLessThanOrEqualTo(MAX_KEYS);
  }

  private static long keys(KeyedRateLimiter limiter) {
    String detail = limiter.health().detail();
    return Long.parseLong(detail.substring(0, detail.indexOf(' ')));
  }
}
