package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same jar in Spring Boot 3.5: each test with an application runs again in a JVM of its own, on
 * the jars that the folder {@code BARTIZAN_LIBRARIES} holds ({@code .ci/libraries}).
 */
@Tag("deep")
class SpringBoot35IT {

  /** What the jars of Spring Boot 3.5 stand in the place of. */
  private static final Pattern REPLACED =
      Pattern.compile(
          "(spring-|tomcat-embed|jackson-|jakarta\\.|lettuce-|netty-|reactor-|reactive-streams"
              + "|redis-authx|nimbus-|micrometer-|HdrHistogram|commons-logging|snakeyaml)"
              + "[^/\\\\]*\\.jar$");

  private static final String[] AGAIN = {
    "EndpointIT",
    "FifteenLinesIT",
    "HealthIT",
    "JwtIT",
    "LimitsIT",
    "MtlsIT",
    "RateLimitedIT",
    "WrongSettingsIT"
  };

  @Test
  void applications_ofSpringBoot35_doTheSame() throws Exception {
    try (Stream<Path> jars = Files.list(folder())) {
      List<String> others = jars.map(Path::toString).sorted().toList();
      assertThat(OtherClassPath.run(entry -> !REPLACED.matcher(entry).find(), others, AGAIN))
          .containsPattern("Spring Boot 3\\.5\\.\\d+: [3-9]\\d passed, 0 failed, 0 skipped$");
    }
  }

  private static Path folder() {
    String folder = System.getenv("BARTIZAN_LIBRARIES");
    if (folder != null && Files.isDirectory(Path.of(folder, "spring-boot-3.5"))) {
      return Path.of(folder, "spring-boot-3.5");
    }
    String message = "BARTIZAN_LIBRARIES names no folder with a folder \"spring-boot-3.5\" of jars";
    if (Boolean.parseBoolean(System.getenv("BARTIZAN_CI"))) {
      throw new AssertionError(message);
    }
    return abort(message);
  }
}
