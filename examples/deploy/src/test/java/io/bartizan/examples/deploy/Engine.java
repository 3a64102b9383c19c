package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Podman and its service, and docker-compose that speaks to it: the programs of a deployment on one
 * host, with a socket and settings of this test.
 */
final class Engine implements AutoCloseable {

  private static final List<String> PROGRAMS =
      List.of("podman", "buildah", "runc", "docker-compose", "mmdebstrap", "iptables");

  private final Path folder;
  private final Map<String, String> environment;
  private final Process service;

  private Engine(Path folder) throws Exception {
    this.folder = folder;
    Path settings =
        Files.writeString(
            folder.resolve("containers.conf"),
            """
            [engine]
            runtime = "runc"
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
            """);
    String socket = "unix://" + folder.resolve("podman.sock");
    environment =
        Map.of(
            "CONTAINERS_CONF",
            settings.toString(),
            "DOCKER_HOST",
            socket,
            "BUILDAH_ISOLATION",
            "chroot",
            "BUILDAH_RUNTIME",
            "runc");
    service = start("service.log", List.of("podman", "system", "service", "--time=0", socket));
  }

  static Engine start(Path folder) throws Exception {
    PROGRAMS.forEach(Programs::required);
    return new Engine(folder);
  }

  /** What a program prints that must end well. */
  String run(String... command) throws Exception {
    ManifestRedis.Ended ended = attempt(Map.of(), command);
    assertThat(ended.status()).as("%s%n%s", List.of(command), ended.output()).isZero();
    return ended.output().strip();
  }

  /** The last line of that. */
  String lastLine(String... command) throws Exception {
    String said = run(command);
    return said.substring(said.lastIndexOf('\n') + 1);
  }

  /** With more in its environment. */
  ManifestRedis.Ended attempt(Map<String, String> more, String... command) throws Exception {
    Path log = Files.createTempFile(folder, "output", ".txt");
    Process process = process(log, more, List.of(command));
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IOException(List.of(command) + " does not end:\n" + Files.readString(log));
    }
    return new ManifestRedis.Ended(process.exitValue(), Files.readString(log));
  }

  private Process start(String log, List<String> command) throws IOException {
    return process(folder.resolve(log), Map.of(), command);
  }

  private Process process(Path log, Map<String, String> more, List<String> command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    builder.environment().putAll(more);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  /** The folder in which {@code .ci/run} keeps programs, so that packages are fetched once. */
  static String toolFolder() {
    String home = System.getProperty("user.home") + "/.cache/bartizan-tools";
    return System.getenv().getOrDefault("BARTIZAN_TOOLS", home) + "/builder";
  }

  /** A field of the kernel's account of a process. */
  static String status(String pid, String field) throws IOException {
    return Files.readAllLines(Path.of("/proc", pid, "status"), StandardCharsets.ISO_8859_1).stream()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1).strip())
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() throws Exception {
    service.destroy();
    service.waitFor(30, TimeUnit.SECONDS);
  }
}
