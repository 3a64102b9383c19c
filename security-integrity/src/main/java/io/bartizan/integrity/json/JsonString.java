package io.bartizan.integrity.json;

/**
 * A JSON string.
 *
 * @param value well-formed text without NUL
 */
public record JsonString(String value) implements JsonValue {

  private static final JsonString EMPTY = new JsonString("");

  /** Many empty strings take little memory. */
  static JsonString of(String value) {
    return value.isEmpty() ? EMPTY : new JsonString(value);
  }

  @Override
  public Object toJava() {
    return value;
  }
}
