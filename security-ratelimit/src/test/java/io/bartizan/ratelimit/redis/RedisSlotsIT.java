package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.testkit.RedisCluster;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.Eventually;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots of a Cluster that move, or that no node owns for a while. */
@Tag("deep")
class RedisSlotsIT {

  private static final Duration SOON = Duration.ofSeconds(40);
  private static final Limit LIMIT = Limit.parse("1000000 burst, 1000000/h").named("f");
  private static final int SLOT = SlotHash.getSlot("k");

  /** Of the same node as {@link #SLOT}, and not in it. */
  private static final String NEIGHBOUR =
      IntStream.range(0, 10_000)
          .mapToObj(i -> "n" + i)
          .filter(key -> node(SlotHash.getSlot(key)) == node(SLOT))
          .findFirst()
          .orElseThrow();

  private static final class Told implements RateLimitListener {

    final AtomicInteger lost = new AtomicInteger();
    final AtomicInteger found = new AtomicInteger();

    @Override
    public void decided(Verb verb, Decision decision) {}

    @Override
    public void serverLost(String server, String reason) {
      lost.incrementAndGet();
    }

    @Override
    public void serverFound(String server) {
      found.incrementAndGet();
    }
  }

  /** Which node of a new {@link RedisCluster} owns a slot. */
  private static int node(int slot) {
    return slot * 3 / SlotHash.SLOT_COUNT;
  }

  /** One that looks for owners only when told to, as Lettuce before version 7 does by default. */
  private static RedisClusterClient client(RedisCluster cluster, boolean looksByItself) {
    RedisClusterClient client = RedisClusterClient.create(cluster.uri());
    if (!looksByItself) {
      client.setOptions(
          ClusterClientOptions.builder()
              .topologyRefreshOptions(
                  ClusterTopologyRefreshOptions.builder()
                      .disableAllAdaptiveRefreshTriggers()
                      .build())
              .build());
    }
    return client;
  }

  /** The owner first, or its next message would have the others learn of the slot again. */
  private static void take(RedisCluster cluster) {
    String slot = Integer.toString(SLOT);
    String unused = cluster.nodes().get(node(SLOT)).command("CLUSTER", "DELSLOTS", slot);
    Eventually.within(
        SOON,
        "nobody owns it",
        () -> {
          boolean owned = false;
          for (RedisServer node : cluster.nodes()) {
            if (node.command("CLUSTER", "INFO").contains("cluster_slots_assigned:16384")) {
              owned = true;
              String unusedReply = node.command("CLUSTER", "DELSLOTS", slot);
            }
          }
          return !owned;
        });
  }

  private static void give(RedisCluster cluster) {
    String unused =
        cluster.nodes().get(node(SLOT)).command("CLUSTER", "ADDSLOTS", Integer.toString(SLOT));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void slot_without_owner_concerns_its_own_keys_alone(boolean looksByItself) {
    try (RedisCluster cluster = RedisCluster.start()) {
      RedisClusterClient client = client(cluster, looksByItself);
      Told told = new Told();
      try (RedisRateLimiter limiter = limiter(client, told)) {
        KeyedRateLimiter blocking = limiter.blocking();
        assertThat(blocking.tryAcquire("k").source()).isEqualTo(Source.REMOTE);
        take(cluster);
        Eventually.within(SOON, "missed", () -> source(blocking, "k") == Source.FAILED_CLOSED);
        for (int i = 0; i < 200; i++) { // more failures in a row than a breaker takes
          assertThat(source(blocking, "k")).isEqualTo(Source.FAILED_CLOSED);
          if (i % 10 == 9) {
            assertThat(source(blocking, NEIGHBOUR)).as("check %d", i).isEqualTo(Source.REMOTE);
          }
        }
        give(cluster);
        Eventually.within(SOON, "owned again", () -> source(blocking, "k") == Source.REMOTE);
        awaitEnd(limiter, told);
        assertThat(told.lost.get()).isLessThanOrEqualTo(1);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  @Test
  void slot_without_owner_from_the_start_is_told_once_and_looked_for() {
    try (RedisCluster cluster = RedisCluster.start()) {
      take(cluster);
      RedisClusterClient client = client(cluster, false);
      Told told = new Told();
      try (RedisRateLimiter limiter = limiter(client, told)) {
        KeyedRateLimiter blocking = limiter.blocking();
        for (int i = 0; i < 200; i++) {
          assertThat(source(blocking, "k")).isEqualTo(Source.FAILED_CLOSED);
          assertThat(source(blocking, NEIGHBOUR)).isEqualTo(Source.REMOTE);
        }
        Eventually.within(SOON, "told", () -> told.lost.get() > 0);
        assertThat(limiter.health().detail()).contains("partition for slot " + SLOT);
        give(cluster);
        Eventually.within(SOON, "owned again", () -> source(blocking, "k") == Source.REMOTE);
        awaitEnd(limiter, told);
        assertThat(told.lost.get()).isEqualTo(1);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  /** Every script of this library is some ten thousand bytes long. */
  @Test
  void slot_that_moved_costs_no_source_for_each_check_and_is_asked_where_it_is() {
    try (RedisCluster cluster = RedisCluster.start()) {
      RedisClusterClient client = client(cluster, false);
      try (RedisRateLimiter limiter = limiter(client, new Told());
          RedisConcurrencyLimiter leases =
              RedisConcurrencyLimiter.builder(client, "jobs", 9, Duration.ofSeconds(30))
                  .withTimeout(Duration.ofSeconds(5))
                  .build()) {
        KeyedRateLimiter blocking = limiter.blocking();
        RedisServer from = cluster.nodes().get(node(SLOT));
        RedisServer to = cluster.nodes().get((node(SLOT) + 1) % 3);
        String slot = Integer.toString(SLOT);
        String owner = to.command("CLUSTER", "MYID");
        String unused =
            to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", from.command("CLUSTER", "MYID"));
        unused = from.command("CLUSTER", "SETSLOT", slot, "MIGRATING", owner);
        unused = to.command("CLUSTER", "SETSLOT", slot, "NODE", owner);
        unused = from.command("CLUSTER", "SETSLOT", slot, "NODE", owner);
        long before = sources(cluster);
        for (int i = 0; i < 300; i++) {
          assertThat(source(blocking, "k")).isEqualTo(Source.REMOTE);
          assertThat(leases.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
        }
        assertThat(sources(cluster) - before).isLessThan(100);
        Eventually.within(
            SOON,
            "asked at its owner",
            () -> {
              long moved = moved(from);
              var unusedDecision = blocking.tryAcquire("k");
              return moved(from) == moved;
            });
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  private static RedisRateLimiter limiter(RedisClusterClient client, Told told) {
    return RedisRateLimiter.builder(client, LIMIT)
        .withTimeout(Duration.ofSeconds(5))
        .withListener(told)
        .build();
  }

  private static Source source(KeyedRateLimiter limiter, String key) {
    return limiter.tryAcquire(key).source();
  }

  private static void awaitEnd(RedisRateLimiter limiter, Told told) {
    Eventually.within(
        SOON,
        () -> {
          assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
          assertThat(told.found.get()).isEqualTo(told.lost.get());
        });
  }

  /** How often a script was sent in full, and refused or not. */
  private static long sources(RedisCluster cluster) {
    return count(cluster.nodes(), "cmdstat_eval:", "calls=")
        + count(cluster.nodes(), "cmdstat_eval:", "rejected_calls=");
  }

  /** How often the node sent a script elsewhere. */
  private static long moved(RedisServer node) {
    return count(List.of(node), "errorstat_MOVED:", "count=");
  }

  private static long count(List<RedisServer> nodes, String line, String name) {
    return nodes.stream()
        .flatMap(node -> node.command("INFO", "everything").lines())
        .filter(each -> each.startsWith(line))
        .flatMap(each -> List.of(each.substring(line.length()).split(",", -1)).stream())
        .filter(each -> each.startsWith(name))
        .mapToLong(each -> Long.parseLong(each.substring(name.length()).trim()))
        .sum();
  }
}
