package io.bartizan.benchmarks;

/** What the rounds say about a row's goal. */
enum Verdict {
  MET("met"),
  MISSED("missed"),
  UNDECIDED("undecided"),
  TOO_NOISY("too noisy");

  /** A side whose interquartile range is a larger share of its median is not judged. */
  static final double NOISE_LIMIT = 0.10;

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }

  /**
   * Judges a row.
   *
   * @param ratio how many times better ours is
   * @param low the lower end of the spread of that ratio
   * @param high the upper end of it
   * @param noise the larger of both sides' interquartile shares
   * @param goal the least ratio that the row claims
   */
  static Verdict of(double ratio, double low, double high, double noise, double goal) {
    if (!(low <= ratio && ratio <= high)) {
      throw new IllegalArgumentException("ratio " + ratio + " outside " + low + " to " + high);
    }
    if (noise > NOISE_LIMIT) {
      return TOO_NOISY;
    }
    if (low >= goal) {
      return MET;
    }
    return high < goal ? MISSED : UNDECIDED;
  }
}
