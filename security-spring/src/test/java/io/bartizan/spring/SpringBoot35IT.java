package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.OptionalTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
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
          "(spring-|tomcat-embed|jetty-|jackson-|jakarta\\.|lettuce-|netty-|reactor-|reactive-streams"
              + "|redis-authx|nimbus-|micrometer-|HdrHistogram|commons-logging|snakeyaml)"
              + "[^/\\\\]*\\.jar$");

  private static final String[] AGAIN = {
    "EndpointIT",
    "FifteenLinesIT",
    "HealthIT",
    "JwtIT",
    "LimitsIT",
    "MtlsIT",
    "MtlsServersIT",
    "PlansIT",
    "RateLimitedIT",
    "WebhooksIT",
    "WrongSettingsIT"
  };

  /** Without these, WebFlux runs on Reactor Netty and not on Tomcat or Jetty. */
  private static final Pattern MVC = Pattern.compile("(tomcat|jetty|webmvc)[^/\\\\]*\\.jar$");

  private static final Pattern JETTY = Pattern.compile("jetty[^/\\\\]*\\.jar$");
  private static final Pattern TOMCAT = Pattern.compile("tomcat[^/\\\\]*\\.jar$");

  private static final String[] WEB_FLUX_AGAIN = {
    "MtlsNettyIT",
    "WebFluxIT",
    "WebFluxJwtIT",
    "WebFluxLimitsIT",
    "WebFluxPlansIT",
    "WebFluxRateLimitedIT",
    "WebFluxWebhooksIT"
  };

  @Test
  void applications_ofSpringBoot35_doTheSame() throws Exception {
    assertThat(run(jar -> !JETTY.matcher(jar).find(), AGAIN))
        .containsPattern(
            "Spring Boot 3\\.5\\.\\d+: ([5-9]\\d|\\d{3}) passed, 0 failed, 0 skipped$");
  }

  @Test
  void webFlux_ofSpringBoot35_doesTheSame() throws Exception {
    assertThat(run(jar -> !MVC.matcher(jar).find(), WEB_FLUX_AGAIN))
        .containsPattern(
            "Spring Boot 3\\.5\\.\\d+: ([2-9]\\d|\\d{3}) passed, 0 failed, 0 skipped$");
  }

  @Test
  void jetty_ofSpringBoot35_doesTheSame() throws Exception {
    assertThat(run(jar -> !TOMCAT.matcher(jar).find(), "MtlsJettyIT"))
        .containsPattern("Spring Boot 3\\.5\\.\\d+: 9 passed, 0 failed, 0 skipped$");
  }

  private static String run(Predicate<String> isTaken, String... tests) throws Exception {
    try (Stream<Path> jars = Files.list(OptionalTool.libraries("spring-boot-3.5"))) {
      List<String> others = jars.map(Path::toString).filter(isTaken).sorted().toList();
      return OtherClassPath.run(entry -> !REPLACED.matcher(entry).find(), others, tests);
    }
  }
}
