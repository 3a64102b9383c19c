package io.bartizan.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/**
 * A command line that says in one sentence what is wrong: status 2 for arguments, 3 for the rest.
 */
public final class OneSentence {
  private OneSentence() {}

  /**
   * Wraps a command.
   *
   * @param command an annotated command
   * @return its command line
   */
  public static CommandLine command(Callable<Integer> command) {
    CommandLine line = new CommandLine(command);
    String name = line.getCommandName();
    return line.setParameterExceptionHandler(
            (problem, given) -> {
              problem.getCommandLine().getErr().println(name + ": " + of(problem));
              return 2;
            })
        .setExecutionExceptionHandler(
            (problem, failed, parsed) -> {
              failed.getErr().println(name + ": " + of(problem));
              return 3;
            });
  }

  /** What failed and why it did, two causes deep, of each the first line. */
  static String of(Throwable problem) {
    List<String> words = new ArrayList<>();
    for (Throwable at = problem; at != null && words.size() < 3; at = at.getCause()) {
      String message = String.valueOf(at.getMessage()).lines().findFirst().orElse("");
      if (!message.isEmpty() && words.stream().noneMatch(known -> known.contains(message))) {
        words.add(message);
      }
    }
    return words.isEmpty() ? problem.getClass().getSimpleName() : String.join(": ", words);
  }
}
