package io.bartizan.integrity.lease;

import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.redis.RedisReplayGuard;
import io.bartizan.testkit.RedisServer;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisDoorsIT extends DoorsContractTest {

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
  DeliveryGuard guard() {
    return guard;
  }

  @Override
  InstantSource clock() {
    return InstantSource.system();
  }

  @Override
  void pass(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos()); // Redis counts a lease by its own clock
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
