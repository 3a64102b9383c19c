package io.bartizan.integrity.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JSON array.
 *
 * @param values immutable, in the text's order
 */
public record JsonArray(List<JsonValue> values) implements JsonValue {

  /** Shared by all that have no value. */
  static final JsonArray EMPTY = new JsonArray(List.of());

  /**
   * An array of these values.
   *
   * @param values copied
   */
  public JsonArray {
    values = List.copyOf(values);
  }

  /**
   * The values of an array that holds strings only.
   *
   * @return an immutable list, or null if a value has another type
   */
  public @Nullable List<String> strings() {
    List<String> strings = new ArrayList<>(values.size());
    for (JsonValue value : values) {
      if (!(value instanceof JsonString string)) {
        return null;
      }
      strings.add(string.value());
    }
    return Collections.unmodifiableList(strings);
  }

  @Override
  public Object toJava() {
    List<@Nullable Object> list = new ArrayList<>(values.size());
    for (JsonValue value : values) {
      list.add(value.toJava());
    }
    return Collections.unmodifiableList(list);
  }
}
