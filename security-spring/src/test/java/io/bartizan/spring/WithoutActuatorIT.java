package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootVersion;

/** Applications without the actuator, or with a part of it: the starter needs none of its jars. */
class WithoutActuatorIT {

  @Test
  void application_withoutActuatorAndHealth_startsAndIsLimited() throws Exception {
    startsWithout("spring-boot-(actuator|health)");
  }

  @Tag("deep")
  @ParameterizedTest
  @ValueSource(strings = {"spring-boot-actuator", "spring-boot-health"})
  void application_withoutOneOfTheTwo_startsAndIsLimited(String jars) throws Exception {
    startsWithout(jars);
  }

  private static void startsWithout(String jars) throws Exception {
    Pattern without = Pattern.compile(jars + "[^/\\\\]*\\.jar$");
    assertThat(List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)))
        .anyMatch(entry -> without.matcher(entry).find());
    assertThat(
            OtherClassPath.run(
                entry -> !without.matcher(entry).find(),
                List.of(),
                "LimitsIT#address_withoutTrustedProxies_believesNoHeader"))
        .endsWith(
            "Spring Boot " + SpringBootVersion.getVersion() + ": 1 passed, 0 failed, 0 skipped");
  }
}
