package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.redis.RedisReplayGuard;
import io.bartizan.testkit.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisSingleUseIT extends SingleUseContractTest {

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

  @Test
  void TK02_completedValue_isKeptUntilItsOwnEndAndTheLargestSkew() {
    try (RedisReplayGuard own =
            RedisReplayGuard.builder(client, Duration.ofSeconds(5)).withKeyPrefix("own:").build();
        StatefulRedisConnection<String, String> connection = client.connect()) {
      String value = values(own, Duration.ofHours(2)).sign("alice");
      SignedValue begun = values(own, VALIDITY).verify(value); // which accepts it for less
      List<String> keys = connection.sync().keys("own:*");
      assertThat(keys).hasSize(1);
      assertThat(connection.sync().pttl(keys.get(0))).isBetween(1L, LEASE.toMillis());
      begun.complete();
      assertThat(connection.sync().pttl(keys.get(0)))
          .isGreaterThan(Duration.ofMinutes(124).toMillis());
    }
  }
}
