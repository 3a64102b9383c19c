package io.bartizan.benchmarks;

import io.bartizan.core.Ticker;
import java.net.URI;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of the jar that a class came from, by the jar's file name. */
final class Versions {
  private static final Pattern JAR = Pattern.compile(".*?-([0-9][^/]*)\\.jar");

  private Versions() {}

  static String of(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null) {
      return jdk();
    }
    Path file = Path.of(URI.create(source.getLocation().toString())).getFileName();
    Matcher jar = JAR.matcher(String.valueOf(file));
    return jar.matches() ? jar.group(1) : "unpacked";
  }

  /** The version of the library under measurement. */
  static String ours() {
    return of(Ticker.class);
  }

  static String jdk() {
    return "JDK " + System.getProperty("java.version");
  }
}
