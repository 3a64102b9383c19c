package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A check of one subject against a token bucket allocates nothing once the compiler has seen it
 * often enough; of a known key, at most the decision (whether it vanishes there depends on how much
 * the compiler could inline). Measured in a JVM of its own, since what the compiler makes of a
 * method depends on everything that ran before it.
 */
class AllocationTest {

  private static final int CALLS = 200_000;
  private static final int MOST_ROUNDS = 50;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          one   | 1000000000 burst, 1000000/ms | 0
          one   | 1 burst, 1/365d              | 0
          keyed | 1000000000 burst, 1000000/ms | 72
          keyed | 1 burst, 1/365d              | 72
          """)
  void check_of_a_known_subject_allocates_nothing_else(String place, String limit, long most)
      throws IOException, InterruptedException {
    Process probe =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Probe.class.getName(),
                place,
                limit)
            .redirectErrorStream(true)
            .start();
    String output = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(probe.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output.strip()).as("bytes of %d calls", CALLS).matches("[0-9]+");
    assertThat(Long.parseLong(output.strip())).isLessThan(most * CALLS + CALLS / 100);
  }

  /** Prints the bytes of a round of calls, after as many rounds as the compiler needs. */
  static final class Probe {

    public static void main(String[] arguments) {
      Limit limit = Limit.parse(arguments[1]);
      if (arguments[0].equals("one")) {
        RateLimiter limiter = RateLimiter.of(limit);
        print(() -> limiter.tryAcquire().isAllowed());
      } else {
        KeyedRateLimiter limiter = KeyedRateLimiter.of(limit, 1000);
        print(() -> limiter.tryAcquire("key").isAllowed());
      }
    }

    private static void print(BooleanSupplier call) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long least = Long.MAX_VALUE;
      for (int round = 0; round < MOST_ROUNDS && least >= CALLS / 100; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        long allowed = 0;
        for (int i = 0; i < CALLS; i++) {
          allowed += call.getAsBoolean() ? 1 : 0;
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        least = allowed < 0 ? least : Math.min(least, bytes);
      }
      System.out.println(least);
    }
  }
}
