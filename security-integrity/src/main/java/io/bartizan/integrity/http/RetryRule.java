package io.bartizan.integrity.http;

import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Rule for faults that pass by themselves, and how long to wait for that: twice as long each time,
 * up to a longest; as long as a server asks for, if that is no longer.
 *
 * @param first the first pause
 * @param longest the longest pause
 * @param clock tells how far away a date is
 * @param waiting makes the pauses
 */
public record RetryRule(Duration first, Duration longest, InstantSource clock, Waiting waiting) {

  /** How a pause is made. */
  @FunctionalInterface
  public interface Waiting {
    /**
     * Waits.
     *
     * @param duration how long
     * @throws InterruptedException if the thread was interrupted
     */
    void pause(Duration duration) throws InterruptedException;
  }

  /** 1 second, doubled up to 1 minute. */
  public static final RetryRule USUAL =
      new RetryRule(
          Duration.ofSeconds(1), Duration.ofMinutes(1), InstantSource.system(), RetryRule::await);

  /** For what never comes; ends early by an interrupt alone. */
  private static void await(Duration duration) throws InterruptedException {
    boolean unused = new CountDownLatch(1).await(duration.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Statuses that say nothing of the content: later, or from another server, it may come. */
  private static final Set<Integer> LATER = Set.of(408, 425, 429, 500, 502, 503, 504);

  /**
   * Whether a status means "later".
   *
   * @param status of the answer
   * @return whether asking again may help
   */
  public static boolean isLater(int status) {
    return LATER.contains(status);
  }

  /**
   * Whether a fault may pass by itself: certificates and impossible addresses stay what they are.
   *
   * @param fault what the client threw
   * @return whether asking again may help
   */
  public static boolean passes(Exception fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException || cause instanceof IllegalArgumentException) {
        return false;
      }
    }
    return true;
  }

  /**
   * How long to wait after so many rounds without a byte.
   *
   * @param rounds 1 or more
   * @return the pause
   */
  public Duration pause(int rounds) {
    Duration pause = first;
    for (int i = 1; i < rounds && pause.compareTo(longest) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(longest) < 0 ? pause : longest;
  }

  /**
   * What a server asks for (RFC 9110 section 10.2.3).
   *
   * @param field its {@code Retry-After}: seconds, or a date
   * @param date its own {@code Date}, from which a date is counted if it is there
   * @return null if it asks for nothing, or not in these words
   */
  public @Nullable Duration asked(String field, String date) {
    String text = field.strip();
    if (text.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    Instant until = instant(text);
    if (until == null) {
      return null;
    }
    Instant now = instant(date.strip());
    Duration left = Duration.between(now == null ? clock.instant() : now, until);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private static @Nullable Instant instant(String date) {
    try {
      return date.isEmpty()
          ? null
          : DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
