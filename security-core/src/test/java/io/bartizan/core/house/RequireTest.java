package io.bartizan.core.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequireTest {

  @ParameterizedTest
  @CsvSource({"1,true", "9,true", "0,false", "10,false"})
  void number_isAcceptedWithinItsBoundsAlone(int value, boolean accepted) {
    if (accepted) {
      assertThat(Require.within("n", value, 1, 9)).isEqualTo(value);
      assertThat(Require.sized("n", value, "bytes", 1, 9)).isEqualTo(value);
    } else {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Require.within("n", value, 1, 9))
          .withMessage("n is " + value + ", 1 to 9 are accepted");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Require.sized("n", value, "bytes", 1, 9))
          .withMessage("n has " + value + " bytes, 1 to 9 are accepted");
    }
  }

  @Test
  void long_isNotCutToAnInt() {
    assertThat(Require.within("n", 1L << 40, 1, 1L << 41)).isEqualTo(1L << 40);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Require.within("n", (1L << 32) + 5, 1L, 9L));
  }

  @Test
  void leastValue_isAccepted_andOneLessIsNot() {
    assertThat(Require.atLeast("n", 3, 3)).isEqualTo(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Require.atLeast("n", 2L, 3L))
        .withMessage("n is 2, at least 3 is needed");
  }

  @Test
  void duration_isAcceptedWithinItsBounds_andNamesThemInWords() {
    Duration min = Duration.ofMillis(1);
    Duration max = Duration.ofSeconds(10);
    assertThat(Require.within("timeout", min, min, max)).isEqualTo(min);
    assertThat(Require.within("timeout", max, min, max)).isEqualTo(max);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Require.within("timeout", Duration.ZERO, min, max))
        .withMessage("timeout is 0, 1 millisecond to 10 seconds are accepted");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Require.within("timeout", max.plusNanos(1), min, max))
        .withMessage("timeout is 10.000000001 seconds, 1 millisecond to 10 seconds are accepted");
    assertThatNullPointerException()
        .isThrownBy(() -> Require.within("t", null, min, max))
        .withMessage("t");
  }

  @Test
  void duration_thatIsNotNegative_isAccepted() {
    assertThat(Require.notNegative("maxWait", Duration.ZERO)).isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Require.notNegative("maxWait", Duration.ofMillis(-1)))
        .withMessage("maxWait is -0.001 seconds, zero or more is accepted");
    assertThatNullPointerException()
        .isThrownBy(() -> Require.notNegative("maxWait", null))
        .withMessage("maxWait");
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S,0",
    "PT0.001S,1 millisecond",
    "PT0.25S,250 milliseconds",
    "PT0.000005S,5 microseconds",
    "PT0.000000005S,5 nanoseconds",
    "PT0.0015S,1500 microseconds",
    "PT1.5S,1.5 seconds",
    "PT0.000000001S,1 nanosecond",
    "PT-1S,-1 seconds",
    "PT-0.25S,-0.25 seconds",
    "PT-2M,-120 seconds",
    "PT2562047788015215H30M7.5S,9223372036854775807.5 seconds",
    "PT90S,90 seconds",
    "PT2M,2 minutes",
    "PT1H,1 hour",
    "PT24H,1 day",
    "PT36H,36 hours",
    "P366D,366 days"
  })
  void span_isSpeltWithoutLoss(Duration span, String words) {
    assertThat(Span.exact(span)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "PT-1S,0 s",
    "PT59.9S,59 s",
    "PT60S,1 min",
    "PT59M59S,59 min",
    "PT1H,1 h",
    "PT47H59M59S,47 h",
    "PT48H,2 d"
  })
  void span_isSpeltRoughly_inTheLargestUnit(Duration span, String words) {
    Instant now = Instant.ofEpochSecond(1_000_000);
    assertThat(Span.rough(span)).isEqualTo(words);
    assertThat(Span.ago(now.minus(span), now)).isEqualTo(words + " ago");
    assertThat(Span.until(now.plus(span), now)).isEqualTo("in " + words);
  }
}
