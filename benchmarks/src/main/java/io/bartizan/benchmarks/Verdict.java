package io.bartizan.benchmarks;

/** What the rounds say about a row's goal. */
enum Verdict {
  MET("met"),
  MISSED("missed"),
  UNDECIDED("undecided");

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }

  /**
   * Judges a row: noise makes the interval wide and the row no less judged.
   *
   * @param ratio how many times better ours is
   * @param low the lower end of that ratio's interval
   * @param high the upper end of it
   * @param goal the least ratio that the row claims
   */
  static Verdict of(double ratio, double low, double high, double goal) {
    if (!(low <= ratio && ratio <= high)) {
      throw new IllegalArgumentException("ratio " + ratio + " outside " + low + " to " + high);
    }
    if (low >= goal) {
      return MET;
    }
    return high < goal ? MISSED : UNDECIDED;
  }
}
