package io.bartizan.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long a row may take: {@code generations} fresh JVMs a side one after the other, in each of
 * them warm-up iterations and then the rounds that count. No generation at all runs both sides in
 * this JVM, which is good for testing the scorecard and for nothing else. {@code sizes} overrides
 * parameters of the rows, so that a short run has several operations in a round.
 */
record Budget(
    int generations,
    int warmUps,
    Duration warmUp,
    int rounds,
    Duration round,
    Map<String, String> sizes,
    @Nullable Path javaHome) {

  /** Fewer rounds than this have no interval. */
  static final int LEAST_ROUNDS = Ratios.LEAST;

  /** So many rounds have those whose round is one call of up to seconds, if that is fewer. */
  private static final int LONG_ROUNDS = 8;

  Budget {
    if (rounds * Math.max(1, generations) < LEAST_ROUNDS) {
      throw new IllegalArgumentException("rounds " + rounds + ": at least " + LEAST_ROUNDS);
    }
  }

  /** The budget for a claim: two generations, forty rounds of 300 ms. */
  static Budget full() {
    return new Budget(2, 5, Duration.ofSeconds(1), 20, Duration.ofMillis(300), Map.of(), null);
  }

  /** The budget for a look: all rows together within eight minutes on two cores. */
  static Budget quick() {
    Map<String, String> fewerFiles = Map.of("files", "250");
    return new Budget(1, 5, Duration.ofMillis(200), 24, Duration.ofMillis(80), fewerFiles, null);
  }

  /** How many rounds a generation of such a measure has. */
  int rounds(Measure measure) {
    return measure.isOneCall() ? Math.min(rounds, LONG_ROUNDS) : rounds;
  }

  Budget on(Path otherJavaHome) {
    return new Budget(generations, warmUps, warmUp, rounds, round, sizes, otherJavaHome);
  }
}
