package io.bartizan.integrity.json;

import org.jspecify.annotations.Nullable;

/** The three words of JSON. */
public enum JsonLiteral implements JsonValue {
  /** {@code true}. */
  TRUE,
  /** {@code false}. */
  FALSE,
  /** {@code null}. */
  NULL;

  @Override
  public @Nullable Object toJava() {
    return this == NULL ? null : this == TRUE;
  }
}
