package io.bartizan.benchmarks;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Limits so wide that a benchmark can't exhaust them, and so narrow that it at once does. */
final class Plenty {
  static final long PERMITS = 1_000_000_000;

  /** What the benchmarks' parameter {@code algorithm} may be. */
  static final List<String> ALGORITHMS =
      List.of("tokenBucket", "slidingWindow", "slidingWindowCounter", "fixedWindow");

  private Plenty() {}

  static Limit of(String algorithm) {
    return switch (algorithm) {
      case "tokenBucket" -> Limit.tokenBucket(PERMITS, Rate.per(PERMITS, ChronoUnit.SECONDS));
      // It remembers each call in the window: as many as it may hold, in a window of little time.
      case "slidingWindow" -> Limit.slidingWindow(Rate.per(1_000_000, Duration.ofMillis(1)));
      case "slidingWindowCounter" ->
          Limit.slidingWindowCounter(Rate.per(PERMITS, ChronoUnit.SECONDS));
      case "fixedWindow" -> Limit.fixedWindow(Rate.per(PERMITS, ChronoUnit.SECONDS));
      default -> throw new IllegalArgumentException("algorithm " + algorithm);
    };
  }

  /** Plenty for a run, and so slow to refill that Redis keeps every key that was asked for. */
  static Limit lasting() {
    return Limit.tokenBucket(100_000, Rate.per(10, ChronoUnit.HOURS));
  }

  static Limit onePerDay(String algorithm) {
    Rate rate = Rate.per(1, Duration.ofDays(1));
    return switch (algorithm) {
      case "tokenBucket" -> Limit.tokenBucket(1, rate);
      case "slidingWindow" -> Limit.slidingWindow(rate);
      case "slidingWindowCounter" -> Limit.slidingWindowCounter(rate);
      case "fixedWindow" -> Limit.fixedWindow(rate);
      default -> throw new IllegalArgumentException("algorithm " + algorithm);
    };
  }
}
