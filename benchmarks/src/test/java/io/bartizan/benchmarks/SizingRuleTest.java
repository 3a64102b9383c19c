package io.bartizan.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SizingRuleTest {
  @Test
  void rule_loadsThatFollowOne_isFound() {
    List<LoadResult> loads =
        List.of(load(1_000, 1_000), load(5_000, 50_000), load(4_000, 200_000), load(9_000, 9_000));

    SizingRule rule = SizingRule.through(loads);

    assertThat(rule.microsPerCall()).isCloseTo(20, within(1e-6));
    assertThat(rule.microsPerCheck()).isCloseTo(3, within(1e-6));
    assertThat(rule.worst()).isCloseTo(0, within(1e-9));
    assertThat(rule.cores(10_000, 100_000)).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void rule_aLoadOffIt_isTold() {
    SizingRule rule = new SizingRule(20, 3, 0);

    assertThat(rule.worstOf(List.of(load(1_000, 1_000), load(2_000, 2_000, 0.092))))
        .isCloseTo(0.5, within(1e-9));
  }

  private static LoadResult load(double calls, double checks) {
    return load(calls, checks, (20 * calls + 3 * checks) / 1e6);
  }

  private static LoadResult load(double calls, double checks, double cpu) {
    return new LoadResult(
        LoadSubject.of("tokenBucket", LoadSubject.Mode.COALESCING),
        checks,
        checks,
        1,
        2,
        3,
        4,
        0,
        cpu,
        calls,
        0,
        false);
  }
}
