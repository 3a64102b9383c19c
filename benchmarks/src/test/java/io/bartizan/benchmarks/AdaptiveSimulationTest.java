package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Our adaptive limit and Netflix', before the same simulated services and the same callers; means
 * over twenty seeds, of which none served to choose our figures. Virtual time: the figures are the
 * same on every machine.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdaptiveSimulationTest {
  private static final int SEEDS = 20;
  private static final long FIRST_SEED = 1000;

  /**
   * The 99th percentile of the leak with all servers always busy and nobody queueing: answers whose
   * mean m goes from 10 to 40 ms, as many as 1/m, so that the mean of e^(-t/m) is a hundredth.
   */
  private static final double LEAK_WITHOUT_QUEUE_MILLIS = 118.1;

  private record Means(double goodput, double p99Millis) {}

  private final Map<Traffic, Map<Gate.Kind, Means>> means = new EnumMap<>(Traffic.class);

  private Means of(Traffic traffic, Gate.Kind kind) {
    return means
        .computeIfAbsent(traffic, its -> new EnumMap<>(Gate.Kind.class))
        .computeIfAbsent(kind, its -> simulated(traffic, its));
  }

  private static Means simulated(Traffic traffic, Gate.Kind kind) {
    double goodput = 0;
    double p99 = 0;
    for (int i = 0; i < SEEDS; i++) {
      ServiceSimulation.Result result = ServiceSimulation.run(traffic, kind, FIRST_SEED + i);
      goodput += result.goodput();
      p99 += result.p99Millis();
    }
    return new Means(goodput / SEEDS, p99 / SEEDS);
  }

  /** What the servers can do, at most: 36 · 50 a second for 40 s, 12 · 50 for 20, and so on. */
  @Test
  void ours_beforeEachService_getsNearlyAllThatItCanDo() {
    assertThat(of(Traffic.STEP, Gate.Kind.OURS).goodput()).isBetween(0.97 * 1400, 1405.0);
    // 20 servers whose answers take 10 to 40 ms: 20 / 30 ms · ln 4
    assertThat(of(Traffic.LEAK, Gate.Kind.OURS).goodput()).isBetween(0.96 * 924, 935.0);
    // 700 a second, and 1000 during the bursts
    assertThat(of(Traffic.BURST, Gate.Kind.OURS).goodput()).isBetween(0.98 * 750, 760.0);
    assertThat(of(Traffic.BIMODAL, Gate.Kind.OURS).goodput()).isBetween(0.97 * 1053, 1063.0);
  }

  @Test
  void ours_throughAStep_beatsEveryOtherByATwentieth() {
    double ours = of(Traffic.STEP, Gate.Kind.OURS).goodput();

    for (Gate.Kind peer : Gate.Kind.values()) {
      if (peer != Gate.Kind.OURS) {
        assertThat(ours / of(Traffic.STEP, peer).goodput()).as("%s", peer).isGreaterThan(1.05);
      }
    }
  }

  /** Of all their limits the windowed gradient does best when both figures count. */
  @Test
  void ours_besideTheirBest_isNoWorseInGoodputAndP99() {
    for (Traffic traffic : new Traffic[] {Traffic.STEP, Traffic.BURST, Traffic.BIMODAL}) {
      Means ours = of(traffic, Gate.Kind.OURS);
      Means theirs = of(traffic, Gate.Kind.WINDOWED);
      // the means of twenty seeds are off by a thousandth
      assertThat(ours.goodput()).as("%s", traffic).isGreaterThan(0.998 * theirs.goodput());
      assertThat(ours.p99Millis()).as("%s", traffic).isLessThan(theirs.p99Millis());
    }
  }

  /** Theirs gets below what is possible for busy servers, by letting in too few of the slow. */
  @Test
  void ours_inTheLeak_keepsTheServersBusyNearTheP99WithoutQueue() {
    Means ours = of(Traffic.LEAK, Gate.Kind.OURS);
    Means theirs = of(Traffic.LEAK, Gate.Kind.WINDOWED);

    assertThat(ours.goodput()).isGreaterThan(1.02 * theirs.goodput());
    assertThat(theirs.p99Millis()).isLessThan(LEAK_WITHOUT_QUEUE_MILLIS);
    assertThat(ours.p99Millis()).isLessThan(1.12 * LEAK_WITHOUT_QUEUE_MILLIS);
  }

  @Test
  void noneOfTheirs_isBetterInBothFigures() {
    for (Traffic traffic : Traffic.values()) {
      Means ours = of(traffic, Gate.Kind.OURS);
      for (Gate.Kind peer : Gate.Kind.values()) {
        Means theirs = of(traffic, peer);
        assertThat(theirs.goodput() > ours.goodput() && theirs.p99Millis() < ours.p99Millis())
            .as("%s before %s", peer, traffic)
            .isFalse();
      }
    }
  }

  /** Without a limit the simulated service is lost, or the simulation would show nothing. */
  @Test
  void limit_thatIsTooHighForTheService_givesLateAnswers() {
    Means fixed = of(Traffic.BIMODAL, Gate.Kind.GRADIENT2);

    assertThat(fixed.p99Millis())
        .isGreaterThan(2 * of(Traffic.BIMODAL, Gate.Kind.OURS).p99Millis());
  }
}
