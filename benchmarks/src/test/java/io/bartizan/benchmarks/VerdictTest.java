package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final Side OURS = Side.of("ours", "1", VerdictTest.class, "ours");
  private static final Side SLOW = Side.of("slow", "1", VerdictTest.class, "slow");
  private static final Side FAST = Side.of("fast", "1", VerdictTest.class, "fast");

  @Test
  void verdict_wholeSpreadAtOrAboveGoal_met() {
    assertThat(Verdict.of(2.0, 2.0, 2.2, 0.0, 2.0)).isEqualTo(Verdict.MET);
  }

  @Test
  void verdict_wholeSpreadBelowGoal_missed() {
    assertThat(Verdict.of(1.9, 1.8, 1.99, 0.0, 2.0)).isEqualTo(Verdict.MISSED);
  }

  @Test
  void verdict_spreadCrossesGoal_undecidedWhicheverSideTheMedianIsOn() {
    assertThat(Verdict.of(2.1, 1.9, 2.2, 0.0, 2.0)).isEqualTo(Verdict.UNDECIDED);
    assertThat(Verdict.of(1.9, 1.8, 2.0, 0.0, 2.0)).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void verdict_noiseAboveTenPerCent_refusedEvenIfMet() {
    assertThat(Verdict.of(9.0, 8.0, 10.0, 0.101, 2.0)).isEqualTo(Verdict.TOO_NOISY);
    assertThat(Verdict.of(9.0, 8.0, 10.0, 0.100, 2.0)).isEqualTo(Verdict.MET);
  }

  @Test
  void verdict_ratioOutsideItsSpread_isABug() {
    assertThatThrownBy(() -> Verdict.of(3.0, 1.0, 2.0, 0.0, 2.0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void outcome_times_peerOverOurs() {
    Outcome outcome =
        judged(Measure.TIME, 2.0, rounds(10, 10, 10, 10, 10), rounds(30, 31, 29, 30, 30));

    assertThat(outcome.ratio()).isEqualTo(3.0);
    assertThat(outcome.low()).isEqualTo(2.9);
    assertThat(outcome.high()).isEqualTo(3.1);
    assertThat(outcome.verdict()).isEqualTo(Verdict.MET);
  }

  @Test
  void outcome_rates_oursOverPeer() {
    Outcome outcome =
        judged(Measure.RATE, 2.0, rounds(10, 10, 10, 10, 10), rounds(30, 31, 29, 30, 30));

    assertThat(outcome.ratio()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(outcome.verdict()).isEqualTo(Verdict.MISSED);
  }

  @Test
  void outcome_oneSlowRound_undecidedRatherThanMet() {
    Outcome outcome =
        judged(Measure.TIME, 2.9, rounds(10, 10, 10, 10, 11), rounds(30, 30, 30, 30, 30));

    assertThat(outcome.ratio()).isEqualTo(3.0);
    assertThat(outcome.verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void outcome_eitherSideUnsteady_tooNoisy() {
    List<Score> steady = rounds(10, 10, 10, 10, 10);
    List<Score> unsteady = rounds(26, 26, 30, 34, 34);

    assertThat(judged(Measure.TIME, 1.0, steady, unsteady).verdict()).isEqualTo(Verdict.TOO_NOISY);
    assertThat(judged(Measure.TIME, 1.0, unsteady, steady).verdict()).isEqualTo(Verdict.TOO_NOISY);
  }

  @Test
  void outcome_severalPeers_theBestCounts() {
    Map<Side, List<Score>> scores =
        Map.of(
            OURS, rounds(10, 10, 10, 10, 10),
            SLOW, rounds(40, 40, 40, 40, 40),
            FAST, rounds(20, 20, 20, 20, 20));

    Row times = Row.of("r", "", Measure.TIME, 1.0, OURS, SLOW, FAST);
    assertThat(Outcome.of(times, scores).ratio()).isEqualTo(2.0);
    Row rates = Row.of("r", "", Measure.RATE, 1.0, OURS, SLOW, FAST);
    assertThat(Outcome.of(rates, scores).ratio()).isEqualTo(0.25);
  }

  @Test
  void outcome_severalOfOurs_theWorstCounts() {
    Map<Side, List<Score>> scores =
        Map.of(
            OURS, rounds(80, 80, 80, 80, 80),
            SLOW, rounds(40, 40, 40, 40, 40),
            FAST, rounds(20, 20, 20, 20, 20));

    Row times = Row.of("r", "", Measure.TIME, 1.0, SLOW, OURS).withWorstOf(List.of(FAST, SLOW));
    assertThat(Outcome.of(times, scores).ratio()).isEqualTo(2.0);
  }

  @Test
  void rounds_quartiles_interpolated() {
    Rounds rounds = new Rounds(5, 1, 4, 2, 3);

    assertThat(rounds.median()).isEqualTo(3);
    assertThat(rounds.interquartileShare()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(new Rounds(1, 2, 3, 4).median()).isEqualTo(2.5);
  }

  @Test
  void rounds_spread_isTheSignTestsInterval() {
    // From tables of the binomial: 93.75 % for 1..5, 97.9 % for 2..9, 95.9 % for 6..15.
    assertThat(Rounds.spreadRank(5)).isEqualTo(1);
    assertThat(Rounds.spreadRank(10)).isEqualTo(2);
    assertThat(Rounds.spreadRank(20)).isEqualTo(6);
    assertThat(Rounds.spreadRank(1)).isEqualTo(1);
  }

  @Test
  void rounds_notANumber_refused() {
    assertThatThrownBy(() -> new Rounds(1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(Rounds::new).isInstanceOf(IllegalArgumentException.class);
  }

  private static Outcome judged(Measure measure, double goal, List<Score> ours, List<Score> peer) {
    return Outcome.of(Row.of("r", "", measure, goal, OURS, SLOW), Map.of(OURS, ours, SLOW, peer));
  }

  private static List<Score> rounds(double... values) {
    return Arrays.stream(values)
        .mapToObj(value -> new Score(value, Double.NaN, Double.NaN))
        .toList();
  }
}
