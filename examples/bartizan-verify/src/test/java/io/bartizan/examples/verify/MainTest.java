package io.bartizan.examples.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.artifact.Digest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {

  private static final byte[] CONTENT = {1, 2, 3};
  private static final Digest DIGEST = Digest.sha256Of(CONTENT);

  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path file;
  private Path sums;

  @BeforeEach
  void write() throws Exception {
    file = Files.write(directory.resolve("f"), CONTENT);
    sums = Files.writeString(directory.resolve("SUMS"), DIGEST.hex() + "  f\n");
  }

  @Test
  void file_rightOrWrong_tellsByItsStatus() {
    assertThat(run("file", DIGEST.hex(), file.toString())).isZero();
    assertThat(run("file", DIGEST.oci(), file.toString())).isZero();
    assertThat(run("file", "0".repeat(64), file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("digest-mismatch", DIGEST.oci());
    assertThat(run("file", "0", file.toString())).isEqualTo(1);
    assertThat(run("file", DIGEST.hex(), directory.resolve("none").toString())).isEqualTo(1);
  }

  @Test
  void check_tellsEachFile() throws Exception {
    assertThat(run("check", "--progress", "--exact", sums.toString())).isZero();
    assertThat(out.toString()).contains("f: OK");
    Files.writeString(directory.resolve("evil\u001b[2J"), "x");
    assertThat(run("check", "--exact", sums.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("evil\\u001b[2J: not listed");
    Files.writeString(file, "other");
    assertThat(run("check", sums.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("f: FAILED");
    Files.delete(file);
    assertThat(run("check", "--ignore-missing", sums.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("no file was verified");
  }

  @Test
  void sri_rightOrWrong_tellsByItsStatus() {
    assertThat(run("sri", DIGEST.sri(), file.toString())).isZero();
    assertThat(run("sri", "foo-bar", file.toString())).isEqualTo(1);
    assertThat(run("sri", Digest.sha256Of(new byte[0]).sri(), file.toString())).isEqualTo(1);
  }

  @Test
  void minisign_noSignature_isAFailure() {
    String key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    assertThat(run("minisign", key, file.toString())).isEqualTo(1);
  }

  @Test
  void nonsense_isAUsageError() {
    assertThat(run("unknown")).isEqualTo(2);
    assertThat(run("file")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
  }

  private int run(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }
}
