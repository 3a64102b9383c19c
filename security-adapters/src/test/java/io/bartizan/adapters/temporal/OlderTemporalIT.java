package io.bartizan.adapters.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.OtherClassPath;
import io.bartizan.adapters.TestsAgain;
import io.temporal.serviceclient.Version;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same interceptors on the oldest Temporal: their tests once more in a JVM of its own, on the
 * SDK in the folder that {@code BARTIZAN_LIBRARIES} names ({@code .ci/libraries}).
 */
@Tag("deep")
class OlderTemporalIT {

  private static final List<Class<?>> CLASSES =
      List.of(
          RateLimitInterceptorIT.class,
          ConcurrencyInterceptorIT.class,
          PacingInterceptorIT.class,
          HeldContextTest.class);

  @Test
  void interceptors_onTheOldestTemporal_doTheSame() throws Exception {
    int tests = TestsAgain.count(CLASSES);
    assertThat(tests).isGreaterThan(20);
    String printed =
        OtherClassPath.run(
            OlderTemporalIT.class,
            "older",
            jar -> jar.matches("(temporal|nexus|tally)-.*\\.jar"),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    assertThat(printed).endsWith("Temporal 1.31.0: " + tests + " passed");
  }

  /** In the other JVM. */
  public static void main(String[] arguments) throws Exception {
    TestsAgain.main("Temporal " + Version.LIBRARY_VERSION, CLASSES);
  }
}
