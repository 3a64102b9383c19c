package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@link ConstantTimeProgram} compiled by C2, by C1 and interpreted, each in a JVM of its own,
 * and leaves the table in {@code target/constant-time.md}. Only the clear control is judged here:
 * on a machine that others use too the rest is for people to read.
 */
@Tag("deep")
class ConstantTimeIT {

  private static final String HEAD =
      """
      | JVM | subject | pairs | last less first, ns (95 %) | sign test | largest t | verdict |
      |---|---|---|---|---|---|---|
      """;

  @TempDir Path folder;

  @Test
  void program_inEachModeOfTheJvm_tellsItsControl() throws Exception {
    int pairs = Integer.getInteger("pairs", 2_000);
    StringBuilder table = new StringBuilder(HEAD);
    for (List<String> mode :
        List.of(
            List.of("C2", "-Xbatch"),
            List.of("C1", "-Xbatch", "-XX:TieredStopAtLevel=1"),
            List.of("interpreted", "-Xint"))) {
      boolean slow = mode.contains("-Xint");
      String rows = run(mode, slow ? Math.min(pairs / 4, 5_000) : pairs, slow ? 0 : pairs / 2);
      assertThat(rows.lines().filter(row -> row.contains("stops early")))
          .as(rows)
          .singleElement()
          .asString()
          .endsWith("LEAKS |");
      assertThat(rows.lines()).hasSize(slow ? 6 : 9);
      table.append(rows);
    }
    Files.writeString(Path.of("target", "constant-time.md"), table);
  }

  private String run(List<String> mode, int pairs, int wholePairs) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(mode.subList(1, mode.size()));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            ConstantTimeProgram.class.getName(),
            mode.get(0),
            Integer.toString(pairs),
            Integer.toString(wholePairs)));
    Path out = folder.resolve(mode.get(0));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    boolean ended = process.waitFor(15, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended && process.exitValue() == 0).as(Files.readString(out)).isTrue();
    return Files.readString(out);
  }
}
