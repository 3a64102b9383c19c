package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of two definitions that meet at one key binds who asks by the other. */
class LargerTest {

  private static boolean binds(String other, String asked) {
    return Larger.binds(Limit.parse(other), Limit.parse(asked));
  }

  /** The first is the larger one: by its rate, however it is told, then by what it has at once. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          20/60s fixed                    | 19/60s fixed
          20/60s fixed                    | 20/61s fixed
          61/120s fixed                   | 30/60s fixed
          60/120s fixed                   | 30/60s fixed
          3/s fixed                       | 100/min fixed
          20/60s from first request       | 5/15s from first request
          20/60s sliding                  | 5/15s sliding
          3/s sliding                     | 100/min sliding
          20/60s sliding counter          | 5/15s sliding counter
          3/s sliding counter             | 100/min sliding counter
          20 burst, 5/s, in steps         | 19 burst, 5/s, in steps
          20 burst, 10/2s, in steps       | 19 burst, 5/s, in steps
          5 burst, 6/s, in steps          | 500 burst, 5/s, in steps
          5 burst, 5/999ms, in steps      | 500 burst, 5/s, in steps
          1000000/1ms fixed               | 999999/1ms fixed
          """)
  void RL05_larger_binds_who_asks_by_the_smaller_and_not_the_other_way(String more, String less) {
    assertThat(binds(more, less)).isTrue();
    assertThat(binds(less, more)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5/s fixed",
        "5/s from first request",
        "5/s sliding",
        "5/s sliding counter",
        "5 burst, 2/s, in steps"
      })
  void RL05_equals_bind_each_other(String text) {
    assertThat(binds(text, text)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          20 burst, 7/s          | 5 burst, 1/s
          20/day in Europe/Paris | 5/day in Europe/Paris
          20/month in UTC        | 5/month in UTC
          20/month in UTC        | 5/day in UTC
          """)
  void RL05_even_buckets_and_days_of_a_zone_bind_nobody(String more, String less) {
    assertThat(binds(more, less)).isFalse();
    assertThat(binds(less, more)).isFalse();
  }

  static List<String> kinds() {
    return List.of(
        "%d/s fixed",
        "%d/s from first request",
        "%d/s sliding",
        "%d/s sliding counter",
        "%1$d burst, %1$d/s, in steps",
        "%1$d burst, %1$d/s",
        "%d/day in UTC",
        "%d/month in UTC");
  }

  /** Each kind beside each other one; only of one kind the larger binds. */
  @ParameterizedTest
  @MethodSource("kinds")
  void RL05_definitions_of_unlike_kinds_bind_nobody(String kind) {
    for (String other : kinds()) {
      boolean one = other.equals(kind) && !kind.contains(" in UTC") && !kind.endsWith("d/s");
      assertThat(binds(other.formatted(1_000_000), kind.formatted(1)))
          .as("%s beside %s", other, kind)
          .isEqualTo(one);
    }
  }

  /** Products that no long holds. */
  @Test
  void RL05_largest_numbers_are_compared_too() {
    String most = "1000000000000/%s fixed";
    assertThat(binds(most.formatted("1000s"), most.formatted("36525d"))).isTrue();
    assertThat(binds(most.formatted("36525d"), most.formatted("1000s"))).isFalse();
  }
}
