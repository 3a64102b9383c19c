package io.bartizan.adapters.answer;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The target of a request where a framework gives it in two parts. */
public final class TargetText {

  private TargetText() {}

  /**
   * Path and query as they came.
   *
   * @param rawPath not decoded; null if there is none
   * @param rawQuery not decoded, without the question mark; null if there is none
   * @return such as {@code /hooks/calls?lang=de}; empty without a path
   */
  public static Optional<String> of(@Nullable String rawPath, @Nullable String rawQuery) {
    return Optional.ofNullable(rawPath)
        .map(path -> rawQuery == null ? path : path + "?" + rawQuery);
  }
}
