package io.bartizan.benchmarks;

/** A run whose rounds, as far as they are independent of each other, are too few for a verdict. */
final class TooFewRounds extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int needed;

  TooFewRounds(int rounds, int independent, int needed) {
    super(
        rounds
            + " rounds are worth "
            + independent
            + " independent ones, at least "
            + needed
            + " rounds are needed");
    this.needed = needed;
  }

  /** How many rounds were worth enough, if the others depend on each other as these do. */
  int needed() {
    return needed;
  }
}
