package io.bartizan.examples.gateway;

import io.bartizan.core.SafeText;
import java.nio.file.NoSuchFileException;

/** What an exception says, in one sentence with its root cause. */
final class Sentence {

  private static final int MOST_CAUSES = 16;
  private static final int MOST_CHARS = 600;

  private Sentence() {}

  static String of(Throwable thrown) {
    Throwable root = thrown;
    for (int i = 0; i < MOST_CAUSES && root.getCause() != null; i++) {
      root = root.getCause();
    }
    String outer = message(thrown);
    String inner = message(root);
    return SafeText.of(outer.contains(inner) ? outer : outer + " (" + inner + ")", MOST_CHARS);
  }

  private static String message(Throwable thrown) {
    String message = thrown.getMessage();
    String type = thrown.getClass().getSimpleName();
    if (message == null) {
      return type;
    }
    return thrown instanceof NoSuchFileException ? "there is no " + message : message;
  }
}
