package io.bartizan.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Looks at files before the measuring that is written to them, not after it. */
public final class OutputFile {
  private OutputFile() {}

  /**
   * Requires that a file can be written.
   *
   * @param line whose argument it is
   * @param option the option that names it
   * @param file which; nothing is required of none
   * @throws ParameterException if it is a folder, or if it or its folder can't be written to
   */
  public static void require(CommandLine line, String option, @Nullable Path file) {
    if (file == null) {
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)
        || folder == null
        || !Files.isWritable(Files.exists(file) ? file : folder)) {
      throw new ParameterException(line, option + " " + file + ": can't be written");
    }
  }
}
