package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bartizan.tests.Undisturbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Instances that start on half a core: one that they share with a busy loop. */
@Tag("deep")
class RedisColdStartIT {

  private static final Path TASKSET = Path.of("/usr/bin/taskset");

  @RegisterExtension static final RedisFixture REDIS = new RedisFixture();

  private final List<String> told = new ArrayList<>();

  /** The share of the core that neither the last start nor the busy loop had. */
  private double takenByOthers;

  @Test
  void RL07_healthy_redis_decides_each_check_of_each_start_on_half_a_core() throws Exception {
    assumeTrue(Files.isExecutable(TASKSET), "taskset is not there");
    int starts = Integer.getInteger("cold.starts", 4);
    Process busy = pinned("sh", "-c", "while :; do :; done").start();
    try {
      for (int i = 0; i < starts; i++) {
        Undisturbed.judge(() -> startedBeside(busy), () -> takenByOthers > 0.15);
      }
    } finally {
      busy.destroyForcibly();
    }
    System.getLogger("deep")
        .log(
            System.Logger.Level.INFO,
            "checks not decided by Redis, ms of build(), ms of CPU: {0}",
            told);
  }

  private void startedBeside(Process busy) throws Exception {
    long begun = System.nanoTime();
    Duration before = used(busy);
    Process started =
        pinned(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                ColdStartProcess.class.getName(),
                REDIS.server().uri(),
                "60")
            .start();
    String start = new String(started.getInputStream().readAllBytes(), UTF_8).trim();
    assertThat(started.waitFor()).isZero();
    told.add(start);
    // the busy loop takes what the start leaves
    long both =
        used(busy)
            .minus(before)
            .plusMillis(Long.parseLong(start.substring(start.lastIndexOf(' ') + 1)))
            .toNanos();
    takenByOthers = 1 - (double) both / (System.nanoTime() - begun);
    assertThat(start).startsWith("0 ");
  }

  private static Duration used(Process process) {
    return process.info().totalCpuDuration().orElseThrow();
  }

  private static ProcessBuilder pinned(String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of(TASKSET.toString(), "-c", "0"));
    words.addAll(List.of(command));
    return new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD);
  }
}
