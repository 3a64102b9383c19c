package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MaterialCommandTest {

  @TempDir Path folder;
  private final StringWriter said = new StringWriter();

  @Test
  void material_inAFolderThatHasSome_changesNothing() throws Exception {
    Path trial = folder.resolve("trial");
    assertThat(run("--material=" + trial)).isZero();
    String first = Files.readString(trial.resolve("ca.pem"));
    assertThat(first).isEqualTo(Files.readString(trial.resolve("tls/ca.crt")));
    assertThat(run("--material=" + trial)).isEqualTo(2);
    assertThat(said.toString()).contains("give a folder that is new or empty");
    assertThat(said.toString()).doesNotContain("\tat ");
    assertThat(Files.readString(trial.resolve("ca.pem"))).isEqualTo(first);
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThat(run("--material=" + empty)).isZero();
    assertThat(run("--material=" + empty.resolve("ca.pem"))).as("a file").isEqualTo(2);
  }

  private int run(String option) {
    return new CommandLine(new Main())
        .setOut(new PrintWriter(said, true))
        .setErr(new PrintWriter(said, true))
        .execute("material", option);
  }
}
