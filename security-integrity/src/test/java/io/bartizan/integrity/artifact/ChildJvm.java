package io.bartizan.integrity.artifact;

import io.bartizan.tests.ShortJvm;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Another JVM on this one's class path, or on a part of it. */
public final class ChildJvm {

  private ChildJvm() {}

  /** Its error output goes where its output goes. */
  public static ProcessBuilder of(Class<?> main, List<String> options, String... arguments) {
    return of(main, entry -> true, options, arguments);
  }

  public static ProcessBuilder of(
      Class<?> main, Predicate<String> classPath, List<String> options, String... arguments) {
    List<String> command = ShortJvm.command("-XX:-UsePerfData");
    command.addAll(options);
    command.add("-cp");
    command.add(classPath(classPath));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  /** A part of this JVM's class path. */
  public static String classPath(Predicate<String> entries) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entries)
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Everything it said, once it has ended. */
  public static String output(Process process) throws IOException {
    return new String(
        process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
  }
}
