package io.bartizan.adapters.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.OtherClassPath;
import io.bartizan.adapters.TestsAgain;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same handlers on Vert.x 4.5, which Quarkus has: the tests of {@link VertxIT} once more in a
 * JVM of its own, on the jars in the folder that {@code BARTIZAN_LIBRARIES} names ({@code
 * .ci/libraries}).
 */
@Tag("deep")
class OlderVertxIT {

  private static final List<Class<?>> CLASSES = List.of(VertxIT.class);

  @Test
  void handlers_onVertx45_doTheSame() throws Exception {
    String printed =
        OtherClassPath.run(
            OlderVertxIT.class,
            "older",
            jar -> jar.matches("(vertx|netty)-.*\\.jar"),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    int tests = TestsAgain.count(CLASSES);
    assertThat(tests).isGreaterThan(20);
    assertThat(printed).endsWith("Vert.x 4.5.28: " + tests + " passed");
  }

  /** In the other JVM. */
  public static void main(String[] arguments) throws Exception {
    String version = Vertx.class.getPackage().getImplementationVersion();
    TestsAgain.main("Vert.x " + version, CLASSES);
  }
}
