package io.bartizan.ratelimit.redis;

import static java.time.temporal.ChronoUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.testkit.RedisCluster;
import io.bartizan.testkit.RedisSentinel;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.Eventually;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A Cluster of three and a Sentinel with a replica; whole servers lost. */
@Tag("deep")
class RedisTopologiesIT {

  private static final Limit LIMIT = Limit.tokenBucket(10, Rate.per(1, SECONDS)).named("t");

  /** Each node says that the next one owns the slot, as while a failed migration is repaired. */
  @Test
  void RL02_key_that_a_cluster_sends_to_and_fro_goes_to_the_policy_and_others_are_decided() {
    try (RedisCluster cluster = RedisCluster.start()) {
      RedisClusterClient client = RedisClusterClient.create(cluster.uri());
      List<RedisServer> nodes = cluster.nodes();
      try (RedisRateLimiter limiter =
              RedisRateLimiter.builder(client, LIMIT)
                  .withTimeout(Duration.ofSeconds(2))
                  .withFailurePolicy(FailurePolicy.failOpen())
                  .build();
          RedisConcurrencyLimiter leases =
              RedisConcurrencyLimiter.builder(client, "t", 100, Duration.ofSeconds(30))
                  .withTimeout(Duration.ofSeconds(2))
                  .withFailurePolicy(FailurePolicy.failOpen())
                  .build()) {
        List<String> ids = nodes.stream().map(node -> node.command("CLUSTER", "MYID")).toList();
        String slot = nodes.get(0).command("CLUSTER", "KEYSLOT", "lost");
        for (int i = 0; i < 3; i++) {
          nodes.get(i).command("CLUSTER", "SETSLOT", slot, "NODE", ids.get((i + 1) % 3));
        }
        for (int i = 0; i < 10; i++) {
          assertThat(limiter.blocking().tryAcquire("lost").source()).isEqualTo(Source.FAILED_OPEN);
          assertThat(leases.blocking().tryAcquire("lost").isGranted()).isTrue();
          assertThat(limiter.blocking().tryAcquire("key" + i).source()).isEqualTo(Source.REMOTE);
        }
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  @Test
  void cluster_decides_each_key_on_its_node_and_survives_the_loss_of_one() {
    try (RedisCluster cluster = RedisCluster.start()) {
      RedisClusterClient client = RedisClusterClient.create(cluster.uri());
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(client, LIMIT)
              .withTimeout(Duration.ofSeconds(1))
              .withFailurePolicy(FailurePolicy.failOpen())
              .build()) {
        List<CompletableFuture<Decision>> stages =
            IntStream.range(0, 3000)
                .mapToObj(i -> limiter.tryAcquire("key" + i % 300).toCompletableFuture())
                .toList();
        assertThat(stages).allMatch(stage -> stage.join().source() == Source.REMOTE);
        assertThat(stages).allMatch(stage -> stage.join().isAllowed());
        for (int i = 0; i < 300; i++) {
          assertThat(limiter.blocking().peek("key" + i, 3).isAllowed()).as("key%d", i).isFalse();
        }
        cluster.nodes().get(2).kill();
        Set<Source> lost = new HashSet<>();
        await(
            () -> {
              lost.clear();
              IntStream.range(0, 60)
                  .forEach(i -> lost.add(limiter.blocking().peek("key" + i, 1).source()));
              return lost.equals(Set.of(Source.REMOTE, Source.FAILED_OPEN));
            });
        cluster.nodes().get(2).restartEmpty();
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  @Test
  void slot_that_moved_is_followed() {
    try (RedisCluster cluster = RedisCluster.start()) {
      RedisClusterClient client = RedisClusterClient.create(cluster.uri());
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(client, LIMIT).withTimeout(Duration.ofSeconds(2)).build()) {
        KeyedRateLimiter blocking = limiter.blocking();
        assertThat(blocking.tryAcquire("a", 4).remaining()).isEqualTo(6);
        String slot = cluster.nodes().get(0).command("CLUSTER", "KEYSLOT", "a");
        String from = cluster.nodes().get(2).command("CLUSTER", "MYID");
        String to = cluster.nodes().get(0).command("CLUSTER", "MYID");
        String port = Integer.toString(cluster.nodes().get(0).port());
        cluster.nodes().get(0).command("CLUSTER", "SETSLOT", slot, "IMPORTING", from);
        cluster.nodes().get(2).command("CLUSTER", "SETSLOT", slot, "MIGRATING", to);
        cluster
            .nodes()
            .get(2)
            .command("MIGRATE", "127.0.0.1", port, "bartizan:t:B:{a}", "0", "5000");
        assertThat(blocking.tryAcquire("a", 1).remaining()).as("asked").isBetween(5L, 6L);
        cluster.nodes().get(0).command("CLUSTER", "SETSLOT", slot, "NODE", to);
        cluster.nodes().get(2).command("CLUSTER", "SETSLOT", slot, "NODE", to);
        assertThat(blocking.tryAcquire("a", 1).remaining()).as("moved").isBetween(4L, 6L);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  @Test
  void sentinel_failover_is_followed_within_seconds_and_keeps_what_was_replicated() {
    try (RedisSentinel redis = RedisSentinel.start()) {
      RedisClient client = RedisClient.create(redis.uri());
      try (RedisRateLimiter limiter = RedisRateLimiter.of(client, LIMIT)) {
        KeyedRateLimiter blocking = limiter.blocking();
        assertThat(blocking.tryAcquire("k", 9).source()).isEqualTo(Source.REMOTE);
        redis.first().command("WAIT", "1", "5000");
        long lost = System.nanoTime();
        redis.first().kill();
        await(() -> blocking.peek("k", 1).source() == Source.FAILED_CLOSED);
        await(() -> blocking.peek("k", 1).source() == Source.REMOTE);
        Duration outage = Duration.ofNanos(System.nanoTime() - lost);
        System.getLogger("deep").log(System.Logger.Level.INFO, "failover took " + outage);
        assertThat(outage).isLessThan(Duration.ofSeconds(15));
        long back = outage.toSeconds() + 2;
        assertThat(blocking.peek("k", 1).remaining()).isLessThanOrEqualTo(1 + back);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  @Test
  void sentinel_failover_that_loses_writes_admits_at_most_them_again() {
    try (RedisSentinel redis = RedisSentinel.start()) {
      RedisClient client = RedisClient.create(redis.uri());
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(client, LIMIT)
              .withTimeout(Duration.ofSeconds(1))
              .withDenyCache(Duration.ZERO)
              .build()) {
        KeyedRateLimiter blocking = limiter.blocking();
        await(() -> blocking.peek("k", 1).source() == Source.REMOTE);
        long start = System.nanoTime();
        assertThat(blocking.tryAcquire("k", 3).isAllowed()).isTrue();
        redis.first().command("WAIT", "1", "5000");
        // from here on the replica hears nothing, for it does not know the password
        redis.first().command("CONFIG", "SET", "requirepass", "unknown-to-the-replica");
        redis.first().command("CLIENT", "KILL", "TYPE", "replica");
        assertThat(blocking.tryAcquire("k", 6).isAllowed()).isTrue();
        redis.first().kill();
        redis.awaitPromotion();
        await(() -> blocking.peek("k", 1).source() == Source.REMOTE);
        long admitted = 9;
        while (blocking.tryAcquire("k").isAllowed()) {
          admitted++;
        }
        long outage = Duration.ofNanos(System.nanoTime() - start).toSeconds() + 1;
        assertThat(admitted)
            .as("capacity, rate × outage, and what was lost")
            .isBetween(13L, 10 + outage + 6);
        assertThat(blocking.tryAcquire("k", 5).isAllowed()).isFalse();
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  @Test
  void client_that_is_not_for_clusters_is_told_so_at_once_whatever_the_policy() {
    try (RedisCluster cluster = RedisCluster.start()) {
      RedisClient standalone = RedisClient.create(cluster.uri());
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(standalone, LIMIT)
              .withTimeout(Duration.ofSeconds(5))
              .withFailurePolicy(FailurePolicy.failOpen())
              .build()) {
        List<CompletableFuture<Decision>> stages =
            IntStream.range(0, 100)
                .mapToObj(i -> limiter.tryAcquire("key" + i).toCompletableFuture())
                .toList();
        Set<String> errors = new HashSet<>();
        for (CompletableFuture<Decision> stage : stages) {
          Throwable failure = stage.handle((decision, thrown) -> thrown).join();
          errors.add(failure == null ? "none" : failure.getMessage().split(" ", 2)[0]);
        }
        assertThat(errors).contains("CROSSSLOT").isSubsetOf("CROSSSLOT", "MOVED", "none");
      } finally {
        RedisFixture.shutDown(standalone);
      }
    }
  }

  @Test
  void leases_of_a_cluster_are_held_on_the_node_of_their_key() {
    try (RedisCluster cluster = RedisCluster.start()) {
      RedisClusterClient client = RedisClusterClient.create(cluster.uri());
      try (RedisConcurrencyLimiter limiter =
          RedisConcurrencyLimiter.builder(client, "jobs", 2, Duration.ofMinutes(1))
              .withTimeout(Duration.ofSeconds(5))
              .build()) {
        for (int i = 0; i < 100; i++) {
          Permit both = limiter.blocking().tryAcquire("key" + i, 2);
          assertThat(both.isGranted()).isTrue();
          assertThat(limiter.blocking().tryAcquire("key" + i).isGranted()).isFalse();
          both.close();
          assertThat(limiter.blocking().tryAcquire("key" + i, 1).isGranted()).isTrue();
        }
        long keys =
            cluster.nodes().stream().mapToLong(n -> Long.parseLong(n.command("DBSIZE"))).sum();
        assertThat(keys).isEqualTo(100);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  private static void await(Callable<Boolean> condition) {
    Eventually.within(Duration.ofSeconds(30), "what is awaited comes", condition);
  }
}
