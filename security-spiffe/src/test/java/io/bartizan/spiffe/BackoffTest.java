package io.bartizan.spiffe;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pauses before the agent is asked again. */
class BackoffTest {

  @Test
  void pauses_doubleUpToTheBound_andBeginAnewAfterReset() {
    Backoff backoff = new Backoff(Duration.ofSeconds(2), () -> 0);
    List<Long> halves = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      halves.add(backoff.next().toMillis());
    }
    assertThat(halves).containsExactly(100L, 200L, 400L, 800L, 1000L, 1000L);
    backoff.reset();
    assertThat(backoff.next()).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void pauses_lieBetweenHalfAndWhole() {
    SeededCases.check(
        100,
        random -> {
          Backoff backoff = new Backoff(Backoff.LONGEST, random::nextDouble);
          for (long whole = 200; whole <= 100_000; whole *= 2) {
            long bound = Math.min(whole, 30_000);
            assertThat(backoff.next().toMillis()).isBetween(bound / 2 - 1, bound);
          }
        });
    Backoff latest = new Backoff(Backoff.LONGEST, () -> 0.999_999);
    assertThat(latest.next().toMillis()).isBetween(199L, 200L);
  }
}
