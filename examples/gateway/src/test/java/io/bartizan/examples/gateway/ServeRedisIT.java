package io.bartizan.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Limits on a Redis that asks for a user's password, and that may be away. */
@Timeout(120)
class ServeRedisIT {

  private static final String RULES =
      "resetkeys ~gateway:* -@all +evalsha +eval +time +get +set +del +getrange +setrange +pexpire"
          + " +ping";

  @TempDir Path folder;

  private Running running;

  @BeforeEach
  void make() throws Exception {
    running = new Running(folder);
    Files.writeString(folder.resolve("password"), "the-first-password\n");
  }

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void redis_passwordWrongThenAwayThenRotated_isToldAndMended() throws Exception {
    try (RedisServer redis =
        RedisServer.builder()
            .withUser("gateway", "on >the-first-password ~gateway:* +@all -@admin")
            .start()) {
      redis.command(("ACL SETUSER gateway " + RULES).split(" ", -1));
      Running.replace(folder.resolve("password"), "a-wrong-password");
      running.start(settings(redis)).awaitUnready("redis: ");
      running.awaitUnready("WRONGPASS");
      assertThat(running.probe("/readyz").body()).doesNotContain("a-wrong-password");
      assertThat(running.probe("/livez").status()).isEqualTo(200);

      Running.replace(folder.resolve("password"), "the-first-password");
      running.awaitReady();
      assertThat(answer()).startsWith("HTTP/1.1 404");
      assertThat(redis.command("INFO", "commandstats")).contains("cmdstat_evalsha");

      redis.kill();
      running.awaitUnready("redis: Redis can't be reached");
      assertThat(answer()).startsWith("HTTP/1.1 503").contains("temporary-reduced-capacity");
      redis.restartEmpty();
      redis.command(("ACL SETUSER gateway " + RULES).split(" ", -1));
      running.awaitReady();
      assertThat(answer()).startsWith("HTTP/1.1 404");

      redis.command("ACL", "SETUSER", "gateway", "resetpass", ">the-second-password");
      Running.replace(folder.resolve("password"), "the-second-password");
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      Eventually.within("connected anew", () -> answer().startsWith("HTTP/1.1 404"));
    }
  }

  @Test
  void redis_awayAtTheStart_isToldAndFound() throws Exception {
    try (RedisServer redis = RedisServer.start()) {
      redis.kill();
      running.start(new Settings.Redis(redis.uri(), null, null, null)).awaitUnready("redis: ");
      assertThat(running.probe("/livez").status()).isEqualTo(200);
      redis.restartEmpty();
      running.awaitReady();
      assertThat(answer()).startsWith("HTTP/1.1 404");
    }
  }

  private String answer() throws Exception {
    try (Caller caller = new Caller(folder, "client")) {
      return caller.send(running.port(), "GET /nothing", "X-Api-Key: key-shop");
    }
  }

  private Settings.Redis settings(RedisServer redis) {
    return new Settings.Redis(redis.uri(), null, "gateway", folder.resolve("password"));
  }
}
