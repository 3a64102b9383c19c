package io.bartizan.examples.deploy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Debian's docker-registry on a free port of loopback, with a folder of its own. */
final class LocalRegistry implements AutoCloseable {

  private final Path folder;
  private final int port;
  private final Process process;

  private LocalRegistry(Path folder, int port, Process process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
  }

  static LocalRegistry start(Path folder) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    String settings =
        "version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: '127.0.0.1:%d'}\n"
            .formatted(folder.resolve("registry"), port);
    Path file = Files.writeString(folder.resolve("registry.yml"), settings);
    Path log = folder.resolve("registry.log");
    Process process =
        new ProcessBuilder(Programs.required("docker-registry"), "serve", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    LocalRegistry registry = new LocalRegistry(folder, port, process);
    if (!Waiting.listens(Duration.ofSeconds(60), process, port)) {
      registry.close();
      throw new IOException("docker-registry does not listen:\n" + Files.readString(log));
    }
    return registry;
  }

  /** The name of a repository here. */
  String repository(String name) {
    return "127.0.0.1:" + port + "/" + name;
  }

  boolean holds(String repository) {
    return Files.exists(
        folder.resolve("registry/docker/registry/v2/repositories").resolve(repository));
  }

  /** Where the bytes lie of which this is the digest. */
  Path blob(String digest) {
    String hex = digest.substring(digest.indexOf(':') + 1);
    return folder
        .resolve("registry/docker/registry/v2/blobs/sha256")
        .resolve(hex.substring(0, 2))
        .resolve(hex)
        .resolve("data");
  }

  @Override
  public void close() throws Exception {
    process.destroy();
    process.waitFor(30, TimeUnit.SECONDS);
  }
}
