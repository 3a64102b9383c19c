package io.bartizan.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServerIT {

  @Test
  void server_answers_until_it_is_closed_and_leaves_nothing() {
    RedisServer redis = RedisServer.start();
    String folder = redis.command("CONFIG", "GET", "dir").split("\n", -1)[1];

    assertThat(redis.command("SET", "k", "v")).isEqualTo("OK");
    assertThat(redis.command("GET", "k")).isEqualTo("v");
    assertThat(redis.uri()).isEqualTo("redis://127.0.0.1:" + redis.port());
    assertThat(Path.of(folder)).isDirectory();

    redis.close();
    redis.close();
    assertThat(redis.isRunning()).isFalse();
    assertThat(Path.of(folder)).doesNotExist();
    assertThatThrownBy(() -> redis.command("PING")).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void restart_forgets_keys_and_scripts_but_keeps_the_port() {
    try (RedisServer redis = RedisServer.start()) {
      int port = redis.port();
      redis.command("SET", "k", "v");
      String sha = redis.command("SCRIPT", "LOAD", "return 1");

      redis.restartEmpty();

      assertThat(redis.port()).isEqualTo(port);
      assertThat(redis.command("GET", "k")).isEmpty();
      assertThatThrownBy(() -> redis.command("EVALSHA", sha, "0")).hasMessageContaining("NOSCRIPT");
    }
  }

  @Test
  void paused_server_keeps_connections_but_does_not_answer_until_resumed() throws Exception {
    try (RedisServer redis = RedisServer.start();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
      socket.setSoTimeout(100);
      redis.pause();
      socket.getOutputStream().write("PING\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);

      redis.resume();
      socket.setSoTimeout(10_000);
      assertThat(socket.getInputStream().read()).isEqualTo('+');
    }
  }

  @Test
  void users_and_passwords_are_the_declared_ones() {
    try (RedisServer redis =
        RedisServer.builder()
            .withPassword("open-sesame")
            .withUser("limiter", "on >pw ~limits:* +get")
            .start()) {
      assertThat(redis.command("ACL", "LIST"))
          .contains("user limiter on")
          .contains("~limits:*")
          .doesNotContain("user default on nopass");
    }
  }

  @Test
  void server_that_can_not_start_says_why() {
    assertThatThrownBy(() -> RedisServer.builder().withConfig("no-such-option", "1").start())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("did not answer");
    assertThatThrownBy(() -> RedisServer.builder().withConfig("maxmemory", "1\nport 1"))
        .isInstanceOf(IllegalArgumentException.class);
    try (RedisServer plain = RedisServer.start()) {
      assertThatThrownBy(plain::tlsUri).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void embedded_program_is_one_that_runs(@TempDir Path folder) throws Exception {
    Path program = RedisBinary.embedded(folder);

    Process version = new ProcessBuilder(program.toString(), "--version").start();

    assertThat(
            new String(
                version.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
        .contains("v=");
    assertThat(Files.isExecutable(program)).isTrue();
  }

  @Test
  void builder_that_goes_on_changes_no_server_that_was_started() {
    RedisServer.Builder builder = RedisServer.builder().withConfig("maxmemory", "3mb");
    try (RedisServer first = builder.start();
        RedisServer second = builder.withConfig("maxmemory", "4mb").start()) {
      first.restartEmpty();
      second.restartEmpty();
      assertThat(first.command("CONFIG", "GET", "maxmemory")).endsWith("3145728");
      assertThat(second.command("CONFIG", "GET", "maxmemory")).endsWith("4194304");
    }
  }
}
