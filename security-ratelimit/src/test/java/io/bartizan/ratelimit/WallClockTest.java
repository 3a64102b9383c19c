package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualInstantSource;
import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever NTP or an operator does to the wall clock, a running limiter does not notice. */
class WallClockTest {

  private final ManualTicker ticker = new ManualTicker();
  private final ManualInstantSource wall =
      new ManualInstantSource(Instant.parse("2026-11-21T12:00:00Z"));

  static java.util.List<Limit> limits() {
    return LimiterContractTest.examples();
  }

  @ParameterizedTest
  @MethodSource("limits")
  void stepping_the_wall_clock_changes_no_decision(Limit limit) {
    RateLimiter stepped =
        RateLimiter.builder(limit.limitsOf("any")).withTicker(ticker).withClock(wall).build();
    KeyedRateLimiter keyed =
        KeyedRateLimiter.builder(limit, 10).withTicker(ticker).withClock(wall).build();
    RateLimiter untouched =
        RateLimiter.builder(limit.limitsOf("any"))
            .withTicker(ticker)
            .withClock(new ManualInstantSource(wall.instant()))
            .build();
    Decision first = keyed.tryAcquire("key");
    assertThat(stepped.tryAcquire()).hasToString(first.toString());
    assertThat(untouched.tryAcquire()).hasToString(first.toString());
    for (int step = -50; step < 50; step++) {
      wall.advance(Duration.ofDays(step * 31L).plusMillis(step * 7919L));
      ticker.advance(limit.window().dividedBy(limit.capacity() * 3));
      String expected = untouched.tryAcquire().toString();
      assertThat(stepped.tryAcquire()).hasToString(expected);
      assertThat(keyed.tryAcquire("key")).hasToString(expected);
    }
  }
}
