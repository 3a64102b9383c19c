package io.bartizan.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A shell beside a server that ends it, and deletes its folder, as soon as this JVM is gone.
 *
 * <p>It reads a pipe whose other end this JVM alone holds. However the JVM ends, by {@code exit},
 * by a crash or by {@code SIGKILL}, the system closes that end, and the shell comes to the end of
 * its input. Until then it waits and costs nothing. It is told the process on each launch, and is
 * sent away when the server is closed. A process is ended only if it still works in the server's
 * folder, so that a number given to another program meanwhile does no harm.
 *
 * <p>The server starts only after the shell knows it: until told to go it is a shell itself, which
 * ends if the JVM does. So there is no moment at which the end of the JVM leaves a server behind.
 */
final class RedisGuard implements AutoCloseable {

  /** Told on lines: a process, {@code none}, {@code done}. First argument: the folder. */
  static final String GUARD =
      """
      trap '' HUP INT TERM
      pid=
      while read -r line; do
        [ "$line" = done ] && exit 0
        pid=$line
      done
      cwd=$1
      [ -d /proc/self ] && cwd=$(readlink "/proc/$pid/cwd")
      case $cwd in
        "$1"*) kill -KILL "$pid" ;;
      esac
      rm -rf -- "$1"
      """;

  /** Becomes the program once told to. */
  private static final String LAUNCH = "read -r go && exec \"$0\" \"$@\" </dev/null";

  private final Path folder;
  private final Process guard;

  /**
   * Starts the shell.
   *
   * @param folder the server's working directory, without symbolic links
   * @throws IOException if there is no {@code sh}
   */
  RedisGuard(Path folder) throws IOException {
    this.folder = folder;
    this.guard =
        new ProcessBuilder("sh", "-c", GUARD, "redis-guard", folder.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  /** Starts a program in the folder, to be ended with this JVM; its output goes to a file there. */
  Process launch(List<String> program) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", LAUNCH));
    command.addAll(program);
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("redis.out").toFile()))
            .start();
    try {
      tell(guard, Long.toString(process.pid()));
      tell(process, "go");
      process.getOutputStream().close();
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    return process;
  }

  /** To be called once the process is gone, so that its number means nothing any more. */
  void forget() {
    try {
      tell(guard, "none");
    } catch (IOException gone) {
      guard.destroyForcibly();
    }
  }

  /** Sends the shell away; what it was told is no longer ended with this JVM. */
  @Override
  public void close() {
    try {
      tell(guard, "done");
      guard.getOutputStream().close();
    } catch (IOException gone) {
      guard.destroyForcibly();
    }
  }

  private static void tell(Process process, String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(US_ASCII));
    process.getOutputStream().flush();
  }
}
