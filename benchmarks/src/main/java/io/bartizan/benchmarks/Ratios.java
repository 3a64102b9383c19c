package io.bartizan.benchmarks;

import java.util.Arrays;

/**
 * The ratios of paired rounds: their middle, and an interval that holds the true one with a
 * confidence of at least 95 %. Whoever looks twice, and measures on because of what he saw, has two
 * chances to be wrong: each look has half of the 5 %.
 *
 * <p>Both are Hodges and Lehmann's, from Wilcoxon's signed ranks of the logarithms: exact for few
 * rounds, whatever the distribution, as long as a ratio is as often too large as too small by the
 * same factor, which interleaving sees to. An outlier moves one rank and not the interval. Rounds
 * that follow each other may depend on each other, as when a neighbour works for a second: where
 * the correlation of each with the next is larger than chance gives, as many neighbours as that
 * makes worth one are joined into one by their mean. Immutable.
 */
final class Ratios {
  /**
   * How often the rounds of a row are looked at: at the end, and before it to see what is needed.
   */
  private static final int LOOKS = 2;

  private static final double TAIL = 0.05 / 2 / LOOKS;

  /** Fewer independent rounds have no such interval: 2⁻⁷ is the first power below the tail. */
  static final int LEAST = 7;

  /** How large a correlation chance gives in one of twenty series, times the root of the rounds. */
  private static final double CHANCE = 1.645;

  /** The variance of equal ratios that differ by their rounding alone. */
  private static final double ROUNDING = 1e-24;

  private final int independent;
  private final double middle;
  private final double low;
  private final double high;

  /**
   * Judges ratios in the order in which they were measured.
   *
   * @throws IllegalArgumentException if one is not positive
   * @throws TooFewRounds if they are worth less than {@value #LEAST} independent ones
   */
  Ratios(double... ratios) {
    double[] logs = new double[ratios.length];
    for (int i = 0; i < ratios.length; i++) {
      if (!(ratios[i] > 0 && Double.isFinite(ratios[i]))) {
        throw new IllegalArgumentException("a round gave the ratio " + ratios[i]);
      }
      logs[i] = Math.log(ratios[i]);
    }
    int worthOne = worthOne(logs);
    independent = logs.length / worthOne;
    if (independent < LEAST) {
      throw new TooFewRounds(logs.length, independent, LEAST * worthOne);
    }
    double[] averages = walsh(joined(logs, worthOne));
    int cut = cut(independent, TAIL);
    middle = Math.exp(new Rounds(averages).median());
    low = Math.exp(averages[cut]);
    high = Math.exp(averages[averages.length - 1 - cut]);
  }

  /** How many independent rounds these are worth. */
  int independent() {
    return independent;
  }

  double middle() {
    return middle;
  }

  double low() {
    return low;
  }

  double high() {
    return high;
  }

  /** Returns how many rounds that follow each other are worth one. */
  private static int worthOne(double[] logs) {
    double mean = Arrays.stream(logs).average().orElse(0);
    double all = 0;
    double next = 0;
    for (int i = 0; i < logs.length; i++) {
      all += (logs[i] - mean) * (logs[i] - mean);
      next += i == 0 ? 0 : (logs[i] - mean) * (logs[i - 1] - mean);
    }
    double correlation = all < ROUNDING * logs.length ? 0 : next / all;
    return correlation <= CHANCE / Math.sqrt(logs.length)
        ? 1
        : (int) Math.ceil((1 + correlation) / (1 - correlation));
  }

  /** The means of neighbours; some of the first rounds are left out if they do not divide. */
  private static double[] joined(double[] logs, int size) {
    double[] means = new double[logs.length / size];
    int from = logs.length - means.length * size;
    for (int i = 0; i < means.length; i++) {
      means[i] =
          Arrays.stream(logs, from + i * size, from + (i + 1) * size).average().orElseThrow();
    }
    return means;
  }

  /** The means of all pairs, each with itself too, sorted. */
  private static double[] walsh(double[] values) {
    double[] averages = new double[values.length * (values.length + 1) / 2];
    int at = 0;
    for (int i = 0; i < values.length; i++) {
      for (int j = i; j < values.length; j++) {
        averages[at++] = (values[i] + values[j]) / 2;
      }
    }
    Arrays.sort(averages);
    return averages;
  }

  /** The largest sum of signed ranks whose tail is at most that, by counting all sign patterns. */
  static int cut(int n, double atMost) {
    double[] ways = new double[n * (n + 1) / 2 + 1];
    ways[0] = 1;
    for (int rank = 1; rank <= n; rank++) {
      for (int sum = ways.length - 1; sum >= rank; sum--) {
        ways[sum] += ways[sum - rank];
      }
    }
    double tail = 0;
    int cut = -1;
    while (tail + ways[cut + 1] <= atMost * Math.pow(2, n)) {
      tail += ways[++cut];
    }
    return cut;
  }
}
