package io.bartizan.ratelimit;

import io.bartizan.core.SafeText;
import java.util.Objects;

/** The form of a limit's name: what fits a structured-field string, a metric tag and a log line. */
final class Names {

  private static final int MAX_CHARS = 64;

  private Names() {}

  static String check(String name) {
    Objects.requireNonNull(name, "name");
    boolean fits = !name.isEmpty() && name.length() <= MAX_CHARS;
    for (int i = 0; fits && i < name.length(); i++) {
      char c = name.charAt(i);
      fits =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "name is \"" + SafeText.of(name) + "\", 1 to 64 of A-Za-z0-9._- are accepted");
    }
    return name;
  }
}
