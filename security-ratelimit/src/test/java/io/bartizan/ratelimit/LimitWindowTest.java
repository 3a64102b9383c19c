package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a limit says of its own time: its window, and where one begins and ends. */
class LimitWindowTest {

  /** Worked out by hand: the time in which an empty bucket fills, or the longest window. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 burst, 1/s                           | PT1S         | 1
          100 burst, 50/s                        | PT2S         | 2
          3 burst, 2/s                           | PT1.5S       | 2
          7 burst, 3/s                           | PT2.333334S  | 3
          3 burst, 600000/s                      | PT0.000005S  | 1
          10 burst, 3/7ms                        | PT0.023334S  | 1
          10 burst, 3/7ms, 0 at first            | PT0.023334S  | 1
          1 burst, 1/d                           | PT24H        | 86400
          3 burst, 2/s, in steps                 | PT2S         | 2
          4 burst, 2/s, in steps                 | PT2S         | 2
          5 burst, 2/s, in steps                 | PT3S         | 3
          1 burst, 2/s, in steps                 | PT1S         | 1
          7 burst, 100/min, in steps             | PT1M         | 60
          101 burst, 100/min, in steps           | PT2M         | 120
          5 burst, 2/10ms, in steps              | PT0.03S      | 1
          5 burst, 2/10ms, in steps, 1 at first  | PT0.03S      | 1
          10/s sliding                           | PT1S         | 1
          600/30d sliding                        | PT720H       | 2592000
          3/1500ms sliding counter               | PT1.5S       | 2
          4/3ms fixed                            | PT0.003S     | 1
          10/min from first request              | PT1M         | 60
          5/day in Europe/Berlin                 | PT24H        | 86400
          3/day in Africa/Cairo                  | PT24H        | 86400
          50/month in America/New_York           | PT744H       | 2678400
          """)
  void ML06_window_is_what_the_limit_needs_to_forget(String text, Duration window, long seconds) {
    Limit limit = Limit.parse(text);
    assertThat(limit.window()).isEqualTo(window);
    assertThat(limit.named("other").window()).isEqualTo(window);
    Decision first = RateLimiter.of(limit).peek();
    assertThat(RateLimitFields.of(first).policy()).endsWith(";w=" + seconds);
  }

  /** Where nothing was reserved ahead nobody waits longer, whatever the numbers. */
  @ParameterizedTest
  @ValueSource(strings = {"", ", in steps"})
  void ML06_window_of_a_bucket_is_the_longest_wait_until_all_is_back(String steps) {
    SeededCases.check(
        500,
        random -> {
          long period = random.nextLong(1, 5_000);
          Limit limit =
              Limit.parse(
                  random.nextLong(1, 60)
                      + " burst, "
                      + random.nextLong(1, 20)
                      + "/"
                      + period
                      + "ms"
                      + steps);
          long offset = random.nextBoolean() ? 0 : random.nextLong(1000 * period);
          RateLimiter limiter =
              at(limit, 1_700_000_000_000_000L / (1000 * period) * 1000 * period + offset);
          Duration reset = limiter.tryAcquire(limit.capacity()).resetAfter();
          Duration expected = limit.window();
          if (!steps.isEmpty()) {
            expected = expected.minus(Duration.of(offset, ChronoUnit.MICROS));
          }
          assertThat(reset).as("%s at %d", limit, offset).isEqualTo(expected);
        });
  }

  /** The first permit of a window tells its end; one microsecond before nothing has ended. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1/s fixed                   | 2026-11-21T12:00:00Z           | 2026-11-21T12:00:01Z
          1/s fixed                   | 2026-11-21T12:00:00.000001Z    | 2026-11-21T12:00:01Z
          1/s fixed                   | 2026-11-21T12:00:00.999999Z    | 2026-11-21T12:00:01Z
          1/s fixed                   | 2026-11-21T12:00:00.999999999Z | 2026-11-21T12:00:01Z
          1/7s fixed                  | 1970-01-01T00:00:06.5Z         | 1970-01-01T00:00:07Z
          1/7s fixed                  | 1969-12-31T23:59:59.999999Z    | 1970-01-01T00:00:00Z
          1/7s fixed                  | 1969-12-31T23:59:53Z           | 1970-01-01T00:00:00Z
          1/7s fixed                  | 1969-12-31T23:59:52.999999Z    | 1969-12-31T23:59:53Z
          1/30d fixed                 | 1960-02-29T12:00:00.25Z        | 1960-03-24T00:00:00Z
          1/min from first request    | 2026-11-21T12:00:30.123456Z    | 2026-11-21T12:01:30.123456Z
          1/min from first request    | 1969-12-31T23:59:30.123456Z    | 1970-01-01T00:00:30.123456Z
          1/day in UTC                | 1969-12-31T23:59:59.999999Z    | 1970-01-01T00:00:00Z
          1/day in UTC                | 1969-12-31T00:00:00Z           | 1970-01-01T00:00:00Z
          1/day in Europe/Berlin      | 2026-10-24T22:00:00.5Z         | 2026-10-25T23:00:00Z
          1/day in Europe/Berlin      | 2026-03-28T23:00:00.000001Z    | 2026-03-29T22:00:00Z
          1/day in Asia/Kathmandu     | 2026-11-21T18:14:59.999999Z    | 2026-11-21T18:15:00Z
          1/day in Asia/Kathmandu     | 2026-11-21T18:15:00Z           | 2026-11-22T18:15:00Z
          1/month in UTC              | 2024-02-29T23:59:59.999999Z    | 2024-03-01T00:00:00Z
          1/month in UTC              | 1969-12-01T00:00:00Z           | 1970-01-01T00:00:00Z
          1/month in America/New_York | 2026-12-01T04:59:59.999999Z    | 2026-12-01T05:00:00Z
          1/month in America/New_York | 2026-12-01T05:00:00Z           | 2027-01-01T05:00:00Z
          1/month in America/New_York | 1965-10-05T01:02:03.4Z         | 1965-11-01T05:00:00Z
          1 burst, 1/7s, in steps     | 1969-12-31T23:59:59.999999Z    | 1970-01-01T00:00:00Z
          1 burst, 1/7s, in steps     | 1969-12-31T23:59:53Z           | 1970-01-01T00:00:00Z
          1 burst, 1/7s, in steps     | 1969-12-31T23:59:52.5Z         | 1969-12-31T23:59:53Z
          1 burst, 1/7s, in steps     | 1970-01-01T00:00:06.5Z         | 1970-01-01T00:00:07Z
          1 burst, 1/7s               | 1969-12-31T23:59:59.5Z         | 1970-01-01T00:00:06.5Z
          1/7s sliding                | 1969-12-31T23:59:59.5Z         | 1970-01-01T00:00:06.5Z
          1/7s sliding counter        | 1969-12-31T23:59:59.999999Z    | 1970-01-01T00:00:07Z
          1/7s sliding counter        | 1969-12-31T23:59:52.5Z         | 1970-01-01T00:00:00Z
          1/7s sliding counter        | 1970-01-01T00:00:06.5Z         | 1970-01-01T00:00:14Z
          """)
  void ML06_window_ends_where_it_is_worked_out_to(String text, Instant moment, Instant end) {
    ManualTicker ticker = new ManualTicker();
    RateLimiter limiter =
        RateLimiter.builder(Limit.parse(text)).withTicker(ticker).withClock(() -> moment).build();
    Duration left = Duration.between(moment.truncatedTo(ChronoUnit.MICROS), end);
    Decision taken = limiter.tryAcquire();
    assertThat(taken.isAllowed()).isTrue();
    assertThat(taken.resetAfter()).isEqualTo(left);
    Decision refused = limiter.tryAcquire();
    assertThat(refused.isAllowed()).isFalse();
    if (!text.contains("counter")) { // which lets in when the window before has faded
      assertThat(refused.retryAfter()).isEqualTo(left);
    }
    ticker.advance(left.minus(Duration.ofNanos(1000)));
    assertThat(limiter.peek().resetAfter()).isEqualTo(Duration.ofNanos(1000));
    ticker.advance(Duration.ofNanos(1000));
    assertThat(limiter.peek().resetAfter()).isZero();
    assertThat(limiter.tryAcquire().isAllowed()).isTrue();
  }

  private static RateLimiter at(Limit limit, long micros) {
    return RateLimiter.builder(limit)
        .withTicker(new ManualTicker())
        .withClock(() -> Instant.EPOCH.plus(micros, ChronoUnit.MICROS))
        .build();
  }
}
