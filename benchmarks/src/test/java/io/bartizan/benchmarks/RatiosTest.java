package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** The statistics by which rows are judged, by tables and by simulation of runs. */
class RatiosTest {
  private static final double TRUE_RATIO = 2.5;

  private final SplittableRandom random = new SplittableRandom(20261128);

  @Test
  void cut_isThatOfTheTablesOfSignedRanks() {
    // Two-sided 5 %: https://en.wikipedia.org/wiki/Wilcoxon_signed-rank_test and every text-book.
    assertThat(Ratios.cut(6, 0.025)).isEqualTo(0);
    assertThat(Ratios.cut(7, 0.025)).isEqualTo(2);
    assertThat(Ratios.cut(8, 0.025)).isEqualTo(3);
    assertThat(Ratios.cut(10, 0.025)).isEqualTo(8);
    assertThat(Ratios.cut(20, 0.025)).isEqualTo(52);
    assertThat(Ratios.cut(25, 0.025)).isEqualTo(89);
    assertThat(Ratios.cut(8, 0.005)).isEqualTo(0);
    assertThat(Ratios.cut(20, 0.005)).isEqualTo(37);
  }

  @Test
  void ratios_equalRounds_noWidth() {
    Ratios ratios = new Ratios(3, 3, 3, 3, 3, 3, 3);

    assertThat(ratios.middle()).isCloseTo(3, within(1e-12));
    assertThat(ratios.low()).isCloseTo(3, within(1e-12));
    assertThat(ratios.high()).isCloseTo(3, within(1e-12));
    assertThat(ratios.independent()).isEqualTo(7);
  }

  @Test
  void ratios_oneOutlierOfTwenty_movesTheIntervalLittle() {
    double[] steady = new double[20];
    for (int i = 0; i < 20; i++) {
      steady[i] = 2 + 0.01 * (i * 7 % 20);
    }
    double[] hit = steady.clone();
    hit[11] = 0.01;

    assertThat(new Ratios(hit).low()).isCloseTo(new Ratios(steady).low(), within(0.03));
    assertThat(new Ratios(hit).middle()).isCloseTo(new Ratios(steady).middle(), within(0.02));
  }

  @Test
  void ratios_tooFewRounds_sayHowManyAreNeeded() {
    assertThatThrownBy(() -> new Ratios(1, 2, 1, 2, 1))
        .isInstanceOf(TooFewRounds.class)
        .hasMessage("5 rounds are worth 5 independent ones, at least 7 rounds are needed");
  }

  /** Twelve rounds in two moods: worth two, whatever their number says. */
  @Test
  void ratios_roundsThatDependOnEachOther_areWorthFewer() {
    double[] moods = new double[24];
    for (int i = 0; i < 24; i++) {
      moods[i] = (i < 12 ? 1 : 2) + 0.001 * (i * 5 % 7);
    }

    assertThatThrownBy(() -> new Ratios(moods))
        .isInstanceOf(TooFewRounds.class)
        .hasMessageMatching("24 rounds are worth [0-3] independent ones, at least \\d+ rounds.*");
    double[] shuffled = new double[24];
    for (int i = 0; i < 24; i++) {
      shuffled[i] = moods[i * 7 % 24];
    }
    assertThat(new Ratios(shuffled).independent()).isGreaterThanOrEqualTo(8);
  }

  @Test
  void ratios_notPositive_refused() {
    assertThatThrownBy(() -> new Ratios(1, 1, 1, 1, 1, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a round gave the ratio 0.0");
    assertThatThrownBy(() -> new Ratios(1, 1, 1, 1, 1, 1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void interval_ofRoundsWithNormalNoise_holdsTheTruthThirtyNineTimesInForty() {
    assertThat(covered(24, () -> 0.1 * normal())).isBetween(0.963, 0.99);
    assertThat(covered(8, () -> 0.1 * normal())).isBetween(0.963, 0.995);
  }

  /** A neighbour hits one round in five, either side alike, by up to three times. */
  @Test
  void interval_ofRoundsWithANeighbour_holdsTheTruthThirtyNineTimesInForty() {
    DoubleSupplier neighbour =
        () -> 0.03 * normal() + (random.nextInt(5) == 0 ? random.nextDouble(-1.1, 1.1) : 0);

    assertThat(covered(24, neighbour)).isBetween(0.963, 0.995);
  }

  /** Each round takes over half of the noise of the one before. */
  @Test
  void interval_ofRoundsThatDependOnEachOther_holdsTheTruthNineteenTimesInTwenty() {
    double[] last = {0};

    assertThat(covered(40, () -> last[0] = 0.5 * last[0] + 0.1 * normal())).isGreaterThan(0.92);
  }

  /** An interval that is always wide would hold the truth too. */
  @Test
  void interval_width_isAsTheNoiseAndTheRoundsGive() {
    List<Double> widths = new ArrayList<>();
    while (widths.size() < 200) {
      try {
        Ratios ratios = new Ratios(run(24, () -> 0.1 * normal()));
        widths.add(Math.log(ratios.high() / ratios.low()));
      } catch (TooFewRounds e) {
        // one of twenty series looks as if its rounds depended on each other
      }
    }

    // That of the t distribution: 2 · 2.40 · 0.1 / √24
    double[] sorted = widths.stream().mapToDouble(Double::doubleValue).toArray();
    assertThat(new Rounds(sorted).median()).isCloseTo(0.098, within(0.012));
  }

  private double covered(int rounds, DoubleSupplier noise) {
    int held = 0;
    int judged = 0;
    for (int i = 0; i < 2000; i++) {
      try {
        Ratios ratios = new Ratios(run(rounds, noise));
        judged++;
        held += ratios.low() <= TRUE_RATIO && TRUE_RATIO <= ratios.high() ? 1 : 0;
      } catch (TooFewRounds e) {
        // no verdict, so no wrong one
      }
    }
    assertThat(judged).isGreaterThan(1800);
    return (double) held / judged;
  }

  private static double[] run(int rounds, DoubleSupplier noise) {
    double[] ratios = new double[rounds];
    Arrays.setAll(ratios, i -> TRUE_RATIO * Math.exp(noise.getAsDouble()));
    return ratios;
  }

  private double normal() {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
        * Math.cos(2 * Math.PI * random.nextDouble());
  }
}
