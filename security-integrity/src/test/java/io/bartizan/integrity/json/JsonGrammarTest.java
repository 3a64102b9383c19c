package io.bartizan.integrity.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** ML-20: the edges of the grammar, each against what the JDK says, by each way of reading. */
class JsonGrammarTest {

  private static final JsonLimits LIMITS = JsonLimits.ofBytes(1 << 20);
  private static final String REFUSED = "(refused)";

  /** As a value and a name in a tree, and by a cursor; all must agree. */
  private static String read(byte[] inside) {
    String value = tree(framed("{\"a\":\"", inside, "\"}"), false);
    assertThat(tree(framed("{\"", inside, "\":1}"), true)).isEqualTo(value);
    assertThat(byCursor(framed("{\"a\":\"", inside, "\"}"), false)).isEqualTo(value);
    assertThat(byCursor(framed("{\"", inside, "\":1}"), true)).isEqualTo(value);
    return value;
  }

  private static byte[] framed(String before, byte[] inside, String after) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(before.getBytes(UTF_8));
    out.writeBytes(inside);
    out.writeBytes(after.getBytes(UTF_8));
    return out.toByteArray();
  }

  private static String tree(byte[] text, boolean name) {
    try {
      JsonObject object = Json.parseObject(text, LIMITS);
      assertThat(object.names()).hasSize(1);
      return name ? object.names().get(0) : String.valueOf(object.string("a"));
    } catch (JsonException e) {
      return REFUSED;
    }
  }

  private static String byCursor(byte[] text, boolean name) {
    try {
      JsonCursor skipping = JsonCursor.of(text, LIMITS);
      assertThat(skipping.next()).isTrue();
      skipping.skip();
      assertThat(skipping.next()).isFalse();
      JsonCursor cursor = JsonCursor.of(text, LIMITS);
      assertThat(cursor.next()).isTrue();
      String found;
      if (name) {
        found = cursor.nameAt(cursor.mark());
        assertThat(cursor.isNamed(found) || !isAscii(found)).isTrue();
        assertThat(cursor.isNamed(found + "x")).isFalse();
        cursor.skip();
      } else {
        found = cursor.string();
      }
      assertThat(cursor.next()).isFalse();
      return found;
    } catch (JsonException e) {
      return REFUSED;
    }
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(ISO_8859_1);
  }

  @Test
  void ML20_everyEscape_inBothCases_isItsCharacter() {
    for (int unit = 0; unit < 0x10000; unit++) {
      char c = (char) unit;
      String lower = "\\u" + HexFormat.of().toHexDigits(c);
      String upper = "\\u" + HexFormat.of().toHexDigits(c).toUpperCase(Locale.ROOT);
      String expected = c == 0 || Character.isSurrogate(c) ? REFUSED : String.valueOf(c);
      if (!expected.equals(quick(lower)) || !expected.equals(quick(upper))) {
        assertThat(quick(lower)).as(lower).isEqualTo(expected);
        assertThat(quick(upper)).as(upper).isEqualTo(expected);
      }
      if (unit % 61 == 0 || unit < 0x100) {
        assertThat(read(ascii(lower))).as(lower).isEqualTo(expected);
        assertThat(read(ascii(upper))).as(upper).isEqualTo(expected);
      }
    }
  }

  private static String quick(String escape) {
    return tree(framed("{\"a\":\"", ascii(escape), "\"}"), false);
  }

  @Test
  void ML20_everyCodePoint_asItselfAndAsEscapes_isItself() {
    for (int point = 1; point <= Character.MAX_CODE_POINT; point++) {
      boolean edge = point < 0x900 || point % 257 == 0 || (point & 0x3ff) % 0x3ff < 2;
      if (!edge || (point >= 0xd800 && point < 0xe000)) {
        continue;
      }
      String text = Character.toString(point);
      boolean raw = point >= 0x20 && point != '"' && point != '\\';
      assertThat(read(text.getBytes(UTF_8))).isEqualTo(raw ? text : REFUSED);
      StringBuilder escaped = new StringBuilder();
      for (int at = 0; at < text.length(); at++) {
        char c = text.charAt(at);
        String digits = HexFormat.of().toHexDigits(c);
        escaped.append("\\u").append(point % 2 == 0 ? digits.toUpperCase(Locale.ROOT) : digits);
      }
      assertThat(read(ascii(escaped.toString()))).isEqualTo(text);
    }
  }

  @Test
  void ML20_surrogates_arePairsOrRefused() {
    String[] units = {"d7ff", "d800", "D83d", "dbff", "dc00", "DE00", "dfff", "e000", "0041"};
    for (String first : units) {
      for (String second : units) {
        char high = (char) HexFormat.fromHexDigits(first);
        char low = (char) HexFormat.fromHexDigits(second);
        boolean plain = !Character.isSurrogate(high) && !Character.isSurrogate(low);
        boolean pair = Character.isHighSurrogate(high) && Character.isLowSurrogate(low);
        assertThat(read(ascii("\\u" + first + "\\u" + second)))
            .as(first + second)
            .isEqualTo(plain || pair ? "" + high + low : REFUSED);
      }
      char unit = (char) HexFormat.fromHexDigits(first);
      for (String after : new String[] {"", "x", "\\n", "\\\\u" + first, "u" + first, "\\U0041"}) {
        String expected = Character.isSurrogate(unit) || after.equals("\\U0041") ? REFUSED : null;
        String read = read(ascii("\\u" + first + after));
        assertThat(read.equals(REFUSED)).as(first + after).isEqualTo(expected != null);
      }
    }
  }

  /** Any character after a backslash, and any one in the place of a digit. */
  @Test
  void ML20_lettersOfEscapes_areThoseOfTheGrammar() {
    String known = "\"\\/bfnrt";
    String meant = "\"\\/\b\f\n\r\t";
    for (int b = 1; b < 256; b++) {
      byte[] escape = {'\\', (byte) b};
      int at = known.indexOf(b);
      assertThat(read(escape))
          .as("\\%s", b)
          .isEqualTo(at < 0 ? REFUSED : meant.substring(at, at + 1));
      boolean digit = Character.digit(b, 16) >= 0 && b < 0x80;
      for (int place = 0; place < 4; place++) {
        byte[] unicode = ascii("\\u0041");
        unicode[2 + place] = (byte) b;
        String expected =
            digit
                ? String.valueOf(
                    (char) HexFormat.fromHexDigits(new String(unicode, 2, 4, ISO_8859_1)))
                : REFUSED;
        boolean bad = !expected.equals(REFUSED) && Character.isSurrogate(expected.charAt(0));
        assertThat(read(unicode)).as("%s at %s", b, place).isEqualTo(bad ? REFUSED : expected);
      }
    }
    for (String cut : new String[] {"\\u", "\\u0", "\\u00", "\\u004", "\\u004g", "\\", "\\u 041"}) {
      assertThat(read(ascii(cut))).as(cut).isEqualTo(REFUSED);
    }
  }

  /** Every pair of bytes, and every lead with the edges of each continuation. */
  @Test
  void ML20_sequencesOfBytes_areUtf8OrRefused() {
    byte[] edges = HexFormat.of().parseHex("417f808f909fa0bfc0ff");
    for (int lead = 0x80; lead < 0x100; lead++) {
      sequence(lead);
      for (int second = 0x20; second < 0x100; second++) {
        if (second != '"' && second != '\\') {
          sequence(lead, second);
        }
      }
      if (lead >= 0xdf) {
        for (byte second : edges) {
          for (byte third : edges) {
            sequence(lead, second, third);
            if (lead >= 0xef) {
              for (byte fourth : edges) {
                sequence(lead, second, third, fourth);
              }
            }
          }
        }
      }
    }
  }

  private static void sequence(int... bytes) {
    byte[] inside = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      inside[i] = (byte) bytes[i];
    }
    String expected = decoded(inside);
    String value = tree(framed("{\"a\":\"", inside, "\"}"), false);
    if (!value.equals(expected)) {
      assertThat(value).as(Arrays.toString(bytes)).isEqualTo(expected);
    }
    if (bytes[bytes.length - 1] % 16 == 0 || !expected.equals(REFUSED)) {
      assertThat(read(inside)).as(Arrays.toString(bytes)).isEqualTo(expected);
    }
  }

  private static String decoded(byte[] inside) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(inside)).toString();
    } catch (CharacterCodingException e) {
      return REFUSED;
    }
  }

  /** Every text of up to five of the letters that numbers are made of. */
  @Test
  void ML20_numbers_areThoseOfTheGrammar() {
    Pattern grammar = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");
    String letters = "09-+.eE";
    for (int length = 1; length <= 5; length++) {
      int[] digits = new int[length];
      char[] text = new char[length];
      do {
        for (int i = 0; i < length; i++) {
          text[i] = letters.charAt(digits[i]);
        }
        number(new String(text), grammar);
      } while (next(digits, letters.length()));
    }
    for (String exponent : new String[] {"e1", "E1", "e+1", "E+1", "e-1", "E-1", "e01", "E-09"}) {
      for (String start : new String[] {"1", "-1", "0", "-0", "1.5", "-0.10", "18"}) {
        number(start + exponent, grammar);
        number(start + exponent.substring(0, exponent.length() - 1), grammar);
      }
    }
  }

  /** A number that is read has a value in Java, and tree and cursor read the same ones. */
  @Test
  void ML20_exponents_areReadUpToTheLimitAndRefusedBeyondIt() {
    for (String start :
        new String[] {"1", "-1", "0", "1.5", "-0.000000001", "123456789012345678"}) {
      for (String sign : new String[] {"e", "E", "e+", "e-", "E+", "E-"}) {
        for (String exponent :
            new String[] {
              "0", "9", "11", "99", "111", "999", "0999", "00000998", "1000", "01000"
            }) {
          exponent(start + sign + exponent, Integer.parseInt(exponent) <= JsonNumber.MAX_EXPONENT);
        }
        for (int digits = 4; digits <= 20; digits++) {
          exponent(start + sign + "1".repeat(digits), false);
          exponent(start + sign + "9".repeat(digits), false);
          exponent(start + sign + "4294967297", false); // 1 in 32 bits
        }
      }
    }
  }

  private static void exponent(String text, boolean isRead) {
    byte[] object = ascii("{\"a\":" + text + "}");
    assertThat(written(object) != null).as(text).isEqualTo(isRead && text.length() <= 32);
    assertThat(isSkipped(object)).as(text).isEqualTo(isRead && text.length() <= 32);
  }

  private static boolean next(int[] digits, int base) {
    for (int i = 0; i < digits.length; i++) {
      if (++digits[i] < base) {
        return true;
      }
      digits[i] = 0;
    }
    return false;
  }

  private static void number(String text, Pattern grammar) {
    byte[] object = ascii("{\"a\":" + text + "}");
    boolean valid = grammar.matcher(text).matches();
    String byTree = written(object);
    if ((byTree != null) != valid || isSkipped(object) != valid) {
      assertThat(byTree != null).as(text).isEqualTo(valid);
      assertThat(isSkipped(object)).as(text).isEqualTo(valid);
    }
    if (byTree != null
        && !String.valueOf(new java.math.BigDecimal(byTree))
            .equals(String.valueOf(new java.math.BigDecimal(text)))) {
      assertThat(byTree).isEqualTo(text);
    }
  }

  private static @Nullable String written(byte[] object) {
    try {
      return String.valueOf(Json.parseObject(object, LIMITS).toJava().get("a"));
    } catch (JsonException e) {
      return null;
    }
  }

  private static boolean isSkipped(byte[] object) {
    try {
      JsonCursor cursor = JsonCursor.of(object, LIMITS);
      assertThat(cursor.next()).isTrue();
      cursor.skip();
      return !cursor.next();
    } catch (JsonException e) {
      return false;
    }
  }
}
