package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /** Each message repeats the text, says what to write instead, and that can be read. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          10000/day                 | 10000/day in UTC
          10000/day                 | 10000/day sliding
          5/min                     | 5 burst, 5/min
          5/10s                     | 5/10s fixed
          1000/month                | 1000/month in UTC
          100 burst 50/s            | 100 burst, 50/s
          100 burst,  50/s          | 100 burst, 50/s
          100 burst, 50/s in steps  | 100 burst, 50/s, in steps
          50 burst 50/s 1 at first  | 50 burst, 50/s, 1 at first
          """)
  void US07_usual_mistakes_are_told_what_to_write_instead(String mistake, String instead) {
    assertThatThrownBy(() -> Limits.parse(mistake))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limit is \"" + mistake + "\"; ")
        .hasMessageContaining("\"" + instead + "\"");
    assertThat(Limit.parse(instead)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          100 per minute            | "100/min"
          100 requests per second   | "100/s"
          100/hours                 | "100/h"
          1000/week in UTC          | "7d"
          1000/week fixed           | "7d"
          100/m sliding             | "m" is no period: minutes are "min"
          10 burst, 5/5m            | "m" is no period: minutes are "min"
          100/hr fixed              | "hr" is no period: minutes are "min", hours "h"
          1000/day UTC              | write "1000/day in UTC"
          1000/month Europe/Berlin  | write "1000/month in Europe/Berlin"
          100 burst                 | how fast it refills is missing: write "100 burst, 50/s"
          5/day in Europe/Atlantis  | Europe/Berlin, UTC and +02:00 are accepted
          burst: 5/s fixed;         | a semicolon stands between two limits only
          unlimited                 | accepted are
          """)
  void US07_other_mistakes_are_told_how_the_part_is_written(String mistake, String word) {
    assertThatThrownBy(() -> Limits.parse(mistake))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + mistake + "\"")
        .hasMessageContaining(word);
  }

  @Test
  void US07_text_whose_commas_are_right_is_not_told_of_one() {
    assertThatThrownBy(() -> Limit.parse("100 burst, 50/fortnight"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("accepted are")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("comma"));
  }

  /** The table of docs/guides/rate-limiting.md, and whatever the docs feed to parse. */
  @Test
  void US07_each_text_form_that_the_docs_print_is_read() throws IOException {
    Path docs = Path.of(System.getProperty("bartizan.root", ".."), "docs");
    int read = 0;
    for (String line : Files.readAllLines(docs.resolve("guides/rate-limiting.md"))) {
      String[] cells = line.split("\\|", -1);
      if (cells.length > 3 && cells[2].matches(" `[0-9].*` ")) {
        String text = cells[2].replace("`", "").trim();
        assertThat(Limit.parse(text)).hasToString(text);
        read++;
      }
    }
    assertThat(read).isEqualTo(8);
    Pattern parsed = Pattern.compile("(Limits?)\\.parse\\(\"([^\"]+)\"\\)");
    for (String page : new String[] {"guides/rate-limiting.md", "operations/redis.md"}) {
      Matcher text = parsed.matcher(Files.readString(docs.resolve(page)));
      while (text.find()) {
        assertThat(Limits.parse(text.group(2)).list()).isNotEmpty();
      }
    }
  }

  @Test
  void long_text_is_refused_without_looking_at_it() {
    assertThatThrownBy(() -> Limit.parse("1".repeat(1_000_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .hasSizeLessThan(1000);
  }
}
