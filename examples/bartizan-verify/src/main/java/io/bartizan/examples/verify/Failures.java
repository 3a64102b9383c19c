package io.bartizan.examples.verify;

import io.bartizan.core.Refused;
import io.bartizan.core.SafeText;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said of a line that makes no sense and of a failure, and the exit status. */
final class Failures {

  private static final int REFUSED = 1;
  static final int UNREADABLE = 3;
  private static final int MAX_SAID = 2_000;

  private Failures() {}

  /** Arguments may be names of files that somebody else chose, so they are not told as they are. */
  static int misuse(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(SafeText.of(String.valueOf(failure.getMessage()), MAX_SAID));
    if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
      command.usage(err);
    }
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  static int failure(Exception failure, CommandLine command) {
    command.getErr().println("bartizan-verify: " + SafeText.of(said(failure), MAX_SAID));
    return failure instanceof Refused refused && !ImageCommand.UNREADABLE.contains(refused.reason())
        ? REFUSED
        : UNREADABLE;
  }

  /** In words; the names of Java's exceptions are nobody's business at a prompt. */
  private static String said(Exception failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof NoSuchFileException) {
      return message + ": no such file";
    } else if (failure instanceof AccessDeniedException) {
      return message + ": may not be read";
    }
    return failure instanceof Refused || failure.getMessage() != null
        ? message
        : "something could not be read";
  }
}
