package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.tests.Eventually;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@code build()} takes for an outage and what for a mistake, and how a lost way is found. */
class RedisStartIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** For an answer, so that a busy machine's is no outage. */
  private static final Duration LONG = Duration.ofSeconds(10);

  private static final Limit LIMIT = Limit.parse("1000 burst, 1000/s").named("s");

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  @Test
  void RL07_client_that_can_never_connect_fails_build_with_a_sentence() {
    RedisClient without = RedisClient.create();
    RedisClient over = RedisClient.create(redis.server().uri());
    RedisFixture.shutDown(over);
    try {
      for (RedisClient client : new RedisClient[] {without, over}) {
        assertThatThrownBy(
                () ->
                    RedisRateLimiter.builder(client, LIMIT)
                        .withFailurePolicy(FailurePolicy.failOpen())
                        .build())
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("can never connect");
        assertThatThrownBy(
                () -> RedisConcurrencyLimiter.of(client, "jobs", 1, Duration.ofSeconds(30)))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("can never connect");
      }
    } finally {
      RedisFixture.shutDown(without);
    }
  }

  @Test
  void RL07_user_who_may_not_run_the_script_fails_build_with_the_words_of_the_server() {
    redis.command("ACL", "SETUSER", "reader", "on", ">pw", "~bartizan:*", "+get", "+ping");
    RedisClient reader =
        RedisClient.create("redis://reader:pw@" + redis.server().uri().substring(8));
    try {
      assertThatThrownBy(
              () ->
                  RedisRateLimiter.builder(reader, LIMIT)
                      .withFailurePolicy(FailurePolicy.failOpen())
                      .build())
          .isInstanceOf(RedisException.class)
          .hasMessageContaining("NOPERM")
          .hasMessageContaining("evalsha");
      assertThatThrownBy(
              () -> RedisConcurrencyLimiter.of(reader, "jobs", 1, Duration.ofSeconds(30)))
          .isInstanceOf(RedisException.class)
          .hasMessageContaining("NOPERM");
      redis.command("ACL", "SETUSER", "reader", "+@all");
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(reader, LIMIT).withTimeout(LONG).build()) {
        assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      }
    } finally {
      RedisFixture.shutDown(reader);
    }
  }

  @Test
  void RL02_user_who_lost_the_right_to_the_script_is_told_by_health() {
    String unused = redis.command("ACL", "SETUSER", "loser", "on", ">any", "~*", "&*", "+@all");
    RedisClient client =
        RedisClient.create("redis://loser:any@" + redis.server().uri().substring(8));
    try (RedisRateLimiter limiter =
            RedisRateLimiter.builder(client, LIMIT).withTimeout(LONG).build();
        RedisConcurrencyLimiter leases =
            RedisConcurrencyLimiter.builder(client, "jobs", 9, Duration.ofSeconds(30))
                .withTimeout(LONG)
                .build()) {
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertThat(leases.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      redis.command("ACL", "SETUSER", "loser", "-evalsha", "-eval");
      assertThatThrownBy(() -> limiter.blocking().tryAcquire("k")).hasMessageContaining("NOPERM");
      assertThatThrownBy(() -> leases.blocking().tryAcquire("k")).hasMessageContaining("NOPERM");
      for (Health health : List.of(limiter.health(), leases.health())) {
        assertThat(health.status()).isEqualTo(Health.Status.DOWN);
        assertThat(health.detail()).contains("checks throw").contains("NOPERM");
      }
      redis.command("ACL", "SETUSER", "loser", "+@all");
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertThat(leases.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
      assertThat(leases.health().status()).isEqualTo(Health.Status.UP);
    } finally {
      RedisFixture.shutDown(client);
    }
  }

  @Test
  void RL07_server_that_is_full_just_now_is_waited_for() throws Exception {
    String unused = redis.command("CONFIG", "SET", "maxclients", "2");
    RedisClient other = RedisClient.create(redis.server().uri());
    RedisClient late = RedisClient.create(redis.server().uri());
    try (var first = other.connect();
        var second = redis.client().connect()) {
      assertThat(first.isOpen() && second.isOpen()).isTrue();
      try (RedisRateLimiter limiter = RedisRateLimiter.of(late, LIMIT)) {
        assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.FAILED_CLOSED);
        assertThat(limiter.ready().toCompletableFuture()).isNotDone();
        assertThat(limiter.health().status()).isEqualTo(Health.Status.DOWN);
        first.close();
        second.close();
        limiter.ready().toCompletableFuture().get(20, TimeUnit.SECONDS);
        Eventually.within(
            SOON,
            "Redis decides",
            () -> limiter.blocking().tryAcquire("k").source() == Source.REMOTE);
      }
    } finally {
      RedisFixture.shutDown(other);
      RedisFixture.shutDown(late);
    }
  }

  @Test
  void RL07_start_is_awaited_as_configured_and_readiness_is_told() throws Exception {
    try (StuckPeer peer = new StuckPeer(redis.server().port())) {
      peer.stick();
      RedisClient client = RedisClient.create(peer.uri());
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(client, LIMIT)
              .withConnectTimeout(Duration.ofMillis(200))
              .build()) {
        assertThat(limiter.ready().toCompletableFuture()).isNotDone();
        assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.FAILED_CLOSED);
        assertThat(limiter.toString()).contains("200 milliseconds to connect");
        Eventually.within(
            SOON, () -> assertThat(limiter.health().detail()).contains("attempts to connect hang"));
        peer.release();
        limiter.ready().toCompletableFuture().get(20, TimeUnit.SECONDS);
        Eventually.within(
            SOON,
            "Redis decides",
            () -> limiter.blocking().tryAcquire("k").source() == Source.REMOTE);
        assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  /** The URI's time-out is a minute, as by default. */
  @Test
  void RL06_attempt_that_hangs_is_followed_by_another() throws IOException {
    try (StuckPeer peer = new StuckPeer(redis.server().port())) {
      RedisClient client = RedisClient.create(peer.uri());
      try (RedisRateLimiter limiter = RedisRateLimiter.of(client, LIMIT);
          RedisConcurrencyLimiter leases =
              RedisConcurrencyLimiter.of(client, "jobs", 9, Duration.ofSeconds(30))) {
        assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
        peer.stick();
        int before = peer.accepted();
        Eventually.within(
            SOON,
            "some attempts are stuck",
            () -> {
              assertThat(limiter.blocking().tryAcquire("k").isAllowed()).isFalse();
              return peer.accepted() - before >= 3;
            });
        peer.release();
        Eventually.within(
            Duration.ofSeconds(15),
            "Redis decides",
            () -> limiter.blocking().tryAcquire("k").source() == Source.REMOTE);
        assertThat(leases.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }
}
