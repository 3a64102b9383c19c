package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Permit;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.Eventually;
import io.bartizan.tests.SeededCases;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.cluster.RedisClusterClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the module promises on Redis, on each server that there is: Redis 6.2, the one on the path,
 * and those that {@code BARTIZAN_REDIS_SERVERS} names. Refused writes are {@link
 * RedisRefusedWritesIT}'s.
 */
@Tag("deep")
class RedisServersIT {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Limit BUCKET = Limit.parse("10 burst, 10/h").named("v");
  private static final int SLOTS = 16_384;

  /** Every algorithm and verb, alone and together, with numbers that stay and that change. */
  @ParameterizedTest
  @MethodSource("io.bartizan.ratelimit.redis.RedisPrograms#all")
  void each_server_decides_as_java_does(Path program) {
    try (RedisServer redis = RedisPrograms.server(program).start()) {
      RedisClient client = RedisClient.create(redis.uri());
      try {
        LuaComparison both = LuaComparison.inTurn(client);
        SeededCases.check(40, random -> both.trace(random, 100));
        SeededCases.check(40, random -> both.changingTrace(random, 100));
        assertThat(both.compared()).isGreaterThan(15_000);
        System.getLogger("deep")
            .log(
                System.Logger.Level.INFO,
                version(redis) + ": " + both.compared() + " decisions of Lua and Java compared");
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  /** Where all of them must be there, which a machine without the gate's environment may lack. */
  @Test
  void versions_that_the_page_names_are_those_that_are_tested() {
    Map<String, Set<String>> tested = new TreeMap<>();
    RedisPrograms.all()
        .forEach(
            program -> {
              try (RedisServer redis = RedisPrograms.server(program).start()) {
                String[] version = version(redis).split("_version:", -1);
                tested
                    .computeIfAbsent(version[0], name -> new TreeSet<>())
                    .add(TestedVersions.line(version[1]));
              }
            });
    assertThat(TestedVersions.ofServers("Redis")).contains("6.2").hasSizeGreaterThan(2);
    assumeTrue(Boolean.parseBoolean(System.getenv("BARTIZAN_CI")), "BARTIZAN_CI is not true");
    assertThat(tested)
        .containsOnly(
            Map.entry("redis", TestedVersions.ofServers("Redis")),
            Map.entry("valkey", TestedVersions.ofServers("Valkey")));
  }

  private static String version(RedisServer redis) {
    List<String> lines = redis.command("INFO", "server").lines().toList();
    for (String name : List.of("valkey_version:", "redis_version:")) {
      for (String line : lines) {
        if (line.startsWith(name)) {
          return line.trim();
        }
      }
    }
    throw new AssertionError(lines);
  }

  @ParameterizedTest
  @MethodSource("io.bartizan.ratelimit.redis.RedisPrograms#all")
  void each_server_holds_renews_and_frees_leases(Path program) {
    try (RedisServer redis = RedisPrograms.server(program).start()) {
      RedisClient client = RedisClient.create(redis.uri());
      try (RedisConcurrencyLimiter leases =
          RedisConcurrencyLimiter.builder(client, "jobs", 3, Duration.ofSeconds(30))
              .withTimeout(Duration.ofSeconds(10))
              .build()) {
        KeyedConcurrencyLimiter jobs = leases.blocking();
        Permit two = jobs.tryAcquire("k", 2);
        Permit one = jobs.tryAcquire("k");
        assertThat(two.source()).isEqualTo(Source.REMOTE);
        assertThat(jobs.tryAcquire("k").isGranted()).isFalse();
        assertThat(two.renew().toCompletableFuture().join()).isTrue();
        two.close();
        assertThat(jobs.tryAcquire("k", 3).isGranted()).isFalse();
        assertThat(jobs.tryAcquire("k", 2).isGranted()).isTrue();
        assertThat(one.isHeld()).isTrue();
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  /** A script that nobody ends, and a replica that may not answer. */
  @ParameterizedTest
  @MethodSource("io.bartizan.ratelimit.redis.RedisPrograms#all")
  void each_server_that_is_busy_or_stale_is_left_to_the_policy(Path program) {
    try (RedisServer redis =
        RedisPrograms.server(program)
            .withConfig("lua-time-limit", "50")
            .withConfig("replica-serve-stale-data", "no")
            .start()) {
      RedisClient client = RedisClient.create(redis.uri());
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(client, BUCKET)
              .withTimeout(Duration.ofSeconds(5))
              .withFailurePolicy(FailurePolicy.failOpen())
              .build()) {
        KeyedRateLimiter blocking = limiter.blocking();
        assertThat(blocking.tryAcquire("k").source()).isEqualTo(Source.REMOTE);
        CompletableFuture<String> endless =
            CompletableFuture.supplyAsync(() -> redis.command("EVAL", "while true do end", "0"));
        Eventually.within(
            SOON, "it is busy", () -> blocking.peek("k", 1).source() == Source.FAILED_OPEN);
        Eventually.within(
            SOON, "the script is ended", () -> redis.command("SCRIPT", "KILL").equals("OK"));
        String unused = endless.handle((answer, failure) -> "").join();
        Eventually.within(
            SOON, "Redis decides", () -> blocking.peek("k", 1).source() == Source.REMOTE);
        unused = redis.command("REPLICAOF", "127.0.0.1", "1");
        Eventually.within(
            SOON, "it is stale", () -> blocking.peek("k", 1).source() == Source.FAILED_OPEN);
        Eventually.within(
            SOON,
            "it is told",
            () -> {
              var unusedDecision = blocking.peek("k", 1);
              return limiter.health().detail().contains("MASTERDOWN");
            });
        unused = redis.command("REPLICAOF", "NO", "ONE");
        Eventually.within(
            SOON, "Redis decides", () -> blocking.peek("k", 1).source() == Source.REMOTE);
        assertThat(blocking.peek("k", 1).remaining()).isEqualTo(9);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  /** An ACL line that lacks a command of the script: every check throws, so health is down. */
  @ParameterizedTest
  @MethodSource("io.bartizan.ratelimit.redis.RedisPrograms#all")
  void health_of_each_server_tells_what_a_script_may_not_run(Path program) {
    try (RedisServer redis =
        RedisPrograms.server(program).withUser("u", "on >pw ~* +@all").start()) {
      RedisClient client = RedisClient.create("redis://u:pw@127.0.0.1:" + redis.port());
      try (RedisRateLimiter limiter =
              RedisRateLimiter.builder(client, BUCKET).withTimeout(Duration.ofSeconds(5)).build();
          RedisConcurrencyLimiter leases =
              RedisConcurrencyLimiter.builder(client, "jobs", 9, Duration.ofSeconds(30))
                  .withTimeout(Duration.ofSeconds(5))
                  .build()) {
        redis.command("ACL", "SETUSER", "u", "-set", "-zadd");
        assertThatThrownBy(() -> limiter.blocking().tryAcquire("k"))
            .isInstanceOf(RedisCommandExecutionException.class);
        assertThatThrownBy(() -> leases.blocking().tryAcquire("k"))
            .isInstanceOf(RedisCommandExecutionException.class);
        for (Health health : List.of(limiter.health(), leases.health())) {
          assertThat(health.status()).isEqualTo(Health.Status.DOWN);
          assertThat(health.detail()).contains("checks throw");
        }
        redis.command("ACL", "SETUSER", "u", "+set", "+zadd");
        assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
        assertThat(leases.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
        assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
        assertThat(leases.health().status()).isEqualTo(Health.Status.UP);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.bartizan.ratelimit.redis.RedisPrograms#all")
  void cluster_of_each_server_decides_each_key_and_follows_a_slot(Path program) {
    List<RedisServer> nodes = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        nodes.add(
            RedisPrograms.server(program)
                .withConfig("cluster-enabled", "yes")
                .withConfig("cluster-config-file", "nodes.conf")
                .withConfig("cluster-node-timeout", "1000")
                .withConfig("cluster-require-full-coverage", "no")
                .start());
      }
      join(nodes.get(0), nodes.get(1));
      RedisClusterClient client = RedisClusterClient.create(nodes.get(0).uri());
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(client, BUCKET)
              .withTimeout(Duration.ofSeconds(5))
              .withFailurePolicy(FailurePolicy.failOpen())
              .build()) {
        KeyedRateLimiter blocking = limiter.blocking();
        for (int i = 0; i < 100; i++) {
          assertThat(blocking.tryAcquire("key" + i, 10).source()).isEqualTo(Source.REMOTE);
          assertThat(blocking.tryAcquire("key" + i).isAllowed()).isFalse();
        }
        move("a", nodes);
        assertThat(blocking.tryAcquire("a", 4).source()).isEqualTo(Source.REMOTE);
        assertThat(blocking.peek("a", 1).remaining()).isEqualTo(6);
      } finally {
        RedisFixture.shutDown(client);
      }
    } finally {
      nodes.forEach(RedisServer::close);
    }
  }

  private static void join(RedisServer first, RedisServer second) {
    int half = SLOTS / 2;
    String unused = first.command(slots(0, half));
    unused = second.command(slots(half, SLOTS));
    unused = first.command("CLUSTER", "SET-CONFIG-EPOCH", "1");
    unused = second.command("CLUSTER", "SET-CONFIG-EPOCH", "2");
    unused = first.command("CLUSTER", "MEET", "127.0.0.1", Integer.toString(second.port()));
    for (RedisServer node : List.of(first, second)) {
      Eventually.within(
          SOON,
          "the nodes agree",
          () -> {
            String info = node.command("CLUSTER", "INFO");
            return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:" + SLOTS);
          });
    }
  }

  private static String[] slots(int from, int to) {
    List<String> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
    for (int slot = from; slot < to; slot++) {
      words.add(Integer.toString(slot));
    }
    return words.toArray(String[]::new);
  }

  /** A slot without keys goes from the second node, which has it, to the first. */
  private static void move(String key, List<RedisServer> nodes) {
    String slot = nodes.get(0).command("CLUSTER", "KEYSLOT", key);
    assertThat(Integer.parseInt(slot)).isGreaterThanOrEqualTo(SLOTS / 2);
    String to = nodes.get(0).command("CLUSTER", "MYID");
    String from = nodes.get(1).command("CLUSTER", "MYID");
    String unused = nodes.get(0).command("CLUSTER", "SETSLOT", slot, "IMPORTING", from);
    unused = nodes.get(1).command("CLUSTER", "SETSLOT", slot, "MIGRATING", to);
    unused = nodes.get(0).command("CLUSTER", "SETSLOT", slot, "NODE", to);
    unused = nodes.get(1).command("CLUSTER", "SETSLOT", slot, "NODE", to);
  }
}
