package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which rates there are, the first and the last of each bound, and the parts of one. */
class RateTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1             | PT0.001S      | 1/ms
          1             | PT876600H     | 1/36525d
          1             | PT0.001001S   | 1/1001us
          1000000       | PT0.001S      | 1000000/ms
          1001000       | PT0.001001S   | 1001000/1001us
          999999        | PT0.001S      | 999999/ms
          1000000000000 | PT1000S       | 1000000000000/1000s
          50            | PT1S          | 50/s
          7             | PT90M         | 7/90min
          5             | PT24H         | 5/d
          """)
  void rate_within_its_bounds_is_what_it_was_made_of(long permits, Duration period, String text) {
    Rate rate = Rate.per(permits, period);
    assertThat(rate.permits()).isEqualTo(permits);
    assertThat(rate.period()).isEqualTo(period);
    assertThat(rate).hasToString(text).isEqualTo(new Rate(permits, period));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0             | PT1S               | permits is 0
          -1            | PT1S               | permits is -1
          1000000000001 | PT10000S           | permits is 1000000000001
          1             | PT0.000999S        | period is 999 microseconds
          1             | PT0S               | period is 0
          1             | PT-1S              | period is -1 seconds
          1             | PT876600H0.000001S | period is 3155760000.000001 seconds
          1             | PT1.000000001S     | period is 1.000000001 seconds
          1             | PT1.000000999S     | period is 1.000000999 seconds
          1000001       | PT0.001S           | at most 1000 per microsecond
          1001000       | PT0.001S           | at most 1000 per microsecond
          1001001       | PT0.001001S        | at most 1000 per microsecond
          1000000000000 | PT999.999999S      | at most 1000 per microsecond
          """)
  void rate_outside_its_bounds_is_refused(long permits, Duration period, String message) {
    assertThatThrownBy(() -> Rate.per(permits, period))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @EnumSource(ChronoUnit.class)
  void rate_per_unit_is_that_of_its_length_from_milliseconds_to_days(ChronoUnit unit) {
    boolean accepted =
        unit.compareTo(ChronoUnit.MILLIS) >= 0 && unit.compareTo(ChronoUnit.DAYS) <= 0;
    if (accepted) {
      assertThat(Rate.per(3, unit)).isEqualTo(new Rate(3, unit.getDuration()));
    } else {
      assertThatThrownBy(() -> Rate.per(3, unit))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(
              unit.compareTo(ChronoUnit.DAYS) > 0 ? "unit is " + unit : "period is ");
    }
  }

  /** A longer period where there is one, then fewer permits, then whole permits of a century. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          50/s       | 1     | 50/s
          50/s       | 10000 | 50/10000s
          3/12175d   | 3     | 3/36525d
          3/12176d   | 3     | 1/12176d
          3/18262d   | 6     | 1/36524d
          3/18263d   | 6     | 1/36525d
          4/18263d   | 6     | 2/36525d
          5/36525d   | 10000 | 1/36525d
          """)
  void ML07_part_of_a_rate_is_exact_or_rounded_up(String whole, int instances, String part) {
    Rate rate = ((TokenBucket) Limit.parse("1 burst, " + whole)).refill();
    assertThat(rate.dividedBy(instances)).hasToString(part);
  }

  @Test
  void rate_without_a_period_is_refused() {
    assertThatThrownBy(() -> Rate.per(1, (Duration) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("period");
    assertThatThrownBy(() -> Rate.per(1, (ChronoUnit) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("unit");
  }
}
