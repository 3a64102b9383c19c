package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.count.Micros;
import io.bartizan.tests.SeededCases;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation of every count beside the definition in unbounded integers. One operation or one
 * question at a time, so that none finds the work of forgetting done by another.
 */
class CountOperationsTest {

  static Stream<Limit> limits() {
    return LimiterContractTest.examples().stream();
  }

  @ParameterizedTest
  @MethodSource("limits")
  void ML07_every_operation_counts_what_the_definition_says(Limit limit) {
    SeededCases.check(
        25,
        random -> {
          long now = CountPair.start(random);
          CountPair pair = CountPair.of(limit, now);
          for (int step = 0; step < 60; step++) {
            now = Math.max(now, pair.paused) + CountPair.pause(limit, random);
            if (random.nextBoolean()) {
              pair.change(now, random);
            } else {
              pair.question(now, random);
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("limits")
  void ML02_ML07_count_goes_on_with_what_another_definition_had_counted(Limit limit) {
    List<Limit> others = limits().toList();
    SeededCases.check(
        50,
        random -> {
          long now = CountPair.start(random);
          Limit other =
              random.nextInt(3) > 0
                  ? others.get(random.nextInt(others.size()))
                  : CountPair.alike(limit, random);
          CountPair pair = CountPair.of(other, now);
          for (int step = random.nextInt(8); step >= 0; step--) {
            now = Math.max(now, pair.paused) + CountPair.pause(other, random);
            pair.change(now, random);
          }
          now = Math.max(now, pair.paused) + random.nextLong(Micros.of(other.window()) / 2);
          CountPair changed = pair.changed(limit, now);
          for (int step = 0; step < 12; step++) {
            changed.question(now, random);
            now += CountPair.pause(limit, random);
            if (random.nextInt(3) == 0) {
              changed.change(now, random);
              now = Math.max(now, changed.paused);
            }
          }
        });
  }

  @ParameterizedTest
  @MethodSource("limits")
  void ML07_count_exceeds_one_that_it_would_be_more_than_after_a_change(Limit limit) {
    List<Limit> others = limits().toList();
    SeededCases.check(
        50,
        random -> {
          long now = CountPair.start(random);
          Limit other =
              random.nextBoolean()
                  ? others.get(random.nextInt(others.size()))
                  : CountPair.alike(limit, random);
          CountPair one = CountPair.of(limit, now);
          CountPair two = CountPair.of(other, now);
          for (int step = random.nextInt(5); step >= 0; step--) {
            one.change(now, random);
            two.change(now, random);
            now = Math.max(now, Math.max(one.paused, two.paused));
            now += random.nextInt(3) == 0 ? CountPair.pause(limit, random) : 0;
          }
          assertThat(one.count.outlasts(two.count))
              .as("%s outlasts %s", one, two)
              .isEqualTo(one.oracle.outlasts(two.oracle));
          boolean counters =
              limit instanceof SlidingWindowCounter && limit.window().equals(other.window());
          if (!(counters && other instanceof SlidingWindowCounter)) {
            assertThat(one.count.exceeds(two.count, now))
                .as("%s exceeds %s", one, two)
                .isEqualTo(one.oracle.exceeds(two.oracle, now));
          }
        });
  }
}
