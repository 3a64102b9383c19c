package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          100 burst, 50/s                         | 4     | 25 burst, 50/4s
          7 burst, 3/s                            | 2     | 4 burst, 3/2s
          9 burst, 9/s, 4 at first                | 3     | 3 burst, 9/3s, 1 at first
          20 burst, 20/s, in steps                | 3     | 7 burst, 7/s, in steps
          10 burst, 4/12634d, in steps            | 4     | 3 burst, 3/36525d, in steps
          1 burst, 1/365d                         | 1000  | 1 burst, 1/36525d
          1000000000000 burst, 1000000000000/100d | 10000 | 100000000 burst, 100000000/100d
          10/s sliding                            | 4     | 3/s sliding
          10/s sliding counter                    | 10000 | 1/s sliding counter
          11/min fixed                            | 2     | 6/min fixed
          10/min from first request               | 3     | 4/min from first request
          5/day in Europe/Berlin                  | 2     | 3/day in Europe/Berlin
          50/month in UTC                         | 7     | 8/month in UTC
          """)
  void limit_is_divided_and_rounded_up(String whole, int instances, String share) {
    Limit limit = Limit.parse(whole).named("shared");
    assertThat(limit.dividedBy(instances)).isEqualTo(Limit.parse(share).named("shared"));
    assertThat(limit.dividedBy(1)).isEqualTo(limit);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5 burst, 5/s", "5/s sliding", "5/s sliding counter", "5/s fixed"})
  void divisor_outside_its_range_is_named(String text) {
    for (int instances : new int[] {0, -1, 10_001}) {
      assertThatThrownBy(() -> Limit.parse(text).dividedBy(instances))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("instances is " + instances + ", 1 to 10000 are accepted");
    }
    assertThat(Limit.parse(text).dividedBy(10_000).capacity()).isEqualTo(1);
  }

  @Test
  void calendar_windows_tell_their_zone_and_others_have_none() {
    ZoneId berlin = ZoneId.of("Europe/Berlin");
    assertThat(Limit.calendarDay(5, berlin).zone()).contains(berlin);
    assertThat(Limit.calendarMonth(5, berlin).dividedBy(2).zone()).contains(berlin);
    assertThat(((FixedWindow) Limit.parse("5/s fixed")).zone()).isEmpty();
  }
}
