package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitTextTest {

  @Test
  void every_example_is_printed_and_read_back_as_equal() {
    for (Limit limit : LimiterContractTest.examples()) {
      assertThat(Limit.parse(limit.toString())).isEqualTo(limit).hasToString(limit.toString());
    }
  }

  @Test
  void text_says_what_the_factories_say() {
    assertThat(Limit.parse("100 burst, 50/s"))
        .isEqualTo(Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)));
    assertThat(Limit.parse("1 burst, 3/1500us"))
        .isEqualTo(Limit.paced(Rate.per(3, Duration.of(1500, ChronoUnit.MICROS))));
    assertThat(Limit.parse("7/90min sliding"))
        .isEqualTo(Limit.slidingWindow(Rate.per(7, Duration.ofMinutes(90))));
    assertThat(Limit.parse("7/60s fixed")).hasToString("7/min fixed");
    assertThat(Limit.parse("100 burst,50/second")).hasToString("100 burst, 50/s");
    assertThat(Limit.parse("5 / 10 sec sliding")).hasToString("5/10s sliding");
    assertThat(Limit.parse("5/hour fixed")).hasToString("5/h fixed");
  }

  @Test
  void several_named_limits_are_printed_and_read_back() {
    Limits limits =
        Limits.allOf(
            Limit.parse("100 burst, 50/s").named("burst"),
            Limit.parse("1000/day in UTC").named("daily"));
    assertThat(limits).hasToString("burst: 100 burst, 50/s; daily: 1000/day in UTC");
    assertThat(Limits.parse(limits.toString())).isEqualTo(limits);
    assertThat(Limits.parse("burst:100 burst,50/s;daily:1000/day in UTC")).isEqualTo(limits);
    assertThat(Limits.parse("1000/day in +02:00")).hasToString("default: 1000/day in +02:00");
    assertThat(Limits.parse("5/s fixed")).isEqualTo(Limits.allOf(Limit.parse("5/s fixed")));
    assertThatThrownBy(() -> Limits.parse("a: 5/s fixed; a: 6/s fixed"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Limits.parse("a: 5/s fixed;"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "fifty",
        "50/s",
        "50/s burst",
        "0 burst, 1/s",
        "-1 burst, 1/s",
        "1 burst, 0/s",
        "1 burst, 1/0s",
        "1 burst, 1/y",
        "1 burst, 1.5/s",
        "9999999999999 burst, 1/s",
        "1 burst, 1/999999999999999999d",
        "1 burst, 1/36526d",
        "1 burst, 1/s, 2 at first",
        "1 burst, 1/s, 9999999999999 at first",
        "1/999us sliding",
        "1000001/d sliding",
        "1/day in Europe/Atlantis",
        "1/day in ../etc",
        "1/week in UTC",
        "1 burst, 1/s\n",
        "１ burst, 1/s"
      })
  void bad_text_is_refused_with_the_reason(String text) {
    assertThatThrownBy(() -> Limit.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(" is ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void rate_alone_is_refused_since_it_names_no_kind() {
    assertThatThrownBy(() -> Limit.parse("5/min"))
        .hasMessageContaining("does not say what kind of limit");
  }

  @Test
  void long_text_is_refused_without_looking_at_it() {
    assertThatThrownBy(() -> Limit.parse("1".repeat(1_000_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .hasSizeLessThan(1000);
  }
}
