package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChangeTest {
  private static final Side SIDE = Side.of("ours", "1", HmacBenchmark.class, "sign");
  private static final double[] STEADY = {100, 101, 100, 99, 100, 100, 100};

  @Test
  void speed_mediansWithinThreeHundredths_isAsBefore() {
    assertThat(time(STEADY, times(STEADY, 1.029)).speed()).isEqualTo(Change.Speed.AS_BEFORE);
    assertThat(time(STEADY, times(STEADY, 0.98)).speed()).isEqualTo(Change.Speed.AS_BEFORE);
  }

  @Test
  void speed_fiveHundredthsMoreInEveryRound_isSlowerOrFaster() {
    assertThat(time(STEADY, times(STEADY, 1.05)).speed()).isEqualTo(Change.Speed.SLOWER);
    assertThat(time(STEADY, times(STEADY, 0.95)).speed()).isEqualTo(Change.Speed.FASTER);
    assertThat(time(STEADY, times(STEADY, 1.05)).isWorse()).isTrue();
    assertThat(time(STEADY, times(STEADY, 0.95)).isWorse()).isFalse();
  }

  @Test
  void speed_moreOperationsASecond_isFaster() {
    assertThat(change(Measure.RATE, scores(STEADY, 0), scores(times(STEADY, 1.1), 0)).speed())
        .isEqualTo(Change.Speed.FASTER);
  }

  @Test
  void speed_roundsOnBothSidesOfAsBefore_isUndecided() {
    double[] restless = {120, 90, 112, 109, 95, 104, 106};

    assertThat(time(STEADY, restless).speed()).isEqualTo(Change.Speed.UNDECIDED);
    assertThat(time(STEADY, restless).isWorse()).isFalse();
  }

  @Test
  void bytes_eightMore_areWorse() {
    Change change = change(Measure.TIME, scores(STEADY, 72), scores(STEADY, 80));

    assertThat(change.allocatesMore()).isTrue();
    assertThat(change.isWorse()).isTrue();
    assertThat(change.line(false)).contains("as before, allocates more");
  }

  @Test
  void bytes_fewerOrTheSameOrUnknown_areNotWorse() {
    for (double now : new double[] {64, 72, 72.3, Double.NaN}) {
      assertThat(change(Measure.TIME, scores(STEADY, 72), scores(STEADY, now)).isWorse())
          .as("%s", now)
          .isFalse();
    }
  }

  @Test
  void pairs_ofTheCatalogue_measureEachOfOursOnce() {
    List<Row> pairs = Change.pairs(Catalogue.rows(), "older.jar", "this.jar");

    Set<Object> measured = new HashSet<>();
    for (Row pair : pairs) {
      Side now = pair.ours().get(0);
      Side before = pair.peers().get(0);
      assertThat(now.classPath()).isEqualTo("this.jar");
      assertThat(before.classPath()).isEqualTo("older.jar");
      assertThat(before.include()).isEqualTo(now.include());
      assertThat(before.parameters()).isEqualTo(now.parameters());
      assertThat(
              measured.add(List.of(now.include(), now.parameters(), now.threads(), pair.measure())))
          .as(pair.name())
          .isTrue();
    }
    assertThat(pairs.stream().map(Row::name))
        .contains("local-1t", "keyed-heap", "redis-hot-async", "jwt-reject.unknownAlgorithm")
        .contains("hmac-200", "sha256-many", "mtls-trust")
        .doesNotContain(
            "local-1t-best", "local-clock", "redis-hot-batch", "jwt-es256-bc", "jwt-rs256-accp");
  }

  private static Change time(double[] before, double[] now) {
    return change(Measure.TIME, scores(before, 0), scores(now, 0));
  }

  private static Change change(Measure measure, List<Score> before, List<Score> now) {
    Row row = Row.of("row", "", measure, 1.0, SIDE.in("now", "n"), SIDE.in("before", "b"));
    return new Change(Outcome.of(row, Map.of(row.ours().get(0), now, row.peers().get(0), before)));
  }

  private static double[] times(double[] values, double factor) {
    double[] changed = values.clone();
    for (int i = 0; i < changed.length; i++) {
      changed[i] *= factor;
    }
    return changed;
  }

  private static List<Score> scores(double[] values, double bytes) {
    List<Score> scores = new ArrayList<>();
    for (double value : values) {
      scores.add(new Score(value, Double.NaN, bytes));
    }
    return scores;
  }
}
