package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Health without traffic: it is read, as by a readiness probe, and nothing else is asked. */
class RedisHealthIT {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Limit LIMIT = Limit.parse("1000 burst, 1000/s").named("h");

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  private static void is(HealthSource source, Health.Status status) {
    Eventually.within(
        SOON, () -> assertThat(source.health().status()).as(source.toString()).isEqualTo(status));
  }

  @Test
  void RL01_health_is_up_again_without_traffic_once_redis_is_back() {
    try (RedisRateLimiter limiter = RedisRateLimiter.of(redis.client(), LIMIT);
        RedisConcurrencyLimiter leases =
            RedisConcurrencyLimiter.of(redis.client(), "jobs", 9, Duration.ofSeconds(9))) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertThat(leases.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      for (int round = 0; round < 2; round++) {
        redis.server().kill();
        for (int i = 0; i < 5; i++) {
          assertThat(limiter.blocking().tryAcquire("k").isAllowed()).isFalse();
          assertThat(leases.blocking().tryAcquire("k").isGranted()).isFalse();
        }
        for (HealthSource source : List.of(limiter, leases)) {
          is(source, Health.Status.DOWN);
          assertThat(source.health().detail())
              .contains("127.0.0.1:" + redis.server().port())
              .containsPattern("(?i)connect|no answer");
        }
        redis.server().restartEmpty();
        is(limiter, Health.Status.UP);
        is(leases, Health.Status.UP);
      }
    }
  }

  @Test
  void RL01_server_that_is_lost_while_nobody_asks_is_noticed() {
    try (RedisRateLimiter limiter = RedisRateLimiter.of(redis.client(), LIMIT)) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      redis.server().pause();
      is(limiter, Health.Status.DOWN);
      redis.server().resume();
      is(limiter, Health.Status.UP);
      redis.server().kill();
      is(limiter, Health.Status.DOWN);
      redis.server().restartEmpty();
      is(limiter, Health.Status.UP);
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
    }
  }
}
