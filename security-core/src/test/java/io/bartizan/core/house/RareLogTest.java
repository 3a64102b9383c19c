package io.bartizan.core.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RareLogTest {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  /** Also where the clock's number overflows meanwhile, as that of the JVM may. */
  @ParameterizedTest
  @ValueSource(longs = {0, -5, Long.MAX_VALUE - 7, Long.MIN_VALUE})
  void failures_areToldOnceAMinute_andNoneIsLost(long start) {
    AtomicLong nanos = new AtomicLong(start);
    RareLog log = RareLog.by(nanos::get);
    assertThat(log.failed()).isEqualTo(1);
    for (int i = 1; i <= 10; i++) {
      assertThat(log.failed()).isZero();
      assertThat(log.unlogged()).isEqualTo(i);
    }
    nanos.addAndGet(MINUTE - 1);
    assertThat(log.failed()).isZero();
    nanos.addAndGet(1);
    assertThat(log.failed()).isEqualTo(12);
    assertThat(log.unlogged()).isZero();
    nanos.addAndGet(3 * MINUTE);
    assertThat(log.failed()).isEqualTo(1);
    assertThat(log.failed()).isZero();
    nanos.addAndGet(MINUTE);
    assertThat(log.failed()).isEqualTo(2);
  }

  @Test
  void own_clock_isThatOfTheJvm() {
    RareLog log = RareLog.create();
    assertThat(log.failed()).isEqualTo(1);
    assertThat(log.failed()).isZero();
  }
}
