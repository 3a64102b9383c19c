package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final Side OURS = Side.of("ours", "1", VerdictTest.class, "ours");
  private static final Side SLOW = Side.of("slow", "1", VerdictTest.class, "slow");
  private static final Side FAST = Side.of("fast", "1", VerdictTest.class, "fast");

  @Test
  void verdict_wholeIntervalAtOrAboveGoal_met() {
    assertThat(Verdict.of(2.0, 2.0, 2.2, 2.0)).isEqualTo(Verdict.MET);
  }

  @Test
  void verdict_wholeIntervalBelowGoal_missed() {
    assertThat(Verdict.of(1.9, 1.8, 1.99, 2.0)).isEqualTo(Verdict.MISSED);
  }

  @Test
  void verdict_spreadCrossesGoal_undecidedWhicheverSideTheMedianIsOn() {
    assertThat(Verdict.of(2.1, 1.9, 2.2, 2.0)).isEqualTo(Verdict.UNDECIDED);
    assertThat(Verdict.of(1.9, 1.8, 2.0, 2.0)).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void verdict_wideIntervalFarFromTheGoal_judged() {
    assertThat(Verdict.of(9.0, 4.0, 20.0, 2.0)).isEqualTo(Verdict.MET);
    assertThat(Verdict.of(9.0, 4.0, 20.0, 21.0)).isEqualTo(Verdict.MISSED);
  }

  @Test
  void verdict_ratioOutsideItsInterval_isABug() {
    assertThatThrownBy(() -> Verdict.of(3.0, 1.0, 2.0, 2.0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void outcome_times_peerOverOurs() {
    Outcome outcome =
        judged(
            Measure.TIME,
            2.0,
            rounds(10, 10, 10, 10, 10, 10, 10),
            rounds(30, 31, 29, 30, 30, 30, 30));

    assertThat(outcome.ratio()).isCloseTo(3.0, within(1e-12));
    assertThat(outcome.low()).isCloseTo(2.9, within(1e-12));
    assertThat(outcome.high()).isCloseTo(3.1, within(1e-12));
    assertThat(outcome.independent()).isEqualTo(7);
    assertThat(outcome.verdict()).isEqualTo(Verdict.MET);
  }

  @Test
  void outcome_rates_oursOverPeer() {
    Outcome outcome =
        judged(
            Measure.RATE,
            2.0,
            rounds(10, 10, 10, 10, 10, 10, 10),
            rounds(30, 31, 29, 30, 30, 30, 30));

    assertThat(outcome.ratio()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(outcome.verdict()).isEqualTo(Verdict.MISSED);
  }

  @Test
  void outcome_oneSlowRoundOfSeven_undecidedRatherThanMet() {
    Outcome outcome =
        judged(
            Measure.TIME,
            2.9,
            rounds(10, 10, 10, 10, 11, 10, 10),
            rounds(30, 30, 30, 30, 30, 30, 30));

    assertThat(outcome.ratio()).isCloseTo(3.0, within(1e-12));
    assertThat(outcome.verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  /** Both sides twice as slow in every other round: each noisy, their ratio not. */
  @Test
  void outcome_noiseThatBothSidesShare_judged() {
    List<Score> ours = rounds(10, 20, 10, 20, 10, 20, 10, 20);
    List<Score> peer = rounds(30, 60, 30, 60, 30, 60, 30, 60);
    Outcome outcome = judged(Measure.TIME, 2.9, ours, peer);

    assertThat(outcome.noise()).isGreaterThan(0.3);
    assertThat(outcome.verdict()).isEqualTo(Verdict.MET);
  }

  @Test
  void outcome_fewerThanSevenRounds_noVerdict() {
    assertThatThrownBy(
            () -> judged(Measure.TIME, 1.0, rounds(1, 1, 1, 1, 1, 1), rounds(1, 1, 1, 1, 1, 1)))
        .isInstanceOf(TooFewRounds.class);
  }

  @Test
  void outcome_severalPeers_theBestCounts() {
    Map<Side, List<Score>> scores =
        Map.of(
            OURS, rounds(10, 10, 10, 10, 10, 10, 10),
            SLOW, rounds(40, 40, 40, 40, 40, 40, 40),
            FAST, rounds(20, 20, 20, 20, 20, 20, 20));

    Row times = Row.of("r", "", Measure.TIME, 1.0, OURS, SLOW, FAST);
    assertThat(Outcome.of(times, scores).ratio()).isCloseTo(2.0, within(1e-12));
    Row rates = Row.of("r", "", Measure.RATE, 1.0, OURS, SLOW, FAST);
    assertThat(Outcome.of(rates, scores).ratio()).isCloseTo(0.25, within(1e-12));
  }

  @Test
  void outcome_severalOfOurs_theWorstCounts() {
    Map<Side, List<Score>> scores =
        Map.of(
            OURS, rounds(80, 80, 80, 80, 80, 80, 80),
            SLOW, rounds(40, 40, 40, 40, 40, 40, 40),
            FAST, rounds(20, 20, 20, 20, 20, 20, 20));

    Row times = Row.of("r", "", Measure.TIME, 1.0, SLOW, OURS).withWorstOf(List.of(FAST, SLOW));
    assertThat(Outcome.of(times, scores).ratio()).isCloseTo(2.0, within(1e-12));
  }

  @Test
  void rounds_quartiles_interpolated() {
    Rounds rounds = new Rounds(5, 1, 4, 2, 3);

    assertThat(rounds.median()).isEqualTo(3);
    assertThat(rounds.interquartileShare()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(new Rounds(1, 2, 3, 4).median()).isEqualTo(2.5);
  }

  @Test
  void rounds_notANumber_refused() {
    assertThatThrownBy(() -> new Rounds(1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(Rounds::new).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void roundsToDecide_goalNearTheMiddle_growWithTheSquareOfItsNearness() {
    double[] ours = new double[24];
    double[] peer = new double[24];
    for (int i = 0; i < 24; i++) {
      ours[i] = 1;
      peer[i] = 2 * Math.exp(0.1 * ((i * 7 % 24) - 11.5) / 11.5);
    }
    Outcome near = judged(Measure.TIME, 2.0, rounds(ours), rounds(peer));
    double halfWidth = Math.log(near.high() / near.low()) / 2;
    Outcome half =
        judged(Measure.TIME, near.ratio() * Math.exp(halfWidth / 2), rounds(ours), rounds(peer));
    Outcome fifth =
        judged(Measure.TIME, near.ratio() * Math.exp(halfWidth / 5), rounds(ours), rounds(peer));

    assertThat(half.roundsToDecide()).isCloseTo(24 * 4 * 1.5, within(1e-6));
    assertThat(fifth.roundsToDecide()).isCloseTo(24 * 25 * 1.5, within(1e-6));
    assertThat(judged(Measure.TIME, near.ratio(), rounds(ours), rounds(peer)).roundsToDecide())
        .isInfinite();
  }

  @Test
  void roundsToGo_decided_none() {
    assertThat(toGo(2.0, 40, 1, 1.01, 0.99, 1, 1.02, 0.98, 1)).isZero();
    assertThat(toGo(4.0, 40, 1, 1.01, 0.99, 1, 1.02, 0.98, 1)).isZero();
  }

  /** Seven rounds: the interval is the span, 2.7 to 3.3; a goal of 2.8 is within it. */
  @Test
  void roundsToGo_undecided_asManyAsTheIntervalNeedsOrTheBudgetHas() {
    double[] ours = {1, 1.1, 0.9, 1.05, 0.95, 1.02, 0.98};

    assertThat(toGo(2.8, 1000, ours)).isBetween(10, 40);
    assertThat(toGo(2.8, 10, ours)).isEqualTo(10);
    assertThat(toGo(2.97, 2000, ours)).isBetween(900, 1200);
  }

  @Test
  void roundsToGo_atTheGoal_noneSinceTheBudgetIsTooSmall() {
    assertThat(toGo(2.99, 40, 1, 1.1, 0.9, 1.05, 0.95, 1.02, 0.98)).isZero();
    assertThat(toGo(3.0, 40, 1, 1.1, 0.9, 1.05, 0.95, 1.02, 0.98)).isZero();
  }

  @Test
  void roundsToGo_tooFewIndependentOnes_twiceWhatIsMissing() {
    double[] twoMoods = {1, 1, 1, 1, 2, 2, 2, 2};

    assertThat(toGo(2.8, 1000, twoMoods)).isBetween(20, 120);
    assertThat(toGo(2.8, 0, twoMoods)).isZero();
  }

  /** Each look at an interval costs confidence, so a row that has one is not measured on again. */
  @Test
  void roundsMissing_withAnInterval_none_withoutOne_whatTheBudgetHas() {
    double[] twoMoods = {1, 1, 1, 1, 2, 2, 2, 2};
    double[] undecided = {1, 1.1, 0.9, 1.05, 0.95, 1.02, 0.98};

    assertThat(missing(1000, undecided)).isZero();
    assertThat(missing(1000, twoMoods)).isBetween(20, 120);
    assertThat(missing(40, twoMoods)).isEqualTo(40);
    assertThat(missing(Budget.LEAST_ROUNDS - 1, twoMoods)).isZero();
  }

  /** A round of a large file takes a second, one of a rate limiter a tenth. */
  @Test
  void fitting_slowRounds_asManyAsTheTimeHas_quickOnes_asManyAsTheBudget() {
    Duration quarterMinute = Duration.ofSeconds(15);

    assertThat(Contest.fitting(quarterMinute, 96, 16, 16_000_000_000L)).isEqualTo(15);
    assertThat(Contest.fitting(quarterMinute, 96, 16, 1_600_000_000L)).isEqualTo(96);
    assertThat(Contest.fitting(Duration.ZERO, 96, 16, 1_600_000_000L)).isZero();
  }

  private static int toGo(double goal, int most, double... ours) {
    return Contest.roundsToGo(row(goal), besideThree(ours), most);
  }

  private static int missing(int most, double... ours) {
    return Contest.roundsMissing(row(2.8), besideThree(ours), most);
  }

  private static Row row(double goal) {
    return Row.of("r", "", Measure.TIME, goal, OURS, SLOW);
  }

  private static Map<Side, List<Score>> besideThree(double... ours) {
    double[] peer = new double[ours.length];
    Arrays.fill(peer, 3);
    return Map.of(OURS, rounds(ours), SLOW, rounds(peer));
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
