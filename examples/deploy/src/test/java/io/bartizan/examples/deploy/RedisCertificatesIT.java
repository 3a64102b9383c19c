package io.bartizan.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the Redis of the manifests does with certificates that are renewed, or were not. */
@Timeout(120)
class RedisCertificatesIT {

  @TempDir private Path folder;

  @Test
  void certificate_thatWasRenewed_isShownWithoutARestart() throws Exception {
    try (ManifestRedis redis =
        ManifestRedis.start(Programs.required("redis-server"), folder, acl -> acl)) {
      RedisClient client = redis.client("probe", "none");
      try (StatefulRedisConnection<String, String> open = client.connect()) {
        assertThat(redis.showsItsCertificate()).isTrue();
        redis.certificates(Instant.now().minusSeconds(30));
        assertThat(redis.showsItsCertificate()).isFalse();
        reload(redis);
        assertThat(open.sync().ping()).isEqualTo("PONG");
        assertThat(ManifestRedis.run(redis.probe()).output()).isEqualTo("PONG\n");
      } finally {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
      }
    }
  }

  /** Runs the container's own script, with a shorter pause, until the new certificate is shown. */
  private void reload(ManifestRedis redis) throws Exception {
    List<String> command = new ArrayList<>(redis.reloader());
    assertThat(command.get(2)).contains("sleep 60 ");
    command.set(2, command.get(2).replace("sleep 60 ", "sleep 0.1 "));
    Path told = folder.resolve("told");
    Process loop =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(told.toFile()).start();
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (!redis.showsItsCertificate()) {
        assertThat(System.nanoTime()).as("%s", Yaml.text(told)).isLessThan(end);
      }
      loop.destroy(); // SIGTERM, as the kubelet sends it
      assertThat(loop.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(loop.exitValue()).isZero();
      assertThat(told).isEmptyFile();
    } finally {
      loop.destroyForcibly();
    }
  }

  @Test
  void userForCertificates_canDoNothingElse() throws Exception {
    try (ManifestRedis redis =
        ManifestRedis.start(Programs.required("redis-server"), folder, acl -> acl)) {
      List<String> line = redis.probe();
      line.set(line.indexOf("probe"), "certificates");
      line.set(line.indexOf("none"), redis.password("redis-certificates"));
      line.remove("ping");
      assertThat(answer(line, "CONFIG", "SET", "maxclients", "200")).isEqualTo("OK");
      assertThat(answer(line, "CONFIG", "SET", "dir", "/tmp")).contains("protected config");
      for (String other : List.of("PING", "CONFIG GET dir", "GET gateway:x", "FLUSHALL", "SAVE")) {
        assertThat(answer(line, other.split(" "))).startsWith("NOPERM");
      }
    }
  }

  private static String answer(List<String> line, String... words) throws Exception {
    List<String> command = new ArrayList<>(line);
    command.addAll(List.of(words));
    return ManifestRedis.run(command).output().strip();
  }

  @Test
  void probe_ofAServerWhoseCertificateExpired_fails() throws Exception {
    Instant twoDaysAgo = Instant.now().minus(Duration.ofDays(2));
    try (ManifestRedis redis =
        ManifestRedis.start(Programs.required("redis-server"), folder, acl -> acl, twoDaysAgo)) {
      ManifestRedis.Ended ended = ManifestRedis.run(redis.probe());
      assertThat(ended.status()).isNotZero();
      assertThat(ended.output()).contains("certificate");
    }
  }
}
