package io.bartizan.ratelimit;

import io.bartizan.core.house.Require;
import java.util.Objects;

/**
 * Joins several parts into one rate limit key so that different parts never give the same key.
 *
 * <p>Joining by hand is how {@code "a:b" + ":" + "c"} and {@code "a" + ":" + "b:c"} become one
 * client; here {@code %}, {@code =}, {@code &} and control characters of the parts are escaped.
 *
 * <pre>{@code
 * Decision decision = limiter.tryAcquire(Key.of("tenant", tenant, "user", user));
 * }</pre>
 */
public final class Key {

  /** The most characters a limiter accepts as a key; hash what is longer. */
  public static final int MAX_CHARS = 1024;

  private Key() {}

  /**
   * A key of one named part.
   *
   * @param name what the value is, such as {@code tenant}
   * @param value any text
   * @return {@code name=value}, escaped
   * @throws NullPointerException if an argument is null
   */
  public static String of(String name, String value) {
    return append(new StringBuilder(), name, value).toString();
  }

  /**
   * A key of two named parts.
   *
   * @param name1 what the first value is
   * @param value1 any text
   * @param name2 what the second value is
   * @param value2 any text
   * @return {@code name1=value1&name2=value2}, escaped
   * @throws NullPointerException if an argument is null
   */
  public static String of(String name1, String value1, String name2, String value2) {
    StringBuilder out = append(new StringBuilder(), name1, value1);
    return append(out, name2, value2).toString();
  }

  /**
   * A key of three named parts.
   *
   * @param name1 what the first value is
   * @param value1 any text
   * @param name2 what the second value is
   * @param value2 any text
   * @param name3 what the third value is
   * @param value3 any text
   * @return {@code name1=value1&name2=value2&name3=value3}, escaped
   * @throws NullPointerException if an argument is null
   */
  public static String of(
      String name1, String value1, String name2, String value2, String name3, String value3) {
    StringBuilder out = append(new StringBuilder(), name1, value1);
    return append(append(out, name2, value2), name3, value3).toString();
  }

  /**
   * Checks a key as every limiter does.
   *
   * @param key the key
   * @return the key
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code key} is empty or longer than {@value #MAX_CHARS}
   *     characters
   */
  public static String check(String key) {
    int unused = Require.sized("key", key.length(), "characters", 1, MAX_CHARS);
    return key;
  }

  private static StringBuilder append(StringBuilder out, String name, String value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    if (out.length() > 0) {
      out.append('&');
    }
    escape(out, name).append('=');
    return escape(out, value);
  }

  private static StringBuilder escape(StringBuilder out, String part) {
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c < 0x20 || c == 0x7f || c == '%' || c == '=' || c == '&') {
        out.append('%')
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 15, 16));
      } else {
        out.append(c);
      }
    }
    return out;
  }
}
