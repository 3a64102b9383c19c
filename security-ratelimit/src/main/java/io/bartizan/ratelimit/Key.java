package io.bartizan.ratelimit;

import io.bartizan.core.house.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;
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

  /** The most characters of a key that a limiter keeps as they are; see {@link #bounded}. */
  public static final int MAX_CHARS = 1024;

  private static final String DIGEST = "sha256:";

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
   * The key under which a limiter counts: the same text, if it has 1 to {@value #MAX_CHARS}
   * characters. Whatever else a request may bring (nothing, megabytes) is counted by its SHA-256
   * digest, and so is a text that looks like such a digest, so that no two keys become one. For
   * those who implement a limiter; this library's limiters do it themselves.
   *
   * @param key any text, also one with controls or lone surrogates
   * @return the key or {@code sha256:} and 64 hexadecimal digits
   * @throws NullPointerException if {@code key} is null
   */
  public static String bounded(String key) {
    int length = key.length();
    return length > 0 && length <= MAX_CHARS && !key.startsWith(DIGEST) ? key : digest(key);
  }

  /** Of the UTF-16 units: encodings replace lone surrogates and would make several keys one. */
  private static String digest(String key) {
    MessageDigest sha256 = Sha256.newDigest();
    byte[] block = new byte[Math.min(2 * MAX_CHARS, 2 * key.length())];
    int filled = 0;
    for (int i = 0; i < key.length(); i++) {
      block[filled++] = (byte) (key.charAt(i) >> 8);
      block[filled++] = (byte) key.charAt(i);
      if (filled == block.length) {
        sha256.update(block, 0, filled);
        filled = 0;
      }
    }
    sha256.update(block, 0, filled);
    return DIGEST + HexFormat.of().formatHex(sha256.digest());
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
