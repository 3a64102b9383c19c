package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.OptionalTool;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With the real bc-fips in the place of bcprov, first among the JVM's providers, approved mode or
 * not: named, it signs and verifies every algorithm; not named, RSA and HMAC work as ever, and the
 * others say when built what they need. In a JVM of its own.
 */
@Tag("deep")
class FipsIT {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void TK03_bcFips_worksOrIsToldWhenBuilt(boolean approvedOnly) throws Exception {
    Map<String, String> lines = run(OptionalTool.library("bc-fips", "bc-fips-"), approvedOnly);

    for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
      String named = lines.get(algorithm.name() + "-named");
      String chosen = lines.get(algorithm.name() + "-chosen");
      assertThat(named).startsWith("20 20 ").contains(" by BCFIPS]");
      if (algorithm.isSymmetric() || algorithm.family.isRsa()) {
        assertThat(chosen).startsWith("20 20 ").doesNotContain("BCFIPS");
      } else {
        assertThat(chosen).startsWith("not built: ").contains("bc-fips?", "withProvider");
      }
    }
  }

  private Map<String, String> run(Path fips, boolean approvedOnly) throws Exception {
    String others =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(each -> !each.contains("org/bouncycastle"))
            .collect(Collectors.joining(File.pathSeparator));
    return OtherJvm.lines(
        folder.resolve("out"),
        others + File.pathSeparator + fips,
        FipsProgram.class,
        "-Dorg.bouncycastle.fips.approved_only=" + approvedOnly);
  }
}
