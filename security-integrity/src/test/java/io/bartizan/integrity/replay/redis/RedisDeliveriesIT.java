package io.bartizan.integrity.replay.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import io.bartizan.integrity.replay.DeliveryGuardContractTest;
import io.bartizan.integrity.replay.RedisGuard;
import io.bartizan.integrity.replay.ReplayGuard.Use;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisDeliveriesIT extends DeliveryGuardContractTest {

  private static RedisGuard shared;

  @BeforeAll
  static void start() {
    shared = new RedisGuard();
  }

  @AfterAll
  static void stop() {
    shared.close();
  }

  @Override
  protected DeliveryGuard guard() {
    return shared.guard();
  }

  @Override
  protected Instant now() {
    return Instant.now();
  }

  @Override
  protected void pass(Duration time) {
    RedisGuard.pass(time);
  }

  /** Redis hangs longer than the guard waits: what it took then is this holder's all the same. */
  @Test
  void TK01_questionWithoutAnAnswer_canBeAskedAgain() {
    byte[] id = {1};
    byte[] other = {2};
    Instant until = Instant.now().plusSeconds(600);
    Duration lease = Duration.ofMinutes(5);
    try (RedisReplayGuard hurried = RedisReplayGuard.of(shared.client(), Duration.ofMillis(100))) {
      assertThat(hurried.use("warm", id, until)).isEqualTo(Use.FIRST);
      shared.redis().pause();
      assertThat(hurried.use("hang", id, until)).isEqualTo(Use.UNDECIDED);
      assertThat(hurried.begin("hang", other, id, "mine", lease)).isEqualTo(Begin.UNDECIDED);
      shared.redis().resume();
      Eventually.within(
          Duration.ofSeconds(20),
          "Redis answers",
          () ->
              shared
                      .guard()
                      .use(
                          "up",
                          Long.toString(System.nanoTime())
                              .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                          until)
                  == Use.FIRST);
      Eventually.within(
          Duration.ofSeconds(20),
          "the answer comes in time",
          () -> hurried.begin("hang", other, id, "mine", lease) == Begin.BEGUN);
      assertThat(shared.guard().begin("hang", other, id, "theirs", lease)).isEqualTo(Begin.BUSY);
      Use again = hurried.use("hang", id, until);
      while (again == Use.UNDECIDED) {
        again = hurried.use("hang", id, until);
      }
      assertThat(again).isEqualTo(Use.FIRST);
      assertThat(shared.guard().use("hang", id, until)).isEqualTo(Use.REPEATED);
      assertThat(shared.guard().use("hang", id, until)).isEqualTo(Use.REPEATED);
    }
  }
}
