package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.jwt.JwtReason;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ProblemTest {

  /** Where numbers have digits of their own, which JSON does not know. */
  @Test
  void problem_isJson_whateverTheLanguageOfTheMachine() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      assertThat(String.format("%d", 4)).isNotEqualTo("4");
      assertThat(Problem.json(401, JwtReason.EXPIRED))
          .startsWith("{\"type\":\"about:blank\",\"status\":401,\"title\":\"");
    } finally {
      Locale.setDefault(before);
    }
  }
}
