package io.bartizan.tests;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a test needs from the machine: a program on the path, the outside vectors, or jars of other
 * versions.
 *
 * <p>A test that lacks it is skipped with that reason; where {@code BARTIZAN_CI} is set nothing may
 * be missing, and the test fails.
 */
public final class OptionalTool {

  private OptionalTool() {}

  /** The program's full path. */
  public static Path program(String name) {
    for (String directory :
        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path candidate = Path.of(directory, name);
      if (Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    throw missing("needs the program " + name + " on the path");
  }

  /** A file or folder of the outside vectors, such as {@code wycheproof/ed25519_test.json}. */
  public static Path vectors(String relative) {
    String root = System.getenv("BARTIZAN_VECTORS");
    if (root == null || root.isBlank()) {
      throw missing("needs the environment variable BARTIZAN_VECTORS, a folder of test vectors");
    }
    Path path = Path.of(root, relative);
    if (!Files.exists(path)) {
      throw missing("needs " + relative + " under BARTIZAN_VECTORS");
    }
    return path;
  }

  /** The folder of jars of a set of {@code .ci/libraries}. */
  public static Path libraries(String set) {
    String root = System.getenv("BARTIZAN_LIBRARIES");
    if (root == null || !Files.isDirectory(Path.of(root, set))) {
      throw missing("BARTIZAN_LIBRARIES names no folder with a folder \"" + set + "\" of jars");
    }
    return Path.of(root, set);
  }

  /** The jar of a set whose name begins so. */
  public static Path library(String set, String prefix) throws IOException {
    try (Stream<Path> jars = Files.list(libraries(set))) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith(prefix))
          .findFirst()
          .orElseThrow();
    }
  }

  private static RuntimeException missing(String what) {
    if (System.getenv("BARTIZAN_CI") != null) {
      fail("BARTIZAN_CI is set, so nothing may be missing: " + what);
    }
    assumeTrue(false, what);
    return new IllegalStateException(what);
  }
}
