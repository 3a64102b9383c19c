package io.bartizan.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a row may take: {@code generations} fresh JVMs a side one after the other, in each of
 * them warm-up iterations and then the rounds that count. No generation at all runs both sides in
 * this JVM, which is good for testing the scorecard and for nothing else.
 */
record Budget(
    int generations,
    int warmUps,
    Duration warmUp,
    int rounds,
    Duration round,
    @Nullable Path javaHome) {

  /** Fewer rounds than this say nothing about spread. */
  static final int LEAST_ROUNDS = 5;

  Budget {
    if (rounds * Math.max(1, generations) < LEAST_ROUNDS) {
      throw new IllegalArgumentException("rounds " + rounds + ": at least " + LEAST_ROUNDS);
    }
  }

  /** The budget for a claim: two generations, ten rounds of a second. */
  static Budget full() {
    return new Budget(2, 5, Duration.ofSeconds(1), 5, Duration.ofSeconds(1), null);
  }

  /** The budget for a look: all rows together within six minutes on two cores. */
  static Budget quick() {
    return new Budget(1, 5, Duration.ofMillis(250), 5, Duration.ofMillis(250), null);
  }

  Budget on(Path otherJavaHome) {
    return new Budget(generations, warmUps, warmUp, rounds, round, otherJavaHome);
  }
}
