package io.bartizan.integrity.json;

/**
 * A JSON string.
 *
 * @param value well-formed text without NUL
 */
public record JsonString(String value) implements JsonValue {

  @Override
  public Object toJava() {
    return value;
  }
}
