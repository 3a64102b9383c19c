package io.bartizan.integrity.json;

import org.jspecify.annotations.Nullable;

/** One immutable JSON value. */
public sealed interface JsonValue
    permits JsonObject, JsonArray, JsonString, JsonNumber, JsonLiteral {

  /**
   * The value in Java's own types: {@code Map}, {@code List}, {@code String}, {@code Long} where a
   * number is an integer that fits, else {@code BigDecimal}, {@code Boolean}, null.
   *
   * @return immutable at every depth
   */
  @Nullable Object toJava();
}
