package io.bartizan.benchmarks;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes JSON (RFC 8259): maps, lists, strings, booleans, numbers; not a finite number is null. */
public final class Json {
  private final StringBuilder out = new StringBuilder();

  private Json() {}

  /**
   * Writes a value.
   *
   * @param value a map, list, string, boolean or number, and such in it
   * @return its JSON, which can also stand inside a script element
   */
  public static String of(Object value) {
    Json json = new Json();
    json.value(value, "\n");
    return json.out.append('\n').toString();
  }

  private void value(Object value, String indent) {
    if (value instanceof Map<?, ?> map) {
      map(map, indent);
    } else if (value instanceof List<?> list) {
      list(list, indent);
    } else if (value instanceof Double number) {
      number(number);
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else {
      string(value.toString());
    }
  }

  private void number(double number) {
    if (!Double.isFinite(number)) {
      out.append("null");
    } else if (number == Math.rint(number) && Math.abs(number) < 1e15) {
      out.append((long) number);
    } else {
      out.append(number);
    }
  }

  private void map(Map<?, ?> map, String indent) {
    out.append('{');
    for (Iterator<? extends Map.Entry<?, ?>> i = map.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<?, ?> entry = i.next();
      out.append(indent).append("  ");
      string(String.valueOf(entry.getKey()));
      out.append(": ");
      value(entry.getValue(), indent + "  ");
      out.append(i.hasNext() ? "," : "");
    }
    out.append(indent).append('}');
  }

  private void list(List<?> list, String indent) {
    boolean numbers = list.stream().allMatch(Number.class::isInstance);
    String gap = numbers ? "" : indent + "  ";
    out.append('[');
    for (Iterator<?> i = list.iterator(); i.hasNext(); ) {
      out.append(gap);
      value(i.next(), indent + "  ");
      out.append(i.hasNext() ? (numbers ? ", " : ",") : "");
    }
    out.append(numbers ? "" : indent).append(']');
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c == '<' || c == '\u2028' || c == '\u2029') {
        // '<' too, so that the text can stand inside a script element.
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
