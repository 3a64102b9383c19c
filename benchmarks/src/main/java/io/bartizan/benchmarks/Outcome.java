package io.bartizan.benchmarks;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A row after its run: who won by how much, and whether that may be claimed. */
record Outcome(
    Row row,
    Contestant ours,
    Contestant peer,
    double ratio,
    double low,
    double high,
    double noise,
    int independent,
    Verdict verdict) {

  /** One side with its rounds. */
  record Contestant(Side side, List<Score> rounds) {
    double median() {
      return of(Score::value).median();
    }

    /** Returns the median over the rounds of what JMH reported beside the value, or NaN. */
    double median(ToDoubleFunction<Score> part) {
      double[] known = rounds.stream().mapToDouble(part).filter(Double::isFinite).toArray();
      return known.length == 0 ? Double.NaN : new Rounds(known).median();
    }

    Rounds of(ToDoubleFunction<Score> part) {
      return new Rounds(rounds.stream().mapToDouble(part).toArray());
    }
  }

  /**
   * How many rounds in all would decide, if the next ones are as these: an interval narrows with
   * the root of their number, and some more are asked for, since both are estimates.
   */
  double roundsToDecide() {
    double halfWidth = Math.log(high / low) / 2;
    double fromGoal = Math.abs(Math.log(ratio / row.goal()));
    return 1.5 * ours.rounds().size() * Math.pow(halfWidth / fromGoal, 2);
  }

  static Outcome of(Row row, Map<Side, List<Score>> scores) {
    Contestant ours = pick(row, row.ours(), scores, false);
    Contestant peer = pick(row, row.peers(), scores, true);
    int n = Math.min(ours.rounds().size(), peer.rounds().size());
    double[] paired = new double[n];
    for (int i = 0; i < n; i++) {
      paired[i] = row.measure().ratio(ours.rounds().get(i).value(), peer.rounds().get(i).value());
    }
    Ratios ratios = new Ratios(paired);
    double noise =
        Math.max(
            ours.of(Score::value).interquartileShare(), peer.of(Score::value).interquartileShare());
    Verdict verdict = Verdict.of(ratios.middle(), ratios.low(), ratios.high(), row.goal());
    return new Outcome(
        row,
        ours,
        peer,
        ratios.middle(),
        ratios.low(),
        ratios.high(),
        noise,
        ratios.independent(),
        verdict);
  }

  private static Contestant pick(
      Row row, List<Side> sides, Map<Side, List<Score>> scores, boolean best) {
    Comparator<Contestant> byMedian = Comparator.comparingDouble(Contestant::median);
    Comparator<Contestant> worstFirst =
        row.measure().moreIsBetter() ? byMedian : byMedian.reversed();
    return sides.stream()
        .map(side -> new Contestant(side, scores.getOrDefault(side, List.of())))
        .min(best ? worstFirst.reversed() : worstFirst)
        .orElseThrow();
  }
}
