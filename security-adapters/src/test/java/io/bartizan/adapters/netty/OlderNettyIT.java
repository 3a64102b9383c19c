package io.bartizan.adapters.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.adapters.OtherClassPath;
import io.bartizan.adapters.TestsAgain;
import io.netty.util.Version;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same classes on Netty 4.1: the tests of {@link NettyIT} once more in a JVM of its own, on the
 * Netty of Spring Boot 3.5 in the folder that {@code BARTIZAN_LIBRARIES} names ({@code
 * .ci/libraries}). Every buffer is watched for a leak.
 */
@Tag("deep")
class OlderNettyIT {

  private static final List<Class<?>> CLASSES = List.of(NettyIT.class);

  @Test
  void guards_onNetty41_doTheSame_andLeakNothing() throws Exception {
    String printed =
        OtherClassPath.run(
            OlderNettyIT.class,
            "spring-boot-3.5",
            jar -> jar.startsWith("netty-"),
            "-Dio.netty.leakDetection.level=paranoid",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    int tests = TestsAgain.count(CLASSES);
    assertThat(tests).isGreaterThan(20);
    assertThat(printed).containsPattern("Netty 4\\.1\\.\\d+\\.Final: " + tests + " passed$");
    assertThat(printed).doesNotContain("LEAK");
  }

  /** In the other JVM. */
  public static void main(String[] arguments) throws Exception {
    String version = Version.identify().get("netty-codec-http").artifactVersion();
    TestsAgain.main("Netty " + version, CLASSES);
  }
}
