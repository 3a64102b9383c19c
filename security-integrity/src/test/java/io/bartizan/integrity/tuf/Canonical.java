package io.bartizan.integrity.tuf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** JSON of test repositories: canonical for signing, with blanks and escapes for serving. */
final class Canonical {

  private Canonical() {}

  static byte[] bytes(Object value) {
    return canonical(value).getBytes(UTF_8);
  }

  private static String canonical(Object value) {
    if (value instanceof Map<?, ?> map) {
      TreeMap<String, Object> sorted =
          new TreeMap<>((a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8)));
      map.forEach((name, each) -> sorted.put((String) name, each));
      return sorted.entrySet().stream()
          .map(each -> canonical(each.getKey()) + ":" + canonical(each.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Canonical::canonical).collect(Collectors.joining(",", "[", "]"));
    }
    return value instanceof String text
        ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
        : String.valueOf(value);
  }

  /** As repositories serve it. */
  static String served(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(each -> served(each.getKey()) + ": " + served(each.getValue()))
          .collect(Collectors.joining(",\n ", "{\n ", "\n}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Canonical::served).collect(Collectors.joining(", ", "[", "]"));
    }
    if (!(value instanceof String text)) {
      return String.valueOf(value);
    }
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
