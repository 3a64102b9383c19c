package io.bartizan.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootVersion;

/** Applications without Lettuce, as most have none: their wrong settings are explained too. */
class WithoutLettuceIT {

  private static final Pattern LETTUCE = Pattern.compile("lettuce-core-[^/\\\\]*\\.jar$");

  @Test
  void wrongSettings_withoutLettuce_areExplained() throws Exception {
    assertThat(List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)))
        .anyMatch(entry -> LETTUCE.matcher(entry).find());
    assertThat(
            OtherClassPath.run(
                entry -> !LETTUCE.matcher(entry).find(), List.of(), "WrongSettingsIT"))
        .matches(
            "(?s).*Spring Boot "
                + Pattern.quote(SpringBootVersion.getVersion())
                + ": [1-9]\\d* passed, 0 failed, 0 skipped");
  }
}
