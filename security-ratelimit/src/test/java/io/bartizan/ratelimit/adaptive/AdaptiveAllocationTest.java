package io.bartizan.ratelimit.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.bartizan.ratelimit.Permit;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a permit that is taken and closed allocates where the compiler removes nothing: the handle,
 * 40 bytes, and since when it is held, 24. In a JVM of its own, for its options.
 */
class AdaptiveAllocationTest {

  private static final int CALLS = 100_000;

  @ParameterizedTest
  @CsvSource({"one, 64", "refused, 40", "keyed, 64"})
  void permit_taken_and_closed_allocates_its_handle_and_its_time(String which, long most)
      throws IOException, InterruptedException {
    Process probe =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Probe.class.getName(),
                which)
            .redirectErrorStream(true)
            .start();
    String output = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(probe.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output.strip()).matches("[0-9]+");
    assertThat(Long.parseLong(output.strip())).isBetween(most * CALLS / 2, most * CALLS + CALLS);
  }

  /** Prints the least bytes that a round of calls took. */
  static final class Probe {

    public static void main(String[] arguments) {
      AdaptiveConcurrencyLimiter one = AdaptiveConcurrencyLimiter.of(200);
      AdaptiveConcurrencyLimiter full = AdaptiveConcurrencyLimiter.of(1);
      Permit unused = full.tryAcquire();
      AdaptiveKeyedConcurrencyLimiter keyed = AdaptiveKeyedConcurrencyLimiter.of(200, 10);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 5; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
          switch (arguments[0]) {
            case "one" -> one.tryAcquire().close();
            case "refused" -> full.tryAcquire().close();
            default -> keyed.tryAcquire("key").close();
          }
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      System.out.println(least);
    }
  }
}
