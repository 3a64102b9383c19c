package io.bartizan.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long a row may take: {@code generations} fresh JVMs a side one after the other, in each of
 * them warm-up iterations and then the rounds that count. No generation at all runs both sides in
 * this JVM, which is good for testing the scorecard and for nothing else. {@code sizes} overrides
 * parameters of rows, {@code row.parameter}, so that a short run has several operations in a round.
 *
 * @param more the most rounds that a row gets beyond these if they leave it undecided
 * @param longest the most time that these take, by the time that the first ones took
 * @param whole the most time of all rows together, as long as the first rounds take no more
 */
record Budget(
    int generations,
    int warmUps,
    Duration warmUp,
    int rounds,
    Duration round,
    int more,
    Duration longest,
    Duration whole,
    Map<String, String> sizes,
    @Nullable Path javaHome) {

  /** Fewer rounds than this have no interval. */
  static final int LEAST_ROUNDS = Ratios.LEAST;

  /** So many rounds have those whose round takes up to seconds, if that is fewer. */
  private static final int LONG_ROUNDS = 8;

  /** So many threads take a good part of a second to begin and end a round together. */
  private static final int MANY_THREADS = 16;

  private static final Duration SHORT_ROUND = Duration.ofMillis(100);

  Budget {
    if (rounds < LEAST_ROUNDS) {
      throw new IllegalArgumentException("rounds " + rounds + ": at least " + LEAST_ROUNDS);
    }
  }

  /** The budget for a claim: two generations, forty rounds of 300 ms. */
  static Budget full() {
    return new Budget(
        2,
        5,
        Duration.ofSeconds(1),
        20,
        Duration.ofMillis(300),
        120,
        Duration.ofMinutes(5),
        Duration.ofHours(3),
        Map.of(),
        null);
  }

  /** The budget for a look: all rows together within eight minutes on two cores. */
  static Budget quick() {
    Map<String, String> smaller =
        Map.of(
            "keyed-heap.keyCount", "250000",
            "sha256-many.files", "250");
    return new Budget(
        1,
        2, // many threads take long to begin and to end one, as they do with rounds
        Duration.ofMillis(500),
        16,
        Duration.ofMillis(80),
        1000,
        Duration.ofSeconds(20),
        Duration.ofSeconds(465), // the rest is for what the build takes
        smaller,
        null);
  }

  /**
   * The same with as many rounds for the first look as such a row is worth, and longer ones where
   * most of a short one would go to its begin and end.
   */
  Budget of(Row row) {
    if (row.measure().isOneCall()) {
      return withRounds(Math.min(rounds, LONG_ROUNDS), round);
    }
    return row.threads() >= MANY_THREADS && round.compareTo(SHORT_ROUND) < 0
        ? withRounds(Math.min(rounds, LONG_ROUNDS), round.multipliedBy(3))
        : this;
  }

  private Budget withRounds(int number, Duration each) {
    return new Budget(
        generations, warmUps, warmUp, number, each, more, longest, whole, sizes, javaHome);
  }

  /** The budget of the JVMs that go on with an undecided row. */
  Budget again(int rest) {
    return new Budget(
        Math.min(1, generations), warmUps, warmUp, rest, round, 0, longest, whole, sizes, javaHome);
  }

  Budget on(Path otherJavaHome) {
    return new Budget(
        generations, warmUps, warmUp, rounds, round, more, longest, whole, sizes, otherJavaHome);
  }
}
