package io.bartizan.ratelimit.redis;

import io.bartizan.testkit.RedisServer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * The servers that what depends on a version is tested on: the one on the path, the Redis 6.2 of
 * embedded-redis, and those that {@code BARTIZAN_REDIS_SERVERS} names, separated as on a path.
 */
final class RedisPrograms {

  private static final Path OLD = old();

  private RedisPrograms() {}

  static Stream<Path> all() {
    String more = System.getenv().getOrDefault("BARTIZAN_REDIS_SERVERS", "");
    List<String> named = Arrays.asList(more.split(File.pathSeparator, -1));
    return Stream.concat(
        Stream.of(OLD, Path.of("redis-server")),
        named.stream().filter(name -> !name.isEmpty()).map(Path::of));
  }

  /** A server of this program, not started yet. */
  static RedisServer.Builder server(Path program) {
    RedisServer.Builder server = RedisServer.builder();
    return program.isAbsolute() ? server.withProgram(program) : server;
  }

  private static Path old() {
    try {
      Path folder = Files.createTempDirectory("bartizan-redis-6.2-");
      folder.toFile().deleteOnExit();
      File program = ExecutableProvider.newJarResourceProvider(folder.toFile()).get();
      program.deleteOnExit();
      if (!program.setExecutable(true)) {
        throw new IOException("can't make " + program + " executable");
      }
      return program.toPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
