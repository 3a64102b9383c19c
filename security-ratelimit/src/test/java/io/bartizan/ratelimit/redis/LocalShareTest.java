package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What N processes admit together while each keeps its share in memory. */
class LocalShareTest {

  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private final ManualTicker ticker = new ManualTicker();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "100 burst, 50/s",
        "7 burst, 3/s",
        "1 burst, 1/365d",
        "20 burst, 20/s, in steps",
        "10/s sliding",
        "10/s sliding counter",
        "11/min fixed",
        "10/min from first request",
        "5/day in Europe/Berlin",
        "50/month in America/New_York",
        "1000000000000 burst, 1000000000000/100d"
      })
  void shares_admit_at_least_the_capacity_and_at_most_each_its_part_rounded_up(String text) {
    Limit limit = Limit.parse(text).named("limit");
    for (int instances : new int[] {1, 2, 3, 4, 7, 10, 1000, 10_000}) {
      long capacity = limit.capacity();
      long part = (capacity + instances - 1) / instances;
      List<KeyedRateLimiter> processes = processes(limit, Math.min(instances, 20), instances);
      for (KeyedRateLimiter process : processes) {
        assertThat(process.tryAcquire("k", part + 1).isAllowed()).isFalse();
        assertThat(process.tryAcquire("k", part).isAllowed()).as("%d of %s", part, text).isTrue();
        assertThat(process.tryAcquire("k", 1).isAllowed()).isFalse();
      }
      assertThat(part * instances).isGreaterThanOrEqualTo(capacity);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 7})
  void shares_of_a_bucket_refill_together_no_faster_than_the_whole(int instances) {
    TokenBucket limit =
        Limit.tokenBucket(10, ((TokenBucket) Limit.parse("10 burst, 6/s")).refill());
    List<KeyedRateLimiter> processes = processes(limit.named("limit"), instances, instances);
    long admitted = 0;
    for (int tick = 0; tick < 1000; tick++) {
      for (KeyedRateLimiter process : processes) {
        while (process.tryAcquire("k").isAllowed()) {
          admitted++;
        }
      }
      ticker.advance(Duration.ofMillis(10));
    }
    long burst = instances * ((10L + instances - 1) / instances);
    // two-sided: ten seconds bring sixty permits, less one that is under way in each process
    assertThat(admitted).isBetween(burst + 60 - instances, burst + 60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"9 burst, 9/s, 4 at first", "9 burst, 9/s, in steps, 4 at first"})
  void share_begins_with_its_part_of_the_first_permits_rounded_down(String text) {
    for (KeyedRateLimiter process : processes(Limit.parse(text), 3, 3)) {
      assertThat(process.tryAcquire("k").isAllowed()).isTrue();
      assertThat(process.tryAcquire("k").isAllowed()).isFalse();
    }
  }

  private List<KeyedRateLimiter> processes(Limit limit, int count, int instances) {
    List<KeyedRateLimiter> processes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      processes.add(
          KeyedRateLimiter.builder(new LocalShare(Limits.allOf(limit), instances), 10)
              .withTicker(ticker)
              .withClock(new ManualInstantSource(NOON))
              .build());
    }
    return processes;
  }
}
