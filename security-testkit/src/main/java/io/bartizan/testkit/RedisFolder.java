package io.bartizan.testkit;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The temporary folder of one server: its configuration, its log, perhaps its program. */
final class RedisFolder {

  private RedisFolder() {}

  static Path create() throws IOException {
    return Files.createTempDirectory("bartizan-redis-").toRealPath();
  }

  static Path write(Path folder, List<String> lines) throws IOException {
    return Files.write(folder.resolve("redis.conf"), lines);
  }

  static String log(Path folder) {
    try {
      List<String> lines = Files.readAllLines(folder.resolve("redis.log"));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    } catch (IOException unreadable) {
      return "(no log: " + unreadable.getMessage() + ")";
    }
  }

  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // A file that the dying server still holds on Windows stays for the system to clean up.
      folder.toFile().deleteOnExit();
    }
  }

  static String randomWord() {
    return new BigInteger(128, new SecureRandom()).toString(36);
  }
}
