package io.bartizan.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CheckedTest {

  private enum Why implements Reason {
    TOO_OLD
  }

  private static final Refusal OLD = Refusal.of(Why.TOO_OLD, "made last year");

  @Test
  void refusal_isOneValueEverywhere() {
    Checked<String> checked = Checked.rejected(OLD);
    assertThat(checked.isAccepted()).isFalse();
    assertThat(checked.<Refusal>fold(value -> null, refusal -> refusal)).isSameAs(OLD);
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(checked::orThrow)
        .withMessage("too-old: made last year")
        .satisfies(e -> assertThat(e.refusal()).isSameAs(OLD))
        .satisfies(e -> assertThat(e.reason()).isSameAs(Why.TOO_OLD))
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    assertThat(checked).hasToString("Rejected[too-old: made last year]");
  }

  @Test
  void rejectedOfOneRefusal_isMadeOnce() {
    assertThat(Checked.<String>rejected(OLD)).isSameAs(Checked.<String>rejected(OLD));
  }

  @Test
  void refusal_isSafeToLog_whateverWasRefused() {
    Refusal refusal = Refusal.of(Why.TOO_OLD, "a\nb" + "x".repeat(2_000));
    assertThat(refusal.detail()).startsWith("a\\u000ab").hasSizeLessThan(1_050);
    assertThat(refusal.message()).isEqualTo("too-old: " + refusal.detail());
    assertThat(refusal).hasToString(refusal.message());
    assertThatNullPointerException().isThrownBy(() -> Refusal.of(null, "x"));
    assertThatNullPointerException().isThrownBy(() -> Refusal.of(Why.TOO_OLD, null));
  }

  @Test
  void formOfARefusal_keepsItsFactsThroughOrThrow() {
    class Dated extends Refusal {
      Dated() {
        super(Why.TOO_OLD, "made in 1999");
      }
    }
    Checked<String> checked = Checked.rejected(new Dated());
    assertThatExceptionOfType(VerificationException.class)
        .isThrownBy(checked::orThrow)
        .satisfies(e -> assertThat(e.refusal()).isInstanceOf(Dated.class));
  }

  @Test
  void accepted_givesItsValue() {
    Checked<String> checked = Checked.accepted("value");
    assertThat(checked.isAccepted()).isTrue();
    assertThat(checked.orThrow()).isEqualTo("value");
    assertThat(checked).hasToString("Accepted[value]");
    assertThat(checked.<String>fold(value -> value + "!", refusal -> "?")).isEqualTo("value!");
    assertThatNullPointerException().isThrownBy(() -> Checked.accepted(null));
  }

  @Test
  void of_keepsWhatTheVerificationDid_andLetsOtherExceptionsPass() throws IOException {
    assertThat(Checked.<String, RuntimeException>of(() -> "value").orThrow()).isEqualTo("value");
    Checked<String> refused =
        Checked.<String, RuntimeException>of(
            () -> {
              throw new VerificationException(OLD);
            });
    assertThat(refused).isSameAs(Checked.rejected(OLD));
    assertThatThrownBy(
            () ->
                Checked.<String, IOException>of(
                    () -> {
                      throw new FileNotFoundException("gone");
                    }))
        .isInstanceOf(FileNotFoundException.class);
  }
}
