package io.bartizan.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.tests.Eventually;
import io.bartizan.tests.ShortJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No server outlives its JVM, and none ends before it. */
@Timeout(120)
class RedisGuardIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  @ParameterizedTest
  @ValueSource(strings = {"killed", "paused", "restarted", "dead", "cluster", "exits"})
  void jvm_thatEndsWithoutClosing_leavesNoServerAndNoFolder(String how) throws Exception {
    String classPath = System.getProperty("java.class.path");
    Process jvm =
        new ProcessBuilder(
                ShortJvm.command("-Xmx64m", "-cp", classPath, LeftBehind.class.getName(), how))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<Long> processes = new ArrayList<>();
    List<Path> folders = new ArrayList<>();
    try (BufferedReader told =
        new BufferedReader(new InputStreamReader(jvm.getInputStream(), UTF_8))) {
      for (String line = told.readLine(); !"ready".equals(line); line = told.readLine()) {
        assertThat(line).as("what the JVM says").isNotNull();
        String[] words = line.split(" ", 2);
        processes.add(Long.parseLong(words[0]));
        folders.add(Path.of(words[1]));
      }
      assertThat(processes).hasSize(how.equals("cluster") ? 3 : 1);
      if (!how.equals("exits")) {
        assertThat(folders).as("while the JVM runs").allSatisfy(Files::isDirectory);
        assertThat(processes)
            .as("while the JVM runs")
            .allSatisfy(each -> assertThat(isThere(each)).isEqualTo(!how.equals("dead")));
        jvm.destroyForcibly();
      }
      jvm.waitFor();

      Eventually.within(
          SOON,
          () -> {
            assertThat(processes).noneMatch(RedisGuardIT::isThere);
            assertThat(folders).noneMatch(Files::exists);
          });
    } finally {
      jvm.destroyForcibly();
      processes.forEach(each -> ProcessHandle.of(each).ifPresent(ProcessHandle::destroyForcibly));
    }
  }

  @Test
  void server_thatIsClosed_leavesNoGuard() {
    Set<Long> before = children();
    RedisServer server = RedisServer.start();
    assertThat(children()).hasSize(before.size() + 2);
    server.restartEmpty();
    assertThat(children()).hasSize(before.size() + 2);

    server.close();

    Eventually.within(SOON, () -> assertThat(children()).isEqualTo(before));
  }

  @Test
  void server_thatCanNotStart_leavesNoGuard() {
    Set<Long> before = children();

    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> RedisServer.builder().withConfig("no-such-option", "1").start()))
        .isNotNull();

    Eventually.within(SOON, () -> assertThat(children()).isEqualTo(before));
  }

  /** A number that is given to another program meanwhile is not killed by it. */
  @Test
  void guard_ofAnEndedProcess_sparesAnotherOfItsNumber() throws Exception {
    Path folder = RedisFolder.create();
    Path elsewhere = RedisFolder.create();
    Process other =
        new ProcessBuilder("sh", "-c", "read -r line").directory(elsewhere.toFile()).start();
    try {
      Process guard =
          new ProcessBuilder("sh", "-c", RedisGuard.GUARD, "redis-guard", folder.toString())
              .start();
      guard.getOutputStream().write((other.pid() + "\n").getBytes(UTF_8));
      guard.getOutputStream().close();

      Eventually.within(SOON, () -> assertThat(folder).doesNotExist());
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroyForcibly();
      RedisFolder.delete(folder);
      RedisFolder.delete(elsewhere);
    }
  }

  private static Set<Long> children() {
    return ProcessHandle.current()
        .children()
        .filter(ProcessHandle::isAlive)
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  /** A process that has ended and that nobody has waited for, as in some containers, is gone. */
  private static boolean isThere(long process) {
    boolean alive = ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
    Path status = Path.of("/proc", Long.toString(process), "status");
    try {
      return alive && !(Files.exists(status) && Files.readString(status).contains("State:\tZ"));
    } catch (IOException goneMeanwhile) {
      return false;
    }
  }
}
