package io.bartizan.integrity.http;

import java.net.http.HttpHeaders;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** For how long an answer says that it is fresh (RFC 9111 sections 4.2.1 and 5.2.2). */
public final class FreshFor {

  /** So many digits of seconds are more than any limit of ours. */
  private static final int MAX_DIGITS = 9;

  private FreshFor() {}

  /**
   * {@code max-age} less {@code Age}, nothing for {@code no-store} and {@code no-cache}, and at
   * most the given time; that time too where the answer says nothing that can be understood.
   *
   * @param headers of the answer
   * @param atMost in nanoseconds
   * @return zero to {@code atMost} nanoseconds
   */
  public static long nanos(HttpHeaders headers, long atMost) {
    long nanos = atMost;
    for (String field : headers.allValues("Cache-Control")) {
      for (String directive : field.toLowerCase(Locale.ROOT).split(",", -1)) {
        String word = directive.strip();
        if (word.equals("no-store") || word.equals("no-cache")) {
          return 0;
        }
        if (word.startsWith("max-age=")) {
          long lifetime = seconds(word.substring("max-age=".length()));
          long age = Math.max(0, seconds(headers.firstValue("Age").orElse("0")));
          if (lifetime >= 0) {
            nanos = Math.min(nanos, TimeUnit.SECONDS.toNanos(Math.max(0, lifetime - age)));
          }
        }
      }
    }
    return nanos;
  }

  /**
   * Negative if it is no number; the largest of {@link #MAX_DIGITS} digits for a larger one.
   *
   * @param text of the field
   * @return whole seconds
   */
  public static long seconds(String text) {
    if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    return text.length() > MAX_DIGITS ? 999_999_999 : Long.parseLong(text);
  }
}
