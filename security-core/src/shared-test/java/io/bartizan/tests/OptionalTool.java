package io.bartizan.tests;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a test needs from the machine: a program on the path, or the outside vectors.
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

  private static RuntimeException missing(String what) {
    if (System.getenv("BARTIZAN_CI") != null) {
      fail("BARTIZAN_CI is set, so nothing may be missing: " + what);
    }
    assumeTrue(false, what);
    return new IllegalStateException(what);
  }
}
