package io.bartizan.integrity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.json.Json;
import io.bartizan.integrity.json.JsonException;
import io.bartizan.integrity.json.JsonLimits;
import io.bartizan.integrity.json.JsonWriter;
import io.bartizan.tests.OptionalTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A folder with packages of npm and scripts that read {@code in.json} and write {@code out.json}.
 */
public final class NodeProject {

  private final Path folder;
  private final Path node = OptionalTool.program("node");
  private final Path npm = OptionalTool.program("npm");

  public NodeProject(Path folder) throws IOException {
    this.folder = folder;
    Files.writeString(folder.resolve("package.json"), "{\"type\":\"module\"}");
  }

  /** Installs packages, each with its exact version. */
  public void install(String... packages) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                npm.toString(),
                "install",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--prefer-offline"));
    command.addAll(List.of(packages));
    run(command);
  }

  /** What the script wrote. */
  public Map<String, @Nullable Object> run(String script, Map<String, ?> input)
      throws IOException, InterruptedException, JsonException {
    return run(List.of(node.toString(), "script.mjs"), "script.mjs", script, input);
  }

  /** What a script of Python wrote; by Debian's, which has Debian's libraries. */
  public Map<String, @Nullable Object> runPython(
      String library, String script, Map<String, ?> input)
      throws IOException, InterruptedException, JsonException {
    Path python = Path.of("/usr/bin/python3");
    if (!Files.isExecutable(python)
        || new ProcessBuilder(python.toString(), "-c", "import cryptography, " + library)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log.txt").toFile())
                .start()
                .waitFor()
            != 0) {
      // There is no program of that name: says which package lacks.
      python = OptionalTool.program("python3-" + library);
    }
    return run(List.of(python.toString(), "script.py"), "script.py", script, input);
  }

  private Map<String, @Nullable Object> run(
      List<String> command, String name, String script, Map<String, ?> input)
      throws IOException, InterruptedException, JsonException {
    Files.writeString(folder.resolve(name), script);
    Files.writeString(folder.resolve("in.json"), JsonWriter.write(input));
    run(command);
    byte[] output = Files.readAllBytes(folder.resolve("out.json"));
    return Json.parseObject(output, JsonLimits.ofBytes(1 << 20)).toJava();
  }

  private void run(List<String> command) throws IOException, InterruptedException {
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended && process.exitValue() == 0)
        .as(String.join(" ", command) + "\n" + new String(Files.readAllBytes(log), UTF_8))
        .isTrue();
  }
}
