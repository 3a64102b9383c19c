package io.bartizan.mtls;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** How long ago or in how long, for people, in the largest unit that is not zero. */
final class Span {

  private Span() {}

  /** Such as {@code " (3 h ago)"}. */
  static String since(Date then, Instant now) {
    return " (" + text(Duration.between(then.toInstant(), now)) + " ago)";
  }

  /** Such as {@code " (in 5 min)"}. */
  static String until(Date then, Instant now) {
    return " (in " + text(Duration.between(now, then.toInstant())) + ")";
  }

  private static String text(Duration span) {
    long seconds = Math.max(0, span.toSeconds());
    return seconds < 60
        ? seconds + " s"
        : seconds < 3600
            ? seconds / 60 + " min"
            : seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
  }
}
