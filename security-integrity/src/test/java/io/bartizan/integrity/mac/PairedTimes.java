package io.bartizan.integrity.mac;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What pairs of times say about the difference of two classes of input.
 *
 * <p>Samples that follow one another are not independent (dudect issue 27), so the verdict rests on
 * pairs: the interquartile mean of their differences, with a confidence interval from resampled
 * blocks of neighbours. Welch's t over raw and cropped times is dudect's own figure, printed beside
 * it.
 */
final class PairedTimes {

  /** Below so many nanoseconds for one comparison nobody can use a difference over a network. */
  static final double TOLERANCE_NANOS = 1.0;

  private static final int BLOCKS = 200;
  private static final int RESAMPLES = 2_000;
  private static final int CROPS = 100;

  private final long[] first;
  private final long[] second;
  private final int batch;

  PairedTimes(long[] first, long[] second, int batch) {
    this.first = first;
    this.second = second;
    this.batch = batch;
  }

  /**
   * Lower bound, estimate and upper bound (95 %) of the difference in nanoseconds, second less
   * first.
   */
  double[] difference() {
    int length = first.length / BLOCKS;
    double[] blocks = new double[BLOCKS];
    for (int b = 0; b < BLOCKS; b++) {
      double[] part = new double[length];
      for (int i = 0; i < length; i++) {
        part[i] = (double) (second[b * length + i] - first[b * length + i]) / batch;
      }
      blocks[b] = interquartileMean(part);
    }
    SplittableRandom random = new SplittableRandom(1);
    double[] means = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      double[] drawn = new double[BLOCKS];
      for (int j = 0; j < BLOCKS; j++) {
        drawn[j] = blocks[random.nextInt(BLOCKS)];
      }
      means[i] = interquartileMean(drawn);
    }
    Arrays.sort(means);
    return new double[] {
      means[RESAMPLES / 40], interquartileMean(blocks), means[RESAMPLES - RESAMPLES / 40]
    };
  }

  private static double interquartileMean(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return Arrays.stream(sorted, sorted.length / 4, sorted.length - sorted.length / 4)
        .average()
        .orElseThrow();
  }

  /** How many standard deviations the number of positive differences is from a half. */
  double signTest() {
    int positive = 0;
    int negative = 0;
    for (int i = 0; i < first.length; i++) {
      positive += second[i] > first[i] ? 1 : 0;
      negative += second[i] < first[i] ? 1 : 0;
    }
    int all = positive + negative;
    return all == 0 ? 0 : (positive - negative) / Math.sqrt(all);
  }

  /** The largest |t| over the raw times, the centred squares and {@value #CROPS} crops. */
  double largestWelch() {
    long[] pooled = Arrays.copyOf(first, first.length * 2);
    System.arraycopy(second, 0, pooled, first.length, second.length);
    Arrays.sort(pooled);
    double largest = Math.abs(welch(first, second, Long.MAX_VALUE, false));
    largest = Math.max(largest, Math.abs(welch(first, second, Long.MAX_VALUE, true)));
    for (int crop = 1; crop <= CROPS; crop++) {
      double share = 1 - Math.pow(0.5, 10.0 * crop / CROPS);
      long limit = pooled[(int) (share * (pooled.length - 1))];
      largest = Math.max(largest, Math.abs(welch(first, second, limit, false)));
    }
    return largest;
  }

  private static double welch(long[] a, long[] b, long limit, boolean squares) {
    double[] forA = moments(a, limit, squares);
    double[] forB = moments(b, limit, squares);
    double error = Math.sqrt(forA[1] / forA[2] + forB[1] / forB[2]);
    return forA[2] < 2 || forB[2] < 2 || error == 0 ? 0 : (forA[0] - forB[0]) / error;
  }

  /** Mean, variance and number of the times up to a limit, or of their centred squares. */
  private static double[] moments(long[] times, long limit, boolean squares) {
    double centre = squares ? Arrays.stream(times).average().orElse(0) : 0;
    double sum = 0;
    double sumOfSquares = 0;
    double n = 0;
    for (long time : times) {
      if (time <= limit) {
        double x = squares ? (time - centre) * (time - centre) : time;
        sum += x;
        sumOfSquares += x * x;
        n++;
      }
    }
    double mean = n == 0 ? 0 : sum / n;
    return new double[] {mean, n < 2 ? 0 : (sumOfSquares - n * mean * mean) / (n - 1), n};
  }

  /** {@code constant} or {@code LEAKS} if the interval lies inside or outside of the tolerance. */
  String verdict() {
    double[] interval = difference();
    if (interval[0] > TOLERANCE_NANOS || interval[2] < -TOLERANCE_NANOS) {
      return "LEAKS";
    }
    return interval[0] >= -TOLERANCE_NANOS && interval[2] <= TOLERANCE_NANOS
        ? "constant"
        : "undecided";
  }

  String row(String mode, String subject) {
    double[] interval = difference();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %.3f (%.3f to %.3f) | %.1f | %.1f | %s |",
        mode,
        subject,
        first.length,
        interval[1],
        interval[0],
        interval[2],
        signTest(),
        largestWelch(),
        verdict());
  }
}
