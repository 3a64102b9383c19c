package io.bartizan.benchmarks;

import java.util.Arrays;

/** The order statistics of some rounds. Immutable. */
final class Rounds {
  private final double[] sorted;

  Rounds(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no rounds");
    }
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("a round gave " + value);
      }
    }
    sorted = values.clone();
    Arrays.sort(sorted);
  }

  double median() {
    return quantile(0.5);
  }

  /** Returns the interquartile range as a share of the median. */
  double interquartileShare() {
    return (quantile(0.75) - quantile(0.25)) / median();
  }

  /** Linear interpolation between the closest ranks (Hyndman and Fan's type 7). */
  double quantile(double q) {
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** Returns the lower end of {@link #spreadRank}. */
  double spreadLow() {
    return sorted[spreadRank(sorted.length) - 1];
  }

  /** Returns the upper end of {@link #spreadRank}. */
  double spreadHigh() {
    return sorted[sorted.length - spreadRank(sorted.length)];
  }

  /**
   * Returns the rank, counted from 1 at either end, that bounds the median with a confidence of at
   * least 93 % whatever the distribution (the sign test's interval). For five rounds that is the
   * smallest and the largest; each outlier of twenty rounds does not widen it.
   */
  static int spreadRank(int n) {
    double tail = Math.pow(0.5, n);
    double term = tail;
    int rank = 1;
    while (rank < (n + 1) / 2) {
      term = term * (n - rank + 1) / rank;
      if (1 - 2 * (tail + term) < 0.93) {
        break;
      }
      tail += term;
      rank++;
    }
    return rank;
  }
}
