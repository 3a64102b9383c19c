package io.bartizan.integrity.attest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs cosign and what moves images, in a folder that is their home too. */
final class SigningTools {

  private SigningTools() {}

  /** Fails with what the program printed if it does not end well within two minutes. */
  static void run(Path folder, String... command) throws Exception {
    Path log = folder.resolve("log.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("COSIGN_PASSWORD", "x");
    Process process = builder.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(String.join(" ", command)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
  }
}
