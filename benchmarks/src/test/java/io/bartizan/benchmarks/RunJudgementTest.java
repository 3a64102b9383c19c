package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.benchmarks.RunJudgement.Facts;
import io.bartizan.benchmarks.RunJudgement.Stamp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunJudgementTest {
  private static final Wanted WANTED = new Wanted(2_000, 100, 4, 5_000, 0.3, 0, 0);
  private static final Facts FINE = new Facts(false, 2, 0.01, 0.01, 0, 0, 1_000, 4, 4);

  private static final List<LoadResult> CLEAN =
      List.of(load(1_000, 500, 60), load(2_000, 900, 60), load(4_000, 9_000, 60));

  @Test
  void run_withNothingWrong_isUsable() {
    assertThat(of(CLEAN, FINE)).isEqualTo(new RunJudgement(Stamp.USABLE, List.of()));
  }

  @Test
  void sender_lateAtTheKnee_isNotForAPlan() {
    assertFound(
        of(List.of(load(1_000, 500, 60), load(2_000, 4_000, 1_251), load(4_000, 9_000, 60)), FINE),
        Stamp.UNUSABLE,
        "late sender");
  }

  @Test
  void sender_lateAboveTheKneeAlone_makesItALowerBound() {
    assertFound(
        of(List.of(load(1_000, 500, 60), load(2_000, 900, 60), load(4_000, 9_000, 8_000)), FINE),
        Stamp.CARE,
        "carries more");
  }

  @Test
  void latencies_thatFallWithTheRate_areTold() {
    LoadResult slowLow = load(1_000, 4_000, 60);

    assertFound(of(List.of(slowLow, load(2_000, 900, 60)), FINE), Stamp.CARE, "not monotone");
    assertFound(
        of(List.of(slowLow, load(1_500, 6_000, 60), load(2_000, 900, 60)), FINE),
        Stamp.UNUSABLE,
        "not monotone");
    assertThat(of(List.of(load(1_000, 1_200, 60), load(2_000, 900, 60)), FINE).stamp())
        .as("noise far within the budget")
        .isEqualTo(Stamp.USABLE);
  }

  @Test
  void machine_ofLoadAndServer_countsByItsCores() {
    assertFound(
        of(CLEAN, new Facts(true, 7, 0, 0, 0, 0, 0, 4, 4)), Stamp.UNUSABLE, "share one machine");
    assertFound(of(CLEAN, new Facts(true, 8, 0, 0, 0, 0, 0, 4, 4)), Stamp.CARE, "share one");
  }

  @Test
  void memory_tooLittleForLoadOrRedis_isTold() {
    assertFound(
        of(CLEAN, new Facts(false, 2, 0.11, 0, 0, 0, 0, 4, 4)), Stamp.CARE, "memory for the load");
    assertFound(
        of(CLEAN, new Facts(false, 2, 0.26, 0, 0, 0, 0, 4, 4)), Stamp.UNUSABLE, "for the load");
    assertFound(
        of(CLEAN, new Facts(false, 2, 0, 0, 3, 0, 0, 4, 4)), Stamp.UNUSABLE, "evicted 3 keys");
    assertFound(
        of(CLEAN, new Facts(false, 2, 0, 0, 0, 999, 1_000, 4, 4)), Stamp.CARE, "needs 1 kB");
    assertThat(of(CLEAN, new Facts(false, 2, 0, 0, 0, 1_000, 1_000, 4, 4)).findings()).isEmpty();
  }

  @Test
  void redis_thatServesOthers_isTold() {
    assertFound(of(CLEAN, new Facts(false, 2, 0, 0.06, 0, 0, 0, 4, 4)), Stamp.CARE, "not idle");
    assertFound(of(CLEAN, new Facts(false, 2, 0, 0.3, 0, 0, 0, 4, 4)), Stamp.UNUSABLE, "30 %");
  }

  @Test
  void processes_fewerThanWanted_areTold() {
    assertFound(of(CLEAN, new Facts(false, 2, 0, 0, 0, 0, 0, 40, 32)), Stamp.CARE, "from 32");
  }

  @Test
  void checks_tooFewForA99thPercentile_areTold() {
    assertFound(RunJudgement.of(CLEAN, WANTED, 0.4, FINE), Stamp.UNUSABLE, "too few");
    assertThat(RunJudgement.of(CLEAN, WANTED, 0.5, FINE).findings()).isEmpty();
  }

  @Test
  void way_withNoKnee_isTold() {
    assertFound(of(List.of(load(1_000, 9_000, 60)), FINE), Stamp.CARE, "no rate kept");
    assertFound(of(List.of(load(1_000, 9_000, 9_000)), FINE), Stamp.UNUSABLE, "late at each");
  }

  @Test
  void faults_thatWaysShare_areOneFindingWithEachWayAndItsAlgorithm() {
    List<LoadResult> steps = new ArrayList<>();
    for (String algorithm : List.of("tokenBucket", "slidingWindow")) {
      for (LoadSubject way : LoadSubject.waysOf(algorithm)) {
        steps.add(load(way, 1_000, 500, 60));
        steps.add(load(way, 2_000, 4_000, way.mode() == LoadSubject.Mode.LEASED ? 60 : 1_251));
      }
    }

    assertThat(of(steps, FINE).findings())
        .extracting(RunJudgement.Finding::text)
        .containsExactly(
            "late sender at the knee (99 %), so the latency is the load's own: Bartizan,"
                + " coalescing, tokenBucket by 1251 µs; Bartizan, one call a check, tokenBucket by"
                + " 1251 µs; Bartizan, coalescing, slidingWindow by 1251 µs; Bartizan, one call a"
                + " check, slidingWindow by 1251 µs");
  }

  private static void assertFound(RunJudgement judgement, Stamp stamp, String words) {
    assertThat(judgement.stamp()).as(judgement.toString()).isEqualTo(stamp);
    assertThat(judgement.findings()).singleElement().asString().contains(words);
  }

  private static RunJudgement of(List<LoadResult> steps, Facts facts) {
    return RunJudgement.of(steps, WANTED, 2, facts);
  }

  private static LoadResult load(double rate, long p99, long late) {
    return load(LoadSubject.of("tokenBucket", LoadSubject.Mode.COALESCING), rate, p99, late);
  }

  private static LoadResult load(LoadSubject way, double rate, long p99, long late) {
    return new LoadResult(way, rate, rate, p99 / 2, p99, p99, p99, late, 0.5, rate, 0, false);
  }
}
