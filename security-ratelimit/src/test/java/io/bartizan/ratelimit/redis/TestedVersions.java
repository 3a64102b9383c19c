package io.bartizan.ratelimit.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The versions that the table of docs/operations/redis.md says are tested. */
final class TestedVersions {

  private static final Path PAGE =
      Path.of(System.getProperty("bartizan.root", ".."), "docs", "operations", "redis.md");
  private static final Pattern VERSION = Pattern.compile("(?<!with Netty )\\b\\d+\\.\\d+\\.\\d+");

  private TestedVersions() {}

  /** Those of the row that begins with this name, in its columns "oldest" and "others". */
  static Set<String> of(String product) {
    try {
      String row =
          Files.readAllLines(PAGE).stream()
              .filter(line -> line.startsWith("| " + product + " |"))
              .findFirst()
              .orElseThrow();
      String[] columns = row.split("\\|", -1);
      Set<String> versions = new TreeSet<>();
      Matcher version = VERSION.matcher(columns[2] + " " + columns[3]);
      while (version.find()) {
        versions.add(version.group());
      }
      return versions;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Without the last number, which a mirror may raise at any time. */
  static Set<String> ofServers(String product) {
    Set<String> lines = new TreeSet<>();
    of(product).forEach(version -> lines.add(line(version)));
    return lines;
  }

  static String line(String version) {
    return version.substring(0, version.lastIndexOf('.'));
  }
}
