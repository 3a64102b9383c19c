package io.bartizan.benchmarks;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Which key the next check is for: all alike, or by Zipf's law. */
interface KeyChoice {
  int next(SplittableRandom random);

  /**
   * Keys where the n-th is asked for in proportion to n to the power of −skew.
   *
   * @param skew 0 for all alike
   */
  static KeyChoice of(int keys, double skew) {
    if (skew == 0) {
      return random -> random.nextInt(keys);
    }
    double[] upTo = new double[keys];
    double sum = 0;
    for (int i = 0; i < keys; i++) {
      sum += Math.pow(i + 1, -skew);
      upTo[i] = sum;
    }
    double whole = sum;
    return random -> {
      int at = Arrays.binarySearch(upTo, random.nextDouble() * whole);
      return Math.min(keys - 1, at < 0 ? -at - 1 : at + 1);
    };
  }

  /** The share of all checks that the key asked for most gets. */
  static double hottestShare(long keys, double skew) {
    if (skew == 0) {
      return 1.0 / keys;
    }
    long summed = Math.min(keys, 100_000);
    double sum = 0;
    for (long i = 1; i <= summed; i++) {
      sum += Math.pow((double) i, -skew);
    }
    if (keys > summed) {
      // The midpoint rule: off by less than a millionth of what is summed above.
      double from = summed + 0.5;
      double to = keys + 0.5;
      sum +=
          skew == 1
              ? Math.log(to / from)
              : (Math.pow(to, 1 - skew) - Math.pow(from, 1 - skew)) / (1 - skew);
    }
    return 1 / sum;
  }
}
