package io.bartizan.integrity.replay.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.integrity.replay.ReplayGuard;
import io.bartizan.testkit.FaultProxy;
import io.bartizan.testkit.RedisServer;
import io.bartizan.tests.Eventually;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RedisReplayGuardIT {

  private static final byte[] ID = {1, 2, 3};
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void use_onRealRedis_isOnceAmongInstances_andUnknownWhenRedisIsStuck() throws Exception {
    try (RedisServer redis = RedisServer.start()) {
      RedisClient client = RedisClient.create(redis.uri());
      try (RedisReplayGuard one = RedisReplayGuard.of(client, Duration.ofSeconds(2));
          RedisReplayGuard two = RedisReplayGuard.of(client, Duration.ofSeconds(2));
          RedisReplayGuard hurried = RedisReplayGuard.of(client, Duration.ofMillis(50))) {
        Instant until = Instant.now().plusSeconds(60);
        try (RedisReplayGuard ahead =
            RedisReplayGuard.builder(client, Duration.ofSeconds(2))
                .withKeyPrefix("ahead:")
                .withClock(InstantSource.offset(InstantSource.system(), Duration.ofSeconds(59)))
                .build()) {
          assertThat(ahead.use("a", ID, until)).isEqualTo(ReplayGuard.Use.FIRST);
          String script = "return redis.call('PTTL', redis.call('KEYS', 'ahead:*')[1])";
          assertThat(Long.parseLong(redis.command("EVAL", script, "0")))
              .as("kept as long as a clock that is right believes the id")
              .isGreaterThan(60_000);
        }
        assertThat(one.use("a", ID, until)).isEqualTo(ReplayGuard.Use.FIRST);
        assertThat(two.use("a", ID, until)).isEqualTo(ReplayGuard.Use.REPEATED);
        assertThat(two.use("b", ID, until)).isEqualTo(ReplayGuard.Use.FIRST);
        assertThat(one.use("a", ID, Instant.now().minusSeconds(1)))
            .isEqualTo(ReplayGuard.Use.UNDECIDED);
        assertThat(one.use("a", new byte[] {9}, Instant.MAX)).isEqualTo(ReplayGuard.Use.FIRST);
        for (int i = 0; i < 200; i++) {
          race(one, two, new byte[] {7, (byte) i}, until);
        }
        redis.pause();
        assertThat(hurried.use("a", new byte[] {4}, until)).isEqualTo(ReplayGuard.Use.UNDECIDED);
        assertThat(hurried.health().status()).isEqualTo(Health.Status.DEGRADED);
        redis.resume();
        assertThat(one.use("a", ID, until)).isEqualTo(ReplayGuard.Use.REPEATED);
      } finally {
        client.shutdown();
      }
    }
  }

  @Test
  void use_repeatedWhileRedisIsAway_isStillTheFirstWhenItIsBack() throws Exception {
    try (RedisServer redis = RedisServer.start();
        FaultProxy proxy = FaultProxy.to(redis.port())) {
      RedisClient client = RedisClient.create("redis://127.0.0.1:" + proxy.port());
      try (RedisReplayGuard guard = RedisReplayGuard.of(client, Duration.ofMillis(300))) {
        Instant until = Instant.now().plusSeconds(60);
        proxy.dropReplies();
        assertThat(guard.use("a", ID, until)).isEqualTo(ReplayGuard.Use.UNDECIDED);
        assertThat(redis.command("DBSIZE")).as("it had arrived").isEqualTo("1");
        proxy.cut();
        Eventually.within(LIMIT, "away", () -> guard.health().status() == Health.Status.DOWN);
        assertThat(guard.use("a", ID, until)).isEqualTo(ReplayGuard.Use.UNDECIDED);
        proxy.restore();
        Eventually.within(LIMIT, "back", () -> guard.health().status() != Health.Status.DOWN);
        assertThat(guard.use("a", ID, until)).isEqualTo(ReplayGuard.Use.FIRST);
        assertThat(guard.use("a", ID, until)).isEqualTo(ReplayGuard.Use.REPEATED);
      } finally {
        client.shutdown();
      }
    }
  }

  @Test
  void use_sentAgainByTheClientAfterABrokenConnection_isNoReplayOfItself() throws Exception {
    try (RedisServer redis = RedisServer.start();
        FaultProxy proxy = FaultProxy.to(redis.port())) {
      RedisClient client = RedisClient.create("redis://127.0.0.1:" + proxy.port());
      ExecutorService threads = Executors.newSingleThreadExecutor();
      try (RedisReplayGuard guard = RedisReplayGuard.of(client, Duration.ofSeconds(10))) {
        Instant until = Instant.now().plusSeconds(60);
        proxy.dropReplies();
        Future<ReplayGuard.Use> use = threads.submit(() -> guard.use("a", ID, until));
        Eventually.within(LIMIT, "arrived", () -> redis.command("DBSIZE").equals("1"));
        proxy.cut();
        proxy.restore(); // Lettuce connects and sends what had no answer
        assertThat(use.get()).isEqualTo(ReplayGuard.Use.FIRST);
        assertThat(guard.use("a", ID, until)).isEqualTo(ReplayGuard.Use.REPEATED);
      } finally {
        threads.shutdownNow();
        client.shutdown();
      }
    }
  }

  @Test
  void health_whenRedisAnswersAgain_isUpWithoutAUse() {
    try (RedisServer redis = RedisServer.start();
        FaultProxy proxy = FaultProxy.to(redis.port())) {
      RedisClient client = RedisClient.create("redis://127.0.0.1:" + proxy.port());
      try (RedisReplayGuard guard = RedisReplayGuard.of(client, Duration.ofMillis(300))) {
        Instant until = Instant.now().plusSeconds(60);
        proxy.dropReplies();
        assertThat(guard.use("a", ID, until)).isEqualTo(ReplayGuard.Use.UNDECIDED);
        assertThat(guard.health().status()).isEqualTo(Health.Status.DEGRADED);
        assertThat(guard.health().detail()).contains("no answer within");
        proxy.cut();
        proxy.restore();
        Eventually.within(LIMIT, "up", () -> guard.health().status() == Health.Status.UP);
        assertThat(guard.use("a", ID, until)).isEqualTo(ReplayGuard.Use.FIRST);
      } finally {
        client.shutdown();
      }
    }
  }

  @Test
  void health_whenRedisRefuses_saysWhatRedisSaid() {
    try (RedisServer redis = RedisServer.start()) {
      RedisClient client = RedisClient.create(redis.uri());
      try (RedisReplayGuard guard = RedisReplayGuard.of(client, Duration.ofSeconds(2))) {
        Instant until = Instant.now().plusSeconds(60);
        assertThat(redis.command("CONFIG", "SET", "maxmemory", "1")).isEqualTo("OK");
        assertThat(guard.use("a", ID, until)).isEqualTo(ReplayGuard.Use.UNDECIDED);
        assertThat(guard.health().detail()).contains("OOM command not allowed");
        assertThat(redis.command("CONFIG", "SET", "maxmemory", "0")).isEqualTo("OK");
        assertThat(guard.health().status())
            .as("a reading proves no writing")
            .isEqualTo(Health.Status.DEGRADED);
        assertThat(guard.use("a", ID, until)).isEqualTo(ReplayGuard.Use.FIRST);
        assertThat(guard.health()).isEqualTo(Health.up("Redis answers"));
      } finally {
        client.shutdown();
      }
    }
  }

  private static void race(ReplayGuard one, ReplayGuard two, byte[] id, Instant until)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<ReplayGuard.Use>> uses = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        ReplayGuard guard = i % 2 == 0 ? one : two;
        uses.add(
            threads.submit(
                () -> {
                  start.await();
                  return guard.use("race", id, until);
                }));
      }
      start.countDown();
      int first = 0;
      for (Future<ReplayGuard.Use> use : uses) {
        first += use.get() == ReplayGuard.Use.FIRST ? 1 : 0;
      }
      assertThat(first).isEqualTo(1);
    } finally {
      threads.shutdownNow();
    }
  }
}
