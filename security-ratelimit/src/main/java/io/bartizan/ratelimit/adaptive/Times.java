package io.bartizan.ratelimit.adaptive;

/** How long work took, by the square roots of the times; for one thread at a time. */
final class Times {

  /** How many standard errors may be chance when work is another. */
  static final double SURE = 2.5;

  private static final long SECOND = 1_000_000_000L;

  private double sum;
  private double squares;
  private double count;
  private long longest;
  private long longestBefore;

  void add(long took) {
    double root = Math.sqrt((double) took);
    sum += root;
    squares += took;
    count++;
    longest = Math.max(longest, Math.min(SECOND, took));
  }

  /** Begins anew with a part of what there is. */
  void begin(double kept) {
    sum *= kept;
    squares *= kept;
    count *= kept;
    longestBefore = longest;
    longest = 0;
  }

  double sum() {
    return sum;
  }

  double count() {
    return count;
  }

  /** The longest time of now and before, at most a second. */
  long longest() {
    return Math.max(longest, longestBefore);
  }

  double mean() {
    return sum / count;
  }

  double spread() {
    return Math.max(0, squares / count - mean() * mean());
  }

  /** The square of the standard error of the mean. */
  double error() {
    return spread() / count;
  }

  boolean isAlike(double other, double othersError) {
    double chance = SURE * Math.sqrt(error() + othersError);
    return Math.abs(mean() - other) <= chance + 0.02 * mean();
  }
}
