package io.bartizan.examples.verify;

import io.bartizan.core.SafeText;
import io.bartizan.core.VerificationException;
import java.io.PrintWriter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Options that several commands share, and what they say to whoever typed them. */
abstract class Mixed {

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  /** What is wrong with an argument itself is a misuse and no refusal. */
  final <T> T argument(String label, Supplier<T> parsed) {
    try {
      return parsed.get();
    } catch (IllegalArgumentException | VerificationException e) {
      throw misuse(label + ": " + SafeText.of(String.valueOf(e.getMessage())));
    }
  }

  final CommandLine.ParameterException misuse(String why) {
    return new CommandLine.ParameterException(spec().commandLine(), why);
  }

  final PrintWriter out() {
    return spec().commandLine().getOut();
  }

  final PrintWriter err() {
    return spec().commandLine().getErr();
  }

  private CommandSpec spec() {
    if (command == null) {
      throw new IllegalStateException("picocli sets this");
    }
    return command;
  }
}
