package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.OptionalTool;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With the oldest bcprov-jdk18on that is tested in the place of the newest: every algorithm is
 * signed and verified, and the elliptic ones by Bouncy Castle. In a JVM of its own.
 */
@Tag("deep")
class OlderBouncyCastleIT {

  @TempDir Path folder;

  @Test
  void tokens_withTheOldestBouncyCastle_areJudgedAsWithTheNewest() throws Exception {
    String others =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(each -> !each.contains("org/bouncycastle"))
            .collect(Collectors.joining(File.pathSeparator));

    Map<String, String> lines =
        OtherJvm.lines(
            folder.resolve("out"),
            others + File.pathSeparator + OptionalTool.library("older", "bcprov-"),
            OlderBouncyCastleIT.class);

    assertThat(lines.get("version")).isEqualTo("1.76");
    for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
      String chosen = lines.get(algorithm.name() + "-chosen");
      assertThat(chosen).as(algorithm.name()).startsWith("20 20 ");
      if (!algorithm.isSymmetric() && !algorithm.family.isRsa()) {
        assertThat(chosen).contains(" by Bouncy Castle");
      }
    }
  }

  /** The version of what is there, and a line for each algorithm as {@link FipsProgram} says it. */
  public static void main(String... arguments) throws Exception {
    System.out.println("version " + new BouncyCastleProvider().getVersionStr());
    for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
      FipsProgram.say(algorithm, "chosen", null);
    }
  }
}
