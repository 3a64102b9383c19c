package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** Programs on the path that a test needs; without one it is skipped, and fails where CI is. */
final class Programs {

  private Programs() {}

  static String required(String name) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(folder, name);
      if (!folder.isEmpty() && Files.isExecutable(candidate)) {
        return candidate.toString();
      }
    }
    assertThat(System.getenv("BARTIZAN_CI")).as("%s is not on the path", name).isNull();
    return abort(name + " is not on the path");
  }
}
