package io.bartizan.integrity.der;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** GeneralizedTime as DER has it (X.690 section 11.7). */
final class DerTime {

  private static final Pattern FORM = Pattern.compile("[0-9]{14}(\\.[0-9]{0,8}[1-9])?Z");
  private static final int WHOLE = "YYYYMMDDhhmmss".length();

  private DerTime() {}

  /** Null if it is of another form, or no moment of the calendar. */
  static @Nullable Instant parse(String text) {
    if (!FORM.matcher(text).matches()) {
      return null;
    }
    try {
      String fraction = text.substring(WHOLE, text.length() - 1).replace(".", "");
      return LocalDateTime.of(
              number(text, 0, 4),
              number(text, 4, 6),
              number(text, 6, 8),
              number(text, 8, 10),
              number(text, 10, 12),
              number(text, 12, WHOLE))
          .toInstant(ZoneOffset.UTC)
          .plusNanos(Integer.parseInt((fraction + "000000000").substring(0, 9)));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static int number(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
  }
}
