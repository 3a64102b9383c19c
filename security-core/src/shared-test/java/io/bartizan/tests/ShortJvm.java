package io.bartizan.tests;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own for a test, which runs for seconds and measures nothing. */
public final class ShortJvm {

  private ShortJvm() {}

  /** The beginning of its command, to which more may be added: this JVM's java, quick to start. */
  public static List<String> command(String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of(options));
    return command;
  }
}
