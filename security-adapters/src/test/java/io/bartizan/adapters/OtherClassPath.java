package io.bartizan.adapters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.tests.OptionalTool;
import io.bartizan.tests.ShortJvm;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A program in a JVM where jars of another version stand in the place of this one's. */
public final class OtherClassPath {

  private OtherClassPath() {}

  /**
   * Runs it and waits.
   *
   * @param set of {@code .ci/libraries}
   * @param isReplaced by its file name, which jars of the set stand in the place of such of this
   *     JVM
   * @return all that was printed
   */
  public static String run(
      Class<?> program, String set, Predicate<String> isReplaced, String... options)
      throws Exception {
    List<String> command = ShortJvm.command("-Xmx512m");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath(set, isReplaced), program.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      return new String(process.getInputStream().readAllBytes(), UTF_8).trim();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String classPath(String set, Predicate<String> isReplaced) throws Exception {
    String own = System.getProperty("java.class.path");
    Predicate<Path> replaced = jar -> isReplaced.test(jar.getFileName().toString());
    try (Stream<Path> others = Files.list(OptionalTool.libraries(set))) {
      return Stream.concat(
              others.filter(replaced),
              Arrays.stream(own.split(File.pathSeparator, -1))
                  .map(Path::of)
                  .filter(replaced.negate()))
          .map(Path::toString)
          .collect(Collectors.joining(File.pathSeparator));
    }
  }
}
