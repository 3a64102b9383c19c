package io.bartizan.core;

import java.util.Locale;
import java.util.Objects;

/**
 * Makes text of unknown origin safe to log, to show and to put into an error message.
 *
 * <p>Control characters, line and paragraph separators, bidirectional and other format characters,
 * and unpaired surrogates become {@code \\uXXXX}, so that one value stays one line and reads in one
 * direction (CWE-117, CVE-2021-42574); what is too long is cut and its length told. A backslash
 * stays as it is, so that Windows paths and distinguished names can be read, and so that escaping
 * what was escaped already changes nothing. The form is for people and can't be read back: {@code
 * \\u000a} stands for a line feed, or for these six characters. Thread-safe, linear in the smaller
 * of the text and the bound.
 */
public final class SafeText {

  /** How many characters of the text {@link #of(CharSequence)} keeps. */
  public static final int DEFAULT_MAX_CHARS = 200;

  private SafeText() {}

  /**
   * Escapes a text and keeps at most {@value #DEFAULT_MAX_CHARS} of its characters.
   *
   * @param text any text
   * @return printable text on one line
   * @throws NullPointerException if {@code text} is null
   */
  public static String of(CharSequence text) {
    return of(text, DEFAULT_MAX_CHARS);
  }

  /**
   * Escapes a text and keeps at most {@code maxChars} of its characters.
   *
   * @param text any text
   * @param maxChars how many UTF-16 units of the text are kept; at least 1
   * @return printable text on one line
   * @throws NullPointerException if {@code text} is null
   * @throws IllegalArgumentException if {@code maxChars} is less than 1
   */
  public static String of(CharSequence text, int maxChars) {
    Objects.requireNonNull(text, "text");
    if (maxChars < 1) {
      throw new IllegalArgumentException("maxChars is " + maxChars + ", at least 1 is needed");
    }
    int kept = Math.min(text.length(), maxChars);
    if (kept < text.length() && Character.isHighSurrogate(text.charAt(kept - 1)) && kept > 1) {
      kept--;
    }
    StringBuilder out = new StringBuilder(kept + 16);
    for (int i = 0; i < kept; ) {
      int point = Character.codePointAt(text, i);
      if (isPlain(point)) {
        out.appendCodePoint(point);
      } else {
        for (char unit : Character.toChars(point)) {
          out.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
        }
      }
      i += Character.charCount(point);
    }
    if (kept < text.length()) {
      out.append("… (").append(text.length()).append(" characters)");
    }
    return out.toString();
  }

  private static boolean isPlain(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
