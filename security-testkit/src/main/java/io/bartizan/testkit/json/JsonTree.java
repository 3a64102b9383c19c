package io.bartizan.testkit.json;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** JSON to be changed before it is written: maps, lists, text, numbers, booleans, null. */
public final class JsonTree {

  private JsonTree() {}

  /** Names and values in turn; what is null is left out. */
  public static Map<String, Object> object(@Nullable Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      Object value = namesAndValues[i + 1];
      if (value != null) {
        map.put(String.valueOf(namesAndValues[i]), value);
      }
    }
    return map;
  }

  public static List<Object> array(Object... values) {
    return new ArrayList<>(Arrays.asList(values));
  }

  /** The object at a path of names and indices. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> at(Map<String, Object> root, Object... path) {
    Object here = root;
    for (Object step : path) {
      Object next =
          step instanceof Integer i ? ((List<Object>) here).get(i) : ((Map<?, ?>) here).get(step);
      here = Objects.requireNonNull(next, () -> "nothing at " + Arrays.toString(path));
    }
    return (Map<String, Object>) here;
  }

  @SuppressWarnings("unchecked")
  public static List<Object> list(Map<String, Object> holder, String name) {
    return (List<Object>) Objects.requireNonNull(holder.get(name), name);
  }

  public static String write(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    append(value, out);
    return out.toString();
  }

  private static void append(@Nullable Object value, StringBuilder out) {
    if (value instanceof Map<?, ?> map) {
      String before = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.append(before);
        text(String.valueOf(entry.getKey()), out);
        out.append(':');
        append(entry.getValue(), out);
        before = ",";
      }
      out.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof Collection<?> values) {
      String before = "[";
      for (Object one : values) {
        out.append(before);
        append(one, out);
        before = ",";
      }
      out.append(values.isEmpty() ? "[]" : "]");
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof CharSequence text) {
      text(text, out);
    } else {
      throw new IllegalArgumentException(
          "JSON was to hold a "
              + value.getClass().getName()
              + "; text, numbers, booleans, null, collections and maps are accepted");
    }
  }

  private static void text(CharSequence text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || Character.isSurrogate(c)) {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
