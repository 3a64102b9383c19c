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
}
