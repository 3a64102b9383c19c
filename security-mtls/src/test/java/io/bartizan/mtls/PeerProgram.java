package io.bartizan.mtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.OptionalTool;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program from outside that is the other end of a connection. */
final class PeerProgram implements AutoCloseable {

  private static final long TIMEOUT_SECONDS = 60;

  private final Process process;
  private final BufferedReader out;

  private PeerProgram(Process process) {
    this.process = process;
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** What a program printed, both streams, and how it ended. */
  record Result(int exit, String text) {}

  /** Runs to the end with this input. */
  static Result run(Map<String, String> environment, String input, String... command)
      throws IOException, InterruptedException {
    try (PeerProgram program = start(environment, command)) {
      try (OutputStream in = program.process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // it ended before it read its input
      }
      return program.end();
    }
  }

  /** Waits for its end; what it still printed. */
  Result end() throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      text.append(line).append('\n');
    }
    assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), text.toString());
  }

  /** Types something; it may have ended already. */
  void type(String input) {
    try {
      process.getOutputStream().write(input.getBytes(StandardCharsets.US_ASCII));
      process.getOutputStream().flush();
    } catch (IOException e) {
      // it ended
    }
  }

  /** Starts it; close ends it. */
  static PeerProgram start(Map<String, String> environment, String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command));
    if (!words.get(0).contains(File.separator)) {
      words.set(0, OptionalTool.program(words.get(0)).toString());
    }
    // "timeout" so that nothing outlives the test, whatever happens to this process
    words.addAll(0, List.of(OptionalTool.program("timeout").toString(), "" + TIMEOUT_SECONDS));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return new PeerProgram(builder.start());
  }

  /** What runs on its behalf. */
  List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  /** The first line that begins so. */
  String line(String start) throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(start)) {
        return line;
      }
    }
    throw new IOException("the program ended before it printed " + start);
  }

  @Override
  public void close() {
    // First what "timeout" runs, which would outlive it: it can pass on no signal that kills it.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
