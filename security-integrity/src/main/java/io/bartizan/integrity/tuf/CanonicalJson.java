package io.bartizan.integrity.tuf;

import io.bartizan.core.VerificationException;
import io.bartizan.integrity.json.JsonArray;
import io.bartizan.integrity.json.JsonLiteral;
import io.bartizan.integrity.json.JsonNumber;
import io.bartizan.integrity.json.JsonObject;
import io.bartizan.integrity.json.JsonString;
import io.bartizan.integrity.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The canonical JSON of OLPC, over which TUF repositories sign: no blanks, members in the order of
 * their names' code points, strings that escape the quote and the backslash alone.
 *
 * <p>It has no fractions and no exponents, so a number that is no plain integer of at most 18
 * digits is refused: two writers could spell it in two ways, and then one text would have two
 * signatures.
 */
final class CanonicalJson {

  private final StringBuilder out = new StringBuilder(1024);

  private CanonicalJson() {}

  /** The bytes that are signed. */
  static byte[] of(JsonObject object) {
    CanonicalJson writer = new CanonicalJson();
    writer.object(object);
    return writer.out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void value(JsonValue value) {
    if (value instanceof JsonString text) {
      string(text.value());
    } else if (value instanceof JsonObject object) {
      object(object);
    } else if (value instanceof JsonArray array) {
      char separator = '[';
      for (JsonValue each : array.values()) {
        out.append(separator);
        value(each);
        separator = ',';
      }
      out.append(separator == '[' ? "[]" : "]");
    } else if (value instanceof JsonNumber number) {
      number(number);
    } else {
      out.append(((JsonLiteral) value).name().toLowerCase(Locale.ROOT));
    }
  }

  private void object(JsonObject object) {
    List<String> names = new ArrayList<>(object.names());
    names.sort(CanonicalJson::compare);
    out.append('{');
    for (String name : names) {
      if (out.charAt(out.length() - 1) != '{') {
        out.append(',');
      }
      string(name);
      out.append(':');
      JsonValue value = object.get(name);
      if (value != null) {
        value(value);
      }
    }
    out.append('}');
  }

  private void number(JsonNumber number) {
    if (!number.isLong()) {
      throw new VerificationException(
          TufReason.METADATA_MALFORMED,
          "a number is "
              + number.text()
              + "; canonical JSON has plain integers alone, and at most 18 digits are read");
    }
    out.append(number.longValue());
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\');
      }
      out.append(c);
    }
    out.append('"');
  }

  /** By code points; a surrogate belongs to one that is above all others. */
  static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        return Character.isSurrogate(x) != Character.isSurrogate(y)
            ? Boolean.compare(Character.isSurrogate(x), Character.isSurrogate(y))
            : Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
