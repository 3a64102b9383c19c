package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.testkit.RedisCluster;
import io.bartizan.testkit.RedisSentinel;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.Eventually;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Masters that are killed or freeze for good while a replica takes their place. */
@Tag("deep")
class RedisFailoverIT {

  private static final Duration LATEST = Duration.ofSeconds(40);
  private static final Limit LIMIT = Limit.parse("1000000 burst, 1000000/h").named("f");

  private static void log(String text, Object... values) {
    System.getLogger("deep").log(System.Logger.Level.INFO, text, values);
  }

  /** The URI's time-out is a minute, as by default. */
  @Test
  void RL06_frozen_master_of_sentinel_costs_little_beyond_the_promotion() {
    try (RedisSentinel redis = RedisSentinel.start()) {
      RedisClient client = RedisClient.create(redis.uri());
      try (RedisRateLimiter limiter = RedisRateLimiter.of(client, LIMIT);
          RedisConcurrencyLimiter leases =
              RedisConcurrencyLimiter.of(client, "jobs", 9, Duration.ofSeconds(30))) {
        KeyedRateLimiter blocking = limiter.blocking();
        assertThat(blocking.tryAcquire("k").source()).isEqualTo(Source.REMOTE);
        redis.first().pause();
        assertThat(blocking.tryAcquire("k").source()).isEqualTo(Source.FAILED_CLOSED);
        for (int i = 0; i < 5; i++) {
          assertThat(blocking.tryAcquire("k").isAllowed()).isFalse();
        }
        redis.awaitPromotion();
        long promoted = System.nanoTime();
        Eventually.within(
            LATEST, "Redis decides", () -> blocking.tryAcquire("k").source() == Source.REMOTE);
        double seconds = (System.nanoTime() - promoted) / 1e9;
        log("frozen master, Sentinel: {0} s after the promotion", seconds);
        assertThat(seconds).isLessThan(10);
        Eventually.within(
            LATEST,
            "leases too",
            () -> leases.blocking().tryAcquire("k").source() == Source.REMOTE);
        assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
      } finally {
        RedisFixture.shutDown(client);
        redis.first().resume();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void RL01_cluster_whose_master_was_replaced_is_up_with_and_without_traffic(boolean freezes) {
    try (RedisCluster cluster = RedisCluster.start();
        RedisServer replica =
            RedisServer.builder()
                .withConfig("cluster-enabled", "yes")
                .withConfig("cluster-config-file", "nodes.conf")
                .withConfig("cluster-node-timeout", "1000")
                .withConfig("cluster-replica-validity-factor", "0")
                .start()) {
      RedisServer master = cluster.nodes().get(2);
      String id = master.command("CLUSTER", "MYID");
      String first = Integer.toString(cluster.nodes().get(0).port());
      String unused = replica.command("CLUSTER", "MEET", "127.0.0.1", first);
      Eventually.within(LATEST, "they met", () -> replica.command("CLUSTER", "NODES").contains(id));
      Eventually.within(
          LATEST,
          () -> {
            String role = replica.command("INFO", "replication");
            if (role.contains("role:master")) {
              String unusedReply = replica.command("CLUSTER", "REPLICATE", id);
            }
            assertThat(role).contains("master_link_status:up");
          });
      Eventually.within(
          LATEST,
          "all know it",
          () ->
              cluster.nodes().stream()
                  .allMatch(node -> node.command("CLUSTER", "NODES").contains("slave " + id)));
      RedisClusterClient client = RedisClusterClient.create(cluster.uri());
      try (RedisRateLimiter limiter =
              RedisRateLimiter.builder(client, LIMIT).withTimeout(Duration.ofMillis(300)).build();
          RedisConcurrencyLimiter leases =
              RedisConcurrencyLimiter.builder(client, "jobs", 9, Duration.ofSeconds(30))
                  .withTimeout(Duration.ofMillis(300))
                  .build()) {
        assertThat(decidedByRedis(limiter)).as("RL-07: decided from the start on").isEqualTo(300);
        for (int i = 0; i < 100; i++) {
          leases.blocking().tryAcquire("key" + i).close();
        }
        if (freezes) {
          master.pause();
        } else {
          master.kill();
        }
        long lost = System.nanoTime();
        Eventually.within(LATEST, "it is missed", () -> decidedByRedis(limiter) < 300);
        Eventually.within(LATEST, "promoted", () -> replica.command("ROLE").startsWith("master"));
        long promoted = System.nanoTime();
        // no traffic from here on
        Eventually.within(LATEST, () -> assertThat(limiter.health().toString()).contains("UP"));
        Eventually.within(
            LATEST, () -> assertThat(leases.health().status()).isEqualTo(Health.Status.UP));
        log(
            "Cluster, master {0}: promoted after {1} s, up {2} s later",
            freezes ? "frozen" : "killed",
            (promoted - lost) / 1e9,
            (System.nanoTime() - promoted) / 1e9);
        Eventually.within(LATEST, "all are decided", () -> decidedByRedis(limiter) == 300);
        assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
        assertThat(limiter.toString()).contains("fail closed");
      } finally {
        RedisFixture.shutDown(client);
        if (freezes) {
          master.resume();
        }
      }
    }
  }

  private static long decidedByRedis(RedisRateLimiter limiter) {
    List<CompletableFuture<Decision>> stages =
        IntStream.range(0, 300)
            .mapToObj(i -> limiter.tryAcquire("key" + i).toCompletableFuture())
            .toList();
    return stages.stream().filter(stage -> stage.join().source() == Source.REMOTE).count();
  }
}
