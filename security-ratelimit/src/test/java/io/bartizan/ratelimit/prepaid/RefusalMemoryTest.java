package io.bartizan.ratelimit.prepaid;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limits;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefusalMemoryTest {

  /** Ten permits come back in ten times as long as one. */
  @Test
  void refusal_says_nothing_of_a_larger_weight_which_waits_longer() {
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(Limits.parse("10 burst, 1/s"), 9)
            .withTicker(new ManualTicker())
            .build();
    assertThat(limiter.tryAcquire("k", 10).isAllowed()).isTrue();
    RefusalMemory memory = RefusalMemory.of(limiter.tryAcquire("k", 2), 0);
    assertThat(memory).isNotNull();
    assertThat(memory.answer(2, 0)).isNotNull();
    assertThat(memory.answer(1, 0)).isNull();
    assertThat(memory.answer(10, 0)).isNull();
  }

  @Test
  void refusal_of_several_limits_tells_the_own_times_of_those_that_refused() {
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(
                Limits.parse("few: 1 burst, 1/h; less: 1 burst, 1/2h; many: 9 burst, 1/d"), 9)
            .withTicker(new ManualTicker())
            .build();
    assertThat(limiter.tryAcquire("k").isAllowed()).isTrue();
    RefusalMemory memory = RefusalMemory.of(limiter.tryAcquire("k"), 0);
    assertThat(memory).isNotNull();
    Decision still = memory.answer(1, Duration.ofMillis(500).toNanos());
    assertThat(still).isNotNull();
    assertThat(still.isAllowed()).isFalse();
    assertThat(still.limit().name()).isEqualTo("less");
    assertThat(still.parts())
        .extracting(part -> part.limit().name() + " " + part.resetAfter())
        .containsExactly("few PT59M59.5S", "less PT1H59M59.5S");
    assertThat(still.retryAfter()).isEqualTo(Duration.ofHours(2).minusMillis(500));
    assertThat(memory.answer(1, Duration.ofSeconds(1).toNanos())).as("over").isNull();
  }
}
