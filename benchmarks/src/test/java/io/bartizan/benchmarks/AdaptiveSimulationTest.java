package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Our adaptive limit and Netflix', before the same simulated services and the same callers; means
 * over twenty seeds. Virtual time: the figures are the same on every machine.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("deep")
class AdaptiveSimulationTest {
  private static final int SEEDS = 20;
  private static final long FIRST_SEED = 1000;

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
    assertThat(of(Traffic.STEP, Gate.Kind.OURS).goodput()).isBetween(0.965 * 1400, 1405.0);
    // 20 servers whose answers take 10 to 40 ms: 20 / 30 ms · ln 4
    assertThat(of(Traffic.LEAK, Gate.Kind.OURS).goodput()).isBetween(0.95 * 924, 935.0);
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

  /**
   * Of all their limits the windowed gradient does best when both figures count. In the leak it
   * lets in fewer than the servers could do while answers take longest, and so gets a percentile
   * below that of the twenty which would never queue.
   */
  @Test
  void ours_besideTheirBest_isNoWorseOnAnyGoodputAndShorterWhereNothingStarves() {
    for (Traffic traffic : Traffic.values()) {
      Means ours = of(traffic, Gate.Kind.OURS);
      Means theirs = of(traffic, Gate.Kind.WINDOWED);
      assertThat(ours.goodput()).as("%s", traffic).isGreaterThan(0.995 * theirs.goodput());
      double allowed = traffic == Traffic.LEAK ? 1.07 : 1;
      assertThat(ours.p99Millis()).as("%s", traffic).isLessThan(allowed * theirs.p99Millis());
    }
    assertThat(of(Traffic.LEAK, Gate.Kind.OURS).goodput())
        .isGreaterThan(of(Traffic.LEAK, Gate.Kind.WINDOWED).goodput());
  }

  /**
   * Ten minutes with more callers than fit, means of ten seeds: ours stays where it was after one
   * minute, theirs takes the queue for the usual time, and lets it grow.
   */
  @Test
  void ours_beforeAServiceThatIsFullForTenMinutes_keepsItsQueueShortWhereTheirBestDoesNot() {
    double[] ours = tenMinutesFull(Gate.Kind.OURS);
    double[] theirs = tenMinutesFull(Gate.Kind.WINDOWED);

    assertThat(ours[0]).as("answers").isGreaterThan(0.99 * theirs[0]);
    assertThat(ours[1]).as("p99").isLessThan(0.7 * theirs[1]);
    assertThat(ours[2]).as("our limit at the end").isBetween(20.0, 40.0);
    assertThat(theirs[2]).as("their limit at the end").isGreaterThan(90);
  }

  /** Answers a second, their percentile, and the limit at the end. */
  private static double[] tenMinutesFull(Gate.Kind kind) {
    double[] means = new double[3];
    for (int i = 0; i < 10; i++) {
      ServiceSimulation.Result result =
          ServiceSimulation.run(Traffic.BIMODAL, kind, 5000 + i, 10 * Traffic.SECONDS);
      means[0] += result.goodput() / 10;
      means[1] += result.p99Millis() / 10;
      means[2] += result.limits().get(result.limits().size() - 1) / 10.0;
    }
    return means;
  }

  /** Without a limit the simulated service is lost, or the simulation would show nothing. */
  @Test
  void limit_thatIsTooHighForTheService_givesLateAnswers() {
    Means fixed = of(Traffic.BIMODAL, Gate.Kind.GRADIENT2);

    assertThat(fixed.p99Millis())
        .isGreaterThan(2 * of(Traffic.BIMODAL, Gate.Kind.OURS).p99Millis());
  }
}
