package io.bartizan.integrity.json;

import java.math.BigDecimal;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A JSON number: a {@code long} where it is written as an integer of at most 18 digits. */
public final class JsonNumber implements JsonValue {

  /**
   * The largest exponent that is read, of either sign. No double reaches it (RFC 8259 section 6
   * points to IEEE 754), and up to it nothing that a BigDecimal can be asked for is costly.
   */
  static final int MAX_EXPONENT = 999;

  /** Of what is a {@code long}. */
  static final int MAX_DIGITS = 18;

  private static final JsonNumber[] DIGITS =
      LongStream.range(0, 10).mapToObj(JsonNumber::new).toArray(JsonNumber[]::new);

  private final long value;
  private final @Nullable String text;

  /** One object for each digit, so that many small numbers take little memory. */
  static JsonNumber of(long value) {
    return value >= 0 && value < DIGITS.length ? DIGITS[(int) value] : new JsonNumber(value);
  }

  JsonNumber(long value) {
    this.value = value;
    this.text = null;
  }

  JsonNumber(String text) {
    this.value = 0;
    this.text = text;
  }

  /**
   * Whether the number is written without fraction and exponent, in at most 18 digits.
   *
   * @return whether {@link #longValue} answers
   */
  public boolean isLong() {
    return text == null;
  }

  /**
   * The integer.
   *
   * @return its value
   * @throws IllegalStateException if {@link #isLong} is false
   */
  public long longValue() {
    if (text != null) {
      throw new IllegalStateException("the number is no integer of at most 18 digits");
    }
    return value;
  }

  /**
   * The number as it was written.
   *
   * @return JSON
   */
  public String text() {
    return text == null ? Long.toString(value) : text;
  }

  /** The integer of at most 18 digits that begins here in a text that was checked; else -1. */
  static long integerAt(byte[] text, int at) {
    long eight = Digits.eight(text, at, text.length);
    long integer = Math.max(0, eight);
    int i = eight < 0 ? at : at + Digits.EIGHT;
    for (; Json.isDigit(text[i]); i++) {
      if (i - at == MAX_DIGITS) {
        return -1;
      }
      integer = integer * 10 + (text[i] - '0');
    }
    return i == at || text[i] == '.' || text[i] == 'e' || text[i] == 'E' ? -1 : integer;
  }

  /** Whether these digits of an exponent are more than is read. */
  static boolean isHuge(byte[] text, int from, int to) {
    int exponent = 0;
    for (int i = from; i < to && exponent <= MAX_EXPONENT; i++) {
      exponent = exponent * 10 + (text[i] - '0');
    }
    return exponent > MAX_EXPONENT;
  }

  /**
   * Exact. The reader refused exponents beyond {@value #MAX_EXPONENT}, so nothing that can be done
   * with the number fails or is costly.
   */
  @Override
  public Object toJava() {
    return text == null ? (Object) value : new BigDecimal(text);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JsonNumber that && text().equals(that.text());
  }

  @Override
  public int hashCode() {
    return text().hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
