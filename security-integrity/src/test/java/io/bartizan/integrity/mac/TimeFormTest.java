package io.bartizan.integrity.mac;

import static io.bartizan.integrity.mac.TimeForm.MILLISECONDS;
import static io.bartizan.integrity.mac.TimeForm.RFC3339;
import static io.bartizan.integrity.mac.TimeForm.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bartizan.core.VerificationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimeFormTest {

  @Test
  void TK10_numbers_areReadUpToTheirLength() {
    assertThat(SECONDS.seconds("0", true)).isEqualTo(0);
    assertThat(SECONDS.seconds("1", true)).isEqualTo(1);
    assertThat(SECONDS.seconds("999999999999", true)).isEqualTo(999_999_999_999L);
    assertThat(MILLISECONDS.seconds("999", true)).isEqualTo(0);
    assertThat(MILLISECONDS.seconds("1000", true)).isEqualTo(1);
    assertThat(MILLISECONDS.seconds("999999999999999", true)).isEqualTo(999_999_999_999L);
    refused(SECONDS, "1000000000000", true, "the time has more than 12 characters");
    refused(MILLISECONDS, "1000000000000000", true, "the time has more than 15 characters");
    for (TimeForm form : List.of(SECONDS, MILLISECONDS)) {
      for (String text : List.of("", "01", "00", "-1", "+1", " 1", "1 ", "1.0", "0x1", "١")) {
        refused(form, text, true, "the time is not a number of seconds");
      }
    }
  }

  @Test
  void TK10_numbersWithoutASignBehind_haveOneLength() {
    assertThat(SECONDS.seconds("1700000000", false)).isEqualTo(1_700_000_000);
    assertThat(MILLISECONDS.seconds("1700000000999", false)).isEqualTo(1_700_000_000);
    for (String text : List.of("170000000", "17000000000", "1", "")) {
      refused(SECONDS, text, false, "the time does not have 10 digits");
    }
    for (String text : List.of("170000000000", "17000000000000", "1700000000", "")) {
      refused(MILLISECONDS, text, false, "the time does not have 13 digits");
    }
    refused(SECONDS, "0700000000", false, "the time is not a number of seconds");
  }

  @Test
  void TK10_dateTimes_areReadInOneSpelling() {
    for (boolean parted : new boolean[] {true, false}) {
      assertThat(RFC3339.seconds("1970-01-01T00:00:01Z", parted)).isEqualTo(1);
      assertThat(RFC3339.seconds("1970-01-01T00:00:01.9Z", parted)).isEqualTo(1);
      assertThat(RFC3339.seconds("1970-01-01T01:00:00.123456789+01:00", parted)).isEqualTo(0);
      assertThat(RFC3339.seconds("1969-12-31T23:00:02-01:00", parted)).isEqualTo(2);
      refused(RFC3339, "1970-01-01T01:00:00.1234567890+01:00", parted, "more than 35 characters");
      for (String text : List.of("1970-13-01T00:00:00Z", "1970-02-30T00:00:00Z")) {
        refused(RFC3339, text, parted, "the time is no date and time that exist");
      }
      for (String text :
          List.of(
              "",
              "1",
              "1970-01-01t00:00:00Z",
              "1970-01-01T00:00:00z",
              "1970-01-01T00:00:00",
              "1970-01-01T00:00:00.Z",
              "1970-01-01T00:00Z",
              "1970-01-01T00:00:00+0000",
              "01970-01-01T00:00:00Z")) {
        refused(RFC3339, text, parted, "the time is not of RFC 3339");
      }
    }
  }

  private static void refused(TimeForm form, String text, boolean parted, String why) {
    assertThatExceptionOfType(VerificationException.class)
        .as("%s %s", form, text)
        .isThrownBy(() -> form.seconds(text, parted))
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(MacReason.MALFORMED));
  }
}
