package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
            folder.resolve("out"), others + File.pathSeparator + jar(), OlderBouncyCastleIT.class);

    assertThat(lines.get("version")).isEqualTo("1.76");
    for (JwsAlgorithm algorithm : JwsAlgorithm.values()) {
      String chosen = lines.get(algorithm.name() + "-chosen");
      assertThat(chosen).as(algorithm.name()).startsWith("20 20 ");
      if (!algorithm.isSymmetric() && !algorithm.family.isRsa()) {
        assertThat(chosen).contains(" by Bouncy Castle");
      }
    }
  }

  private static Path jar() throws IOException {
    String libraries = System.getenv("BARTIZAN_LIBRARIES");
    Path set = libraries == null ? Path.of("nowhere") : Path.of(libraries, "older");
    if (!Files.isDirectory(set)) {
      String message = "BARTIZAN_LIBRARIES names no folder with a folder \"older\" of jars";
      return Boolean.parseBoolean(System.getenv("BARTIZAN_CI")) ? fail(message) : abort(message);
    }
    try (Stream<Path> jars = Files.list(set)) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith("bcprov-"))
          .findFirst()
          .orElseThrow();
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
