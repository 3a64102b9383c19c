package io.bartizan.integrity.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.ShortJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A program of the tests in a JVM with another class path. */
final class OtherJvm {

  private OtherJvm() {}

  /** What it prints, by the first word of each line. */
  static Map<String, String> lines(
      Path out, String classPath, Class<?> program, String... jvmArguments) throws Exception {
    List<String> command = ShortJvm.command(jvmArguments);
    command.addAll(List.of("-cp", classPath, program.getName()));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    boolean ended = process.waitFor(3, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended && process.exitValue() == 0).as(Files.readString(out)).isTrue();
    return Files.readAllLines(out).stream()
        .filter(line -> line.indexOf(' ') > 0)
        .collect(
            Collectors.toMap(
                line -> line.substring(0, line.indexOf(' ')),
                line -> line.substring(line.indexOf(' ') + 1),
                (first, second) -> first));
  }
}
