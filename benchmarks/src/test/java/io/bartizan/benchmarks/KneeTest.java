package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KneeTest {
  private static final LoadSubject SUBJECT =
      LoadSubject.of("tokenBucket", LoadSubject.Mode.COALESCING);
  private static final long BUDGET = 5_000;
  private static final double MOST = 1e7;

  private final List<Double> asked = new ArrayList<>();

  @Test
  void knee_budgetThatBreaksAbove50k_isFoundToAFifth() throws Exception {
    Knee knee = Knee.find(1_000, MOST, BUDGET, rate -> result(rate, rate <= 50_000 ? 900 : 6_000));

    assertThat(best(knee)).isBetween(50_000 / 1.2, 50_000.0);
    assertThat(knee.steps()).isSortedAccordingTo((a, b) -> Double.compare(a.asked(), b.asked()));
  }

  @Test
  void knee_startAboveIt_goesDown() throws Exception {
    Knee knee = Knee.find(100_000, MOST, BUDGET, rate -> result(rate, rate <= 3_000 ? 900 : 6_000));

    assertThat(best(knee)).isBetween(3_000 / 1.2, 3_000.0);
  }

  @Test
  void knee_noRateHolds_isNone() throws Exception {
    assertThat(Knee.find(1_000, MOST, BUDGET, rate -> result(rate, 6_000)).best()).isNull();
  }

  @Test
  void knee_rateThatIsEnough_endsTheSearch() throws Exception {
    Knee knee = Knee.find(1_000, 8_000, BUDGET, rate -> result(rate, 900));

    assertThat(best(knee)).isEqualTo(8_000);
  }

  @Test
  void knee_onePauseOfTheMachine_isNoKnee() throws Exception {
    Knee knee =
        Knee.find(
            1_000,
            MOST,
            BUDGET,
            rate -> {
              asked.add(rate);
              return result(rate, asked.size() == 2 || rate > 50_000 ? 6_000 : 900);
            });

    assertThat(asked).startsWith(1_000.0, 2_000.0, 2_000.0, 4_000.0);
    assertThat(best(knee)).isGreaterThan(40_000);
  }

  @Test
  void within_anErrorALagOrSaturation_breaksTheBudget() {
    assertThat(result(1_000, 5_000).within(BUDGET)).isTrue();
    assertThat(result(1_000, 5_001).within(BUDGET)).isFalse();
    assertThat(load(1_000, 949, 10, 0, false).within(BUDGET)).isFalse();
    assertThat(load(1_000, 1_000, 10, 1, false).within(BUDGET)).isFalse();
    assertThat(load(1_000, 1_000, 10, 0, true).within(BUDGET)).isFalse();
  }

  private static double best(Knee knee) {
    LoadResult best = knee.best();
    return best == null ? Double.NaN : best.asked();
  }

  private static LoadResult result(double rate, long p99) {
    return load(rate, rate, p99, 0, false);
  }

  private static LoadResult load(
      double asked, double achieved, long p99, long errors, boolean saturated) {
    return new LoadResult(
        SUBJECT, asked, achieved, p99 / 2, p99, p99, p99, 0, 0.5, asked, errors, saturated);
  }
}
