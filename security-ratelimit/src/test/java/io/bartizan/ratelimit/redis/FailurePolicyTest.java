package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
  @ValueSource(strings = {"local share of 1/0", "local share of 1/10001", "local share of 1/99999"})
  void numbers_of_processes_outside_their_range_are_refused(String text) {
    assertThatThrownBy(() -> FailurePolicy.parse(text)).hasMessageContaining("instances is");
  }
}
