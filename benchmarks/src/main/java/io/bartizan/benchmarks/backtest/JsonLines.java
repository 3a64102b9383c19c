package io.bartizan.benchmarks.backtest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line. A field inside another object is named with a dot, as {@code
 * request.remote_ip}. A line that has a field twice which is looked for is garbled: which of the
 * two is true can't be told. A line whose {@code permits} is not 1 is left out: requests of several
 * permits are not replayed.
 */
final class JsonLines implements LineFormat {
  private static final JsonFactory FACTORY = JsonFactory.builder().build();

  private final LogTime times = new LogTime();
  private final Wanted time;
  private final Wanted caller;
  private final Wanted permits = new Wanted(List.of("permits"));

  JsonLines(CallerKey key, List<String> timeNames) {
    this.time = new Wanted(timeNames);
    this.caller = new Wanted(key.names());
  }

  @Override
  public String name() {
    return "json";
  }

  @Override
  public @Nullable Fault read(byte[] bytes, int from, int to, Entry into) {
    time.clear();
    caller.clear();
    permits.clear();
    try (JsonParser parser = FACTORY.createParser(bytes, from, to - from)) {
      if (parser.nextToken() != JsonToken.START_OBJECT
          || !object(parser, "")
          || parser.nextToken() != null) {
        return Fault.GARBLED;
      }
    } catch (IOException e) {
      return Fault.GARBLED;
    }
    String when = time.value;
    long micros = when == null ? LogTime.NONE : times.of(when);
    if (micros == LogTime.NONE) {
      return Fault.NO_TIME;
    }
    String who = caller.value;
    if (who == null || who.isEmpty() || who.equals("-")) {
      return Fault.NO_CALLER;
    }
    if (permits.value != null && !permits.value.equals("1")) {
      return Fault.WEIGHTED;
    }
    into.micros = micros;
    into.caller(who);
    return null;
  }

  /** Reads to the object's end; false if a field is there twice. */
  private boolean object(JsonParser parser, String path) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      String full = path.isEmpty() ? name : path + name;
      JsonToken value = parser.nextToken();
      if (value == JsonToken.START_OBJECT && (time.isBelow(full) || caller.isBelow(full))) {
        if (!object(parser, full + ".")) {
          return false;
        }
      } else if (value == JsonToken.START_OBJECT || value == JsonToken.START_ARRAY) {
        parser.skipChildren();
      } else if (!time.take(full, parser, value)
          || !caller.take(full, parser, value)
          || !permits.take(full, parser, value)) {
        return false;
      }
    }
    return true;
  }

  /** A value under the first of some names. */
  private static final class Wanted {
    private final List<String> names;
    private final boolean nested;
    private int found;
    private @Nullable String value;

    Wanted(List<String> names) {
      this.names = names;
      this.nested = names.stream().anyMatch(name -> name.indexOf('.') >= 0);
    }

    void clear() {
      found = Integer.MAX_VALUE;
      value = null;
    }

    boolean isBelow(String path) {
      return nested && names.stream().anyMatch(name -> name.startsWith(path + "."));
    }

    /** Keeps the value if it is looked for; false if it was there already. */
    boolean take(String name, JsonParser parser, JsonToken token) throws IOException {
      int index = names.indexOf(name);
      if (index < 0 || index > found || token == JsonToken.VALUE_NULL) {
        return true;
      }
      if (index == found) {
        return false;
      }
      found = index;
      value = parser.getText();
      return true;
    }
  }
}
