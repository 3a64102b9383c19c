package io.bartizan.examples.verify;

import io.bartizan.core.SafeText;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file, or for {@code -} what standard input has, in a temporary file that its owner alone may
 * read and that is removed.
 */
final class Input implements AutoCloseable {

  private static final String STANDARD = "-";

  private final Path file;
  private final boolean copied;

  private Input(Path file, boolean copied) {
    this.file = file;
    this.copied = copied;
  }

  static Input of(Path given) throws IOException {
    if (!isStandard(given)) {
      return new Input(given, false);
    }
    Path copy = Files.createTempFile("bartizan-verify", ".stdin");
    copy.toFile().deleteOnExit(); // a signal ends the program without close()
    Input input = new Input(copy, true);
    try {
      fill(copy);
      return input;
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  /** The file stays the one that was made; Files.copy would replace it by one that others read. */
  private static void fill(Path copy) throws IOException {
    try (OutputStream out = Files.newOutputStream(copy, StandardOpenOption.WRITE)) {
      long unused = System.in.transferTo(out);
    }
  }

  static boolean isStandard(Path given) {
    return given.toString().equals(STANDARD);
  }

  Path file() {
    return file;
  }

  /** As it is told of. */
  @Override
  public String toString() {
    return copied ? "standard input" : SafeText.of(file.toString());
  }

  @Override
  public void close() throws IOException {
    if (copied) {
      boolean unused = Files.deleteIfExists(file);
    }
  }
}
