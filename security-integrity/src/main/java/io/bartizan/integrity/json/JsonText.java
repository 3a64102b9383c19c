package io.bartizan.integrity.json;

import static io.bartizan.integrity.json.JsonException.Kind.SYNTAX;

import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;

/** The part of a string from its first escape or non-ASCII byte on. */
final class JsonText {

  /** The texts of one ASCII character, of which there are many in what is meant to cost memory. */
  private static final String[] SINGLE =
      IntStream.range(0, 128).mapToObj(Character::toString).toArray(String[]::new);

  private JsonText() {}

  /** ASCII that stands as it is. */
  static String plain(byte[] text, int from, int to) {
    return to - from > 1
        ? new String(text, from, to - from, StandardCharsets.ISO_8859_1)
        : to == from ? "" : SINGLE[text[from]];
  }

  /** Reads up to and including the closing quote. */
  static void rest(Json reader, StringBuilder out) throws JsonException {
    while (true) {
      int b = reader.next();
      if (b == '"') {
        return;
      }
      if (b == '\\') {
        escape(reader, out);
      } else if (b < 0x20) {
        throw reader.refused(SYNTAX, "a string holds a raw control character");
      } else if (b < 0x80) {
        out.append((char) b);
      } else {
        out.appendCodePoint(multiByte(reader, b));
      }
    }
  }

  private static void escape(Json reader, StringBuilder out) throws JsonException {
    int b = reader.next();
    switch (b) {
      case '"', '\\', '/' -> out.append((char) b);
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'u' -> unicode(reader, out);
      default -> throw reader.refused(SYNTAX, "a string holds an unknown escape");
    }
  }

  private static void unicode(Json reader, StringBuilder out) throws JsonException {
    char unit = hex4(reader);
    if (unit == 0) {
      throw reader.badEncoding("a string holds the character NUL");
    }
    if (Character.isLowSurrogate(unit)) {
      throw reader.badEncoding("a string holds an unpaired surrogate");
    }
    out.append(unit);
    if (Character.isHighSurrogate(unit)) {
      if (reader.next() != '\\' || reader.next() != 'u') {
        throw reader.badEncoding("a string holds an unpaired surrogate");
      }
      char low = hex4(reader);
      if (!Character.isLowSurrogate(low)) {
        throw reader.badEncoding("a string holds an unpaired surrogate");
      }
      out.append(low);
    }
  }

  private static char hex4(Json reader) throws JsonException {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      int b = reader.next();
      int digit =
          b >= '0' && b <= '9'
              ? b - '0'
              : b >= 'a' && b <= 'f' ? b - 'a' + 10 : b >= 'A' && b <= 'F' ? b - 'A' + 10 : -1;
      if (digit < 0) {
        throw reader.refused(SYNTAX, "a string holds an unknown escape");
      }
      unit = unit << 4 | digit;
    }
    return (char) unit;
  }

  /** The table of RFC 3629 section 4: no overlong form, no surrogate, nothing above U+10FFFF. */
  private static int multiByte(Json reader, int b) throws JsonException {
    int point;
    int low = 0x80;
    int high = 0xbf;
    int more;
    if (b >= 0xc2 && b <= 0xdf) {
      point = b & 0x1f;
      more = 1;
    } else if (b >= 0xe0 && b <= 0xef) {
      point = b & 0x0f;
      more = 2;
      low = b == 0xe0 ? 0xa0 : low;
      high = b == 0xed ? 0x9f : high;
    } else if (b >= 0xf0 && b <= 0xf4) {
      point = b & 0x07;
      more = 3;
      low = b == 0xf0 ? 0x90 : low;
      high = b == 0xf4 ? 0x8f : high;
    } else {
      throw reader.badEncoding("a string is not UTF-8");
    }
    for (int i = 0; i < more; i++) {
      int next = reader.next();
      if (next < low || next > high) {
        throw reader.badEncoding("a string is not UTF-8");
      }
      point = (point << 6) | (next & 0x3f);
      low = 0x80;
      high = 0xbf;
    }
    return point;
  }
}
