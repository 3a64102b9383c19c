package io.bartizan.integrity.replay.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import io.bartizan.integrity.replay.DeliveryGuardContractTest;
import io.bartizan.integrity.replay.ReplayGuard.Use;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.Eventually;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisDeliveriesIT extends DeliveryGuardContractTest {

  private static RedisServer redis;
  private static RedisClient client;
  private static RedisReplayGuard guard;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    client = RedisClient.create(redis.uri());
    guard = RedisReplayGuard.of(client, Duration.ofSeconds(5));
  }

  @AfterAll
  static void stop() {
    guard.close();
    client.shutdown();
    redis.close();
  }

  @Override
  protected DeliveryGuard guard() {
    return guard;
  }

  @Override
  protected Instant now() {
    return Instant.now();
  }

  @Override
  protected void pass(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos()); // Redis counts a lease by its own clock
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Redis hangs longer than the guard waits: what it took then is this holder's all the same. */
  @Test
  void TK01_questionWithoutAnAnswer_canBeAskedAgain() {
    byte[] id = {1};
    byte[] other = {2};
    Instant until = Instant.now().plusSeconds(600);
    Duration lease = Duration.ofMinutes(5);
    try (RedisReplayGuard hurried = RedisReplayGuard.of(client, Duration.ofMillis(100))) {
      assertThat(hurried.use("warm", id, until)).isEqualTo(Use.FIRST);
      redis.pause();
      assertThat(hurried.use("hang", id, until)).isEqualTo(Use.UNDECIDED);
      assertThat(hurried.begin("hang", other, id, "mine", lease)).isEqualTo(Begin.UNDECIDED);
      redis.resume();
      Eventually.within(
          Duration.ofSeconds(20),
          "Redis answers",
          () ->
              guard.use(
                      "up",
                      Long.toString(System.nanoTime())
                          .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                      until)
                  == Use.FIRST);
      Eventually.within(
          Duration.ofSeconds(20),
          "the answer comes in time",
          () -> hurried.begin("hang", other, id, "mine", lease) == Begin.BEGUN);
      assertThat(guard.begin("hang", other, id, "theirs", lease)).isEqualTo(Begin.BUSY);
      Use again = hurried.use("hang", id, until);
      while (again == Use.UNDECIDED) {
        again = hurried.use("hang", id, until);
      }
      assertThat(again).isEqualTo(Use.FIRST);
      assertThat(guard.use("hang", id, until)).isEqualTo(Use.REPEATED);
      assertThat(guard.use("hang", id, until)).isEqualTo(Use.REPEATED);
    }
  }
}
