package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A check of a known subject allocates nothing once the compiler has seen it often enough. */
class AllocationTest {

  private static final int CALLS = 200_000;
  private static final int MOST_ROUNDS = 50;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @ValueSource(strings = {"1000000000 burst, 1000000/ms", "1 burst, 1/365d"})
  void one_subject_allocates_nothing(String limit) {
    RateLimiter limiter = RateLimiter.of(Limit.parse(limit));
    assertThat(settledBytes(() -> limiter.tryAcquire().allowed())).isLessThan(CALLS / 100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000000000 burst, 1000000/ms", "1 burst, 1/365d"})
  void known_key_allocates_nothing(String limit) {
    KeyedRateLimiter limiter = KeyedRateLimiter.of(Limit.parse(limit), 1000);
    assertThat(settledBytes(() -> limiter.tryAcquire("key").allowed())).isLessThan(CALLS / 100);
  }

  /** Bytes of a round of calls, after as many rounds as the compiler needs, within reason. */
  private long settledBytes(BooleanSupplier call) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < MOST_ROUNDS && least > CALLS / 100; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      long allowed = 0;
      for (int i = 0; i < CALLS; i++) {
        allowed += call.getAsBoolean() ? 1 : 0;
      }
      assertThat(allowed).isBetween(0L, (long) CALLS);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
