package io.bartizan.integrity.json;

import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes Java's own types as JSON without white space; what it writes, {@link Json} reads. */
public final class JsonWriter {

  private static final int MAX_DEPTH = 16;

  private final StringBuilder out = new StringBuilder(256);

  private JsonWriter() {}

  /**
   * Writes an object, its members in the map's order.
   *
   * @param members {@code Map} with string keys, {@code Iterable}, {@code CharSequence}, integers,
   *     {@code Boolean} and null, nested at most 16 deep
   * @return JSON
   * @throws IllegalArgumentException if there is anything else in it
   */
  public static String write(Map<String, ?> members) {
    JsonWriter writer = new JsonWriter();
    writer.object(members, 1);
    return writer.out.toString();
  }

  private void value(@Nullable Object value, int depth) {
    if (value == null || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof CharSequence text) {
      string(text);
    } else if (value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte
        || value instanceof BigInteger) {
      out.append(value);
    } else if (value instanceof Map<?, ?> map) {
      object(map, depth + 1);
    } else if (value instanceof Iterable<?> values) {
      array(values, depth + 1);
    } else {
      throw new IllegalArgumentException(
          "a value is a "
              + value.getClass().getName()
              + "; String, integer, Boolean, Map, List and null are accepted");
    }
  }

  private void object(Map<?, ?> members, int depth) {
    checkDepth(depth);
    char separator = '{';
    for (Map.Entry<?, ?> member : members.entrySet()) {
      if (!(member.getKey() instanceof String name)) {
        throw new IllegalArgumentException("a member's name is not a String");
      }
      out.append(separator);
      string(name);
      out.append(':');
      value(member.getValue(), depth);
      separator = ',';
    }
    out.append(separator == '{' ? "{}" : "}");
  }

  private void array(Iterable<?> values, int depth) {
    checkDepth(depth);
    char separator = '[';
    for (Object value : values) {
      out.append(separator);
      value(value, depth);
      separator = ',';
    }
    out.append(separator == '[' ? "[]" : "]");
  }

  private static void checkDepth(int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("values are nested more than " + MAX_DEPTH + " deep");
    }
  }

  private void string(CharSequence text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean paired =
          Character.isHighSurrogate(c)
              ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
              : !Character.isLowSurrogate(c)
                  || (i > 0 && Character.isHighSurrogate(text.charAt(i - 1)));
      if (c == 0 || !paired) {
        throw new IllegalArgumentException("a string holds NUL or an unpaired surrogate");
      }
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        out.append("\\u00").append(c >> 4).append(Character.forDigit(c & 0xf, 16));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
