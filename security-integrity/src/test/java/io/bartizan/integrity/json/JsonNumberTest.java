package io.bartizan.integrity.json;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a number says of itself once it is read. */
class JsonNumberTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 9, 10, -1, 999_999_999_999_999_999L, -999_999_999_999_999_999L})
  void integer_is_a_long_with_its_text(long value) {
    for (JsonNumber number : new JsonNumber[] {JsonNumber.of(value), new JsonNumber(value)}) {
      assertThat(number.isLong()).isTrue();
      assertThat(number.longValue()).isEqualTo(value);
      assertThat(number.text()).isEqualTo("" + value);
      assertThat(number).hasToString("" + value);
      assertThat(number.toJava()).isEqualTo(value);
    }
  }

  @Test
  void digits_are_shared_and_other_numbers_are_not() {
    for (long value = -2; value < 12; value++) {
      var number = assertThat(JsonNumber.of(value));
      if (value >= 0 && value <= 9) {
        number.isSameAs(JsonNumber.of(value));
      } else {
        number.isNotSameAs(JsonNumber.of(value));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0", "1e3", "-0.5E-7", "1000000000000000000", "-0"})
  void other_number_is_a_decimal_with_its_text(String text) {
    JsonNumber number = new JsonNumber(text);
    assertThat(number.isLong()).isFalse();
    assertThatIllegalStateException().isThrownBy(number::longValue).withMessageContaining("18");
    assertThat(number.text()).isEqualTo(text);
    assertThat(number).hasToString(text);
    assertThat(number.toJava()).isEqualTo(new BigDecimal(text));
  }

  @Test
  void numbers_are_equal_if_they_are_written_alike() {
    JsonNumber ten = new JsonNumber(10);
    assertThat(ten).isEqualTo(JsonNumber.of(10)).isEqualTo(new JsonNumber("10"));
    assertThat(ten).hasSameHashCodeAs(new JsonNumber("10"));
    assertThat(ten).doesNotHaveSameHashCodeAs(new JsonNumber(11));
    assertThat(ten).isNotEqualTo(new JsonNumber("10.0")).isNotEqualTo(new JsonNumber(11));
    assertThat(ten.equals(new Object())).isFalse();
    assertThat(new JsonNumber("1e3").hashCode()).isNotEqualTo(new JsonNumber("1e4").hashCode());
  }

  @Test
  void integer_of_a_place_has_1_to_18_digits_and_no_fraction_or_exponent() {
    for (int at = 0; at <= 20; at++) {
      for (int length = 0; length <= 24; length++) {
        String digits = "987654321098765432109876".substring(0, length);
        for (char after : new char[] {',', '}', ' ', '.', 'e', 'E'}) {
          byte[] text = (" ".repeat(at) + digits + after + "7").getBytes(US_ASCII);
          boolean isInteger = length >= 1 && length <= 18 && ",} ".indexOf(after) >= 0;
          assertThat(JsonNumber.integerAt(text, at))
              .as("%s%s at %d", digits, after, at)
              .isEqualTo(isInteger ? Long.parseLong(digits) : -1);
        }
      }
      byte[] negative = (" ".repeat(at) + "-7,").getBytes(US_ASCII);
      assertThat(JsonNumber.integerAt(negative, at)).isEqualTo(-1);
    }
  }

  /** Digits of an exponent, between others that are not asked about. */
  @ParameterizedTest
  @CsvSource({
    "'', false",
    "0, false",
    "1, false",
    "998, false",
    "999, false",
    "0000000999, false",
    "1000, true",
    "01000, true",
    "9990, true",
    "99999999999999999999, true",
    "4294967296, true"
  })
  void exponent_is_huge_from_1000_on(String digits, boolean isHuge) {
    byte[] text = ("9999" + digits + "9999").getBytes(US_ASCII);
    assertThat(JsonNumber.isHuge(text, 4, 4 + digits.length())).isEqualTo(isHuge);
    assertThat(new BigInteger("0" + digits).compareTo(BigInteger.valueOf(999)) > 0)
        .isEqualTo(isHuge);
  }
}
