package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Permit;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.Eventually;
import io.lettuce.core.RedisClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers of each version that answer and refuse to write: states that pass, so the policy's. */
@Tag("deep")
class RedisRefusedWritesIT {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String[][] STATES = {
    {"CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"},
    {"REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"},
    {"CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0"}
  };

  private static final String[] LIMITS = {
    "9 burst, 9/h",
    "9 burst, 9/h, in steps",
    "9/h sliding",
    "9/h sliding counter",
    "9/h fixed",
    "9/h from first request",
    "9/day in Europe/Berlin",
    "a: 9 burst, 9/h; b: 9/h fixed"
  };

  static Stream<Arguments> states() {
    return RedisPrograms.all()
        .flatMap(
            program -> Stream.of(STATES).map(state -> Arguments.of(program, state[0], state[1])));
  }

  @ParameterizedTest
  @MethodSource("states")
  void RL02_limits_and_leases_follow_the_policy_while_writes_are_refused(
      Path program, String begin, String end) {
    try (RedisServer redis = RedisPrograms.server(program).start()) {
      RedisClient client = RedisClient.create(redis.uri());
      try (RedisConcurrencyLimiter leases =
          RedisConcurrencyLimiter.builder(client, "jobs", 5, Duration.ofSeconds(30))
              .withTimeout(Duration.ofSeconds(5))
              .withFailurePolicy(FailurePolicy.failOpen())
              .build()) {
        KeyedConcurrencyLimiter jobs = leases.blocking();
        Permit held = jobs.tryAcquire("k");
        assertThat(held.source()).isEqualTo(Source.REMOTE);
        run(redis, begin);
        Permit refused = jobs.tryAcquire("k");
        assertThat(refused.source()).isEqualTo(Source.FAILED_OPEN);
        assertThat(redis.command("ZCARD", "bartizan:jobs:H:{k}")).isEqualTo("1");
        for (String text : LIMITS) {
          run(redis, end);
          limits(client, redis, text, begin);
        }
        run(redis, end);
        Eventually.within(
            SOON, "leases are found again", () -> jobs.tryAcquire("k").source() == Source.REMOTE);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  private static void limits(RedisClient client, RedisServer redis, String text, String begin) {
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(client, Limits.parse(text))
            .withKeyPrefix("p")
            .withTimeout(Duration.ofSeconds(5))
            .withFailurePolicy(FailurePolicy.failOpen())
            .build()) {
      KeyedRateLimiter blocking = limiter.blocking();
      Eventually.within(
          SOON, "Redis decides", () -> blocking.tryAcquire("k").source() == Source.REMOTE);
      run(redis, begin);
      for (int i = 0; i < 4; i++) {
        assertThat(blocking.tryAcquire("k").source()).as(text).isEqualTo(Source.FAILED_OPEN);
      }
    }
  }

  /** The script of leases removes what has ended, and that needs no memory. */
  @ParameterizedTest
  @MethodSource("io.bartizan.ratelimit.redis.RedisPrograms#all")
  void RL02_ended_leases_let_no_lease_past_the_memory_limit(Path program) {
    try (RedisServer redis = RedisPrograms.server(program).start()) {
      RedisClient client = RedisClient.create(redis.uri());
      try (RedisConcurrencyLimiter leases =
          RedisConcurrencyLimiter.builder(client, "jobs", 1, Duration.ofSeconds(30))
              .withTimeout(Duration.ofSeconds(5))
              .build()) {
        redis.command("ZADD", "bartizan:jobs:H:{k}", "1", "30000000:ended-1:1");
        run(redis, "CONFIG SET maxmemory 1");
        Permit permit = leases.blocking().tryAcquire("k");
        assertThat(permit.source()).isEqualTo(Source.FAILED_CLOSED);
        run(redis, "CONFIG SET maxmemory 0");
        assertThat(redis.command("ZCARD", "bartizan:jobs:H:{k}")).isEqualTo("1");
        Eventually.within(
            SOON,
            "it is granted, and what ended is gone",
            () -> leases.blocking().tryAcquire("k").isGranted());
        assertThat(redis.command("ZCARD", "bartizan:jobs:H:{k}")).isEqualTo("1");
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  private static void run(RedisServer redis, String command) {
    String unused = redis.command(command.split(" ", -1));
  }
}
