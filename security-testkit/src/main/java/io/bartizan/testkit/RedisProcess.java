package io.bartizan.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One run of a redis-server program. */
final class RedisProcess {

  private final Process process;

  private RedisProcess(Process process) {
    this.process = process;
  }

  static RedisProcess launch(RedisGuard guard, Path program, Path config, boolean sentinel)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString(), config.toString()));
    if (sentinel) {
      command.add("--sentinel");
    }
    return new RedisProcess(guard.launch(command));
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @CanIgnoreReturnValue
  boolean awaitEnd(long millis) throws IOException {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for redis-server");
    }
  }

  void kill() {
    process.destroyForcibly();
    try {
      awaitEnd(10_000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void signal(String name) {
    try {
      Process sent = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      if (!new RedisProcess(sent).awaitEnd(10_000) || sent.exitValue() != 0) {
        throw new IOException("can't send SIG" + name + " to redis-server");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
