package io.bartizan.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import redis.embedded.core.ExecutableProvider;

/** Finds the server program: on the path, else inside the embedded-redis jar. */
final class RedisBinary {

  private RedisBinary() {}

  static Path locate(Path folder) throws IOException {
    String path = System.getenv().getOrDefault("PATH", "");
    for (String directory : path.split(File.pathSeparator, -1)) {
      Path candidate = directory.isEmpty() ? null : Path.of(directory, "redis-server");
      if (candidate != null && Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    return embedded(folder);
  }

  static Path embedded(Path folder) throws IOException {
    File file = ExecutableProvider.newJarResourceProvider(folder.toFile()).get();
    if (!file.setExecutable(true)) {
      throw new IOException("can't make the embedded redis-server executable: " + file);
    }
    return file.toPath();
  }
}
