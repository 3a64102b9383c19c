package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailurePolicyTest {

  @Test
  void policies_are_read_as_they_are_printed() {
    for (FailurePolicy policy :
        List.of(
            FailurePolicy.failClosed(),
            FailurePolicy.failOpen(),
            FailurePolicy.localShare(1),
            FailurePolicy.localShare(10_000))) {
      FailurePolicy read = FailurePolicy.parse(policy.toString());
      assertThat(read).hasToString(policy.toString());
      assertThat(read.isOpen()).isEqualTo(policy.isOpen());
      assertThat(read.instances()).isEqualTo(policy.instances());
    }
    assertThat(FailurePolicy.valueOf("local share of 1/4").instances()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "open", "Fail open", "fail open ", "local share of 1/", "local share of 1/x"})
  void other_text_is_refused_with_the_forms(String text) {
    assertThatThrownBy(() -> FailurePolicy.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("local share of 1/N");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          localShare(4)                | local share of 1/4
          FailurePolicy.localShare(12) | local share of 1/N
          local share of 4             | local share of 1/4
          LOCAL_SHARE                  | local share of 1/4
          failOpen()                   | fail open
          FAIL_OPEN                    | fail open
          open                         | fail open
          fail-closed                  | fail closed
          failclosed                   | fail closed
          """)
  void US07_usual_mistakes_are_told_what_to_write_instead(String mistake, String instead) {
    assertThatThrownBy(() -> FailurePolicy.parse(mistake))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("policy is \"" + mistake + "\"; ")
        .hasMessageContaining("\"" + instead + "\"");
  }

  @Test
  void US07_each_policy_that_the_docs_print_as_text_is_read() throws IOException {
    String page =
        Files.readString(
            Path.of(System.getProperty("bartizan.root", ".."), "docs", "operations", "redis.md"));
    Matcher text = Pattern.compile("`(fail open|fail closed|local share of [^`]*)`").matcher(page);
    int read = 0;
    while (text.find()) {
      assertThat(FailurePolicy.parse(text.group(1))).hasToString(text.group(1));
      read++;
    }
    assertThat(read).isGreaterThanOrEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"local share of 1/0", "local share of 1/10001", "local share of 1/99999"})
  void numbers_of_processes_outside_their_range_are_refused(String text) {
    assertThatThrownBy(() -> FailurePolicy.parse(text)).hasMessageContaining("instances is");
  }
}
