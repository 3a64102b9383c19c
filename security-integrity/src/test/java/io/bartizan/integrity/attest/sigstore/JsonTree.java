package io.bartizan.integrity.attest.sigstore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** JSON to be changed before it is written: maps, lists, strings, numbers, null. */
final class JsonTree {

  private JsonTree() {}

  /** Names and values in turn; what is null is left out. */
  static Map<String, Object> object(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (namesAndValues[i + 1] != null) {
        map.put((String) namesAndValues[i], namesAndValues[i + 1]);
      }
    }
    return map;
  }

  static List<Object> array(Object... values) {
    return new ArrayList<>(Arrays.asList(values));
  }

  /** The object at a path of names and indices. */
  @SuppressWarnings("unchecked")
  static Map<String, Object> at(Map<String, Object> root, Object... path) {
    Object here = root;
    for (Object step : path) {
      here =
          step instanceof Integer i ? ((List<Object>) here).get(i) : ((Map<?, ?>) here).get(step);
    }
    return (Map<String, Object>) here;
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(Map<String, Object> holder, String name) {
    return (List<Object>) holder.get(name);
  }

  static String write(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> quote((String) e.getKey()) + ":" + write(e.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(JsonTree::write).collect(Collectors.joining(",", "[", "]"));
    }
    return value instanceof String text ? quote(text) : String.valueOf(value);
  }

  private static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
