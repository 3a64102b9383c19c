package io.bartizan.benchmarks;

import io.bartizan.core.Ticker;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

  /** This class path and the jars of a folder beside our jar, for a side in a JVM of its own. */
  static String classPathWith(String folder) {
    return System.getProperty("java.class.path") + File.pathSeparator + beside(folder).resolve("*");
  }

  /** The version of a library in such a folder; "missing" before the package phase. */
  static String inFolder(String folder, String artifact) {
    Pattern name = Pattern.compile(Pattern.quote(artifact) + "-([0-9].*)\\.jar");
    String[] files = beside(folder).toFile().list();
    return Stream.of(files == null ? new String[0] : files)
        .map(name::matcher)
        .filter(Matcher::matches)
        .map(jar -> jar.group(1))
        .findFirst()
        .orElse("missing");
  }

  private static Path beside(String folder) {
    CodeSource source = Versions.class.getProtectionDomain().getCodeSource();
    Path ours = source == null ? Path.of("") : Path.of(URI.create(source.getLocation().toString()));
    return ours.resolveSibling(folder);
  }
}
