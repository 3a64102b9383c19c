package io.bartizan.integrity.mac;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.integrity.replay.DeliveryGuard;
import io.bartizan.integrity.replay.RedisGuard;
import io.bartizan.integrity.replay.redis.RedisReplayGuard;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisSingleUseIT extends SingleUseContractTest {

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
  DeliveryGuard guard() {
    return shared.guard();
  }

  @Override
  InstantSource clock() {
    return InstantSource.system();
  }

  @Test
  void TK02_completedValue_isKeptUntilItsOwnEndAndTheLargestSkew() {
    try (RedisReplayGuard own =
            RedisReplayGuard.builder(shared.client(), Duration.ofSeconds(5))
                .withKeyPrefix("own:")
                .build();
        StatefulRedisConnection<String, String> connection = shared.client().connect()) {
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
