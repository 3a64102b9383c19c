package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.core.SecretBytes;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.testkit.RedisCluster;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisLimitKeysIT {

  private static final Limit LIMIT = Limit.parse("5 burst, 5/h").named("l");

  @RegisterExtension static final RedisFixture REDIS = new RedisFixture();

  private static void listsAndResets(RedisRateLimiter limiter) {
    Set<String> asked = new HashSet<>(Set.of("a b", "x{y}%z", "\u20ac \ud83d\udd12", "\0"));
    for (int i = 0; i < 200; i++) {
      asked.add("key" + i);
    }
    for (String key : asked) {
      assertThat(limiter.blocking().tryAcquire(key, 5).isAllowed()).isTrue();
    }
    RedisLimitKeys keys = RedisLimitKeys.of(limiter);
    Set<String> listed = new HashSet<>();
    String next = "";
    int pages = 0;
    do {
      RedisLimitKeys.Page page = keys.list(next, 20).toCompletableFuture().join();
      listed.addAll(page.keys());
      next = page.next();
      assertThat(page.isLast()).isEqualTo(next.isEmpty());
      pages++;
    } while (!next.isEmpty());
    assertThat(listed).isEqualTo(asked);
    assertThat(pages).isBetween(5, 100);
    for (String key : asked) {
      assertThat(limiter.blocking().tryAcquire(key).isAllowed()).isFalse();
      keys.reset(key).toCompletableFuture().join();
      assertThat(limiter.blocking().tryAcquire(key, 5).source()).isEqualTo(Source.REMOTE);
    }
    assertThatThrownBy(() -> keys.list("../etc", 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> keys.list("", 0)).hasMessageContaining("most is 0");
  }

  /** Whoever may write to Redis could hide all keys from an operator by one such name. */
  @Test
  void names_of_others_are_passed_over() {
    try (RedisRateLimiter limiter = cached(REDIS.client())) {
      assertThat(limiter.blocking().tryAcquire("mine").isAllowed()).isTrue();
      String name = REDIS.command("KEYS", "*{mine}");
      for (String key :
          List.of("%u12", "%", "%zz", "%u+123", "%-1", "%2", "a b", "%61", "{x", "")) {
        REDIS.command("SET", name.replace("mine", key), "1");
      }
      RedisLimitKeys.Page page =
          RedisLimitKeys.of(limiter).list("", 10_000).toCompletableFuture().join();
      assertThat(page.keys()).containsExactlyInAnyOrder("mine", "");
    }
  }

  /** Two clients of one process have a deny cache each; a reset or a refund empties both. */
  @Test
  void RL14_reset_and_refund_are_heard_by_the_deny_caches_of_all_clients_of_the_process() {
    RedisClient second = RedisClient.create(REDIS.server().uri());
    try (RedisRateLimiter one = cached(REDIS.client());
        RedisRateLimiter other = cached(second);
        RedisRateLimiter uncached =
            RedisRateLimiter.builder(REDIS.client(), LIMIT).withDenyCache(Duration.ZERO).build()) {
      for (int round = 0; round < 3; round++) {
        assertThat(one.blocking().tryAcquire("k", 5).isAllowed()).isTrue();
        for (RedisRateLimiter each : List.of(one, other)) {
          assertThat(each.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
          assertThat(each.blocking().tryAcquire("k").source()).isEqualTo(Source.DENY_CACHE);
        }
        switch (round) {
          case 0 -> RedisLimitKeys.of(one).reset("k").toCompletableFuture().join();
          case 1 -> other.blocking().refund("k", 5);
          default -> uncached.blocking().refund("k", 5);
        }
        assertThat(other.blocking().tryAcquire("k").isAllowed()).isTrue();
        assertThat(one.blocking().tryAcquire("k").isAllowed()).isTrue();
        RedisLimitKeys.of(uncached).reset("k").toCompletableFuture().join();
      }
    } finally {
      RedisFixture.shutDown(second);
    }
  }

  private static RedisRateLimiter cached(RedisClient client) {
    return RedisRateLimiter.builder(client, LIMIT)
        .withTimeout(Duration.ofSeconds(5))
        .withDenyCache(Duration.ofMinutes(1))
        .build();
  }

  /** As another process would: a refusal is repeated for as long as is said, and no longer. */
  @Test
  void RL14_deletion_by_somebody_else_shows_once_the_deny_cache_is_over() {
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(REDIS.client(), LIMIT)
            .withTimeout(Duration.ofSeconds(5))
            .withDenyCache(Duration.ofMillis(700))
            .build()) {
      assertThat(limiter.blocking().tryAcquire("k", 5).isAllowed()).isTrue();
      Decision refused = limiter.blocking().tryAcquire("k");
      assertThat(refused.source()).isEqualTo(Source.REMOTE);
      assertThat(refused.retryAfter()).isGreaterThan(Duration.ofSeconds(1));
      long since = System.nanoTime();
      REDIS.command("FLUSHALL");
      while (!limiter.blocking().tryAcquire("k").isAllowed()) {
        assertThat(System.nanoTime() - since)
            .as("a generous bound on the 0.7 s")
            .isLessThan(Duration.ofSeconds(30).toNanos());
      }
      assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
    }
  }

  @Test
  void RL14_key_that_is_listed_as_a_digest_is_reset_by_either_name() {
    try (RedisRateLimiter limiter = cached(REDIS.client())) {
      RedisLimitKeys keys = RedisLimitKeys.of(limiter);
      for (String key : List.of("", "k".repeat(1025), "sha256:short")) {
        assertThat(limiter.blocking().tryAcquire(key, 5).isAllowed()).isTrue();
        assertThat(limiter.blocking().tryAcquire(key).isAllowed()).isFalse();
        List<String> listed = keys.list("", 100).toCompletableFuture().join().keys();
        assertThat(listed).singleElement().asString().startsWith("sha256:").hasSize(71);
        keys.reset(listed.get(0)).toCompletableFuture().join();
        assertThat(limiter.blocking().tryAcquire(key, 5).isAllowed()).isTrue();
        keys.reset(key).toCompletableFuture().join();
        assertThat(keys.list("", 100).toCompletableFuture().join().keys()).isEmpty();
      }
    }
  }

  @Test
  void RL14_keys_are_listed_page_by_page_and_reset() {
    try (RedisRateLimiter limiter =
            RedisRateLimiter.builder(REDIS.client(), LIMIT)
                .withTimeout(Duration.ofSeconds(5))
                .build();
        RedisRateLimiter other =
            RedisRateLimiter.builder(REDIS.client(), LIMIT)
                .withKeyPrefix("other")
                .withHashedKeys(SecretBytes.copyOf(new byte[32]))
                .withTimeout(Duration.ofSeconds(5))
                .build()) {
      assertThat(other.blocking().tryAcquire("foreign").isAllowed()).isTrue();
      listsAndResets(limiter);
      assertThatThrownBy(() -> RedisLimitKeys.of(other).list("", 10))
          .isInstanceOf(UnsupportedOperationException.class);
      RedisLimitKeys.of(other).reset("foreign").toCompletableFuture().join();
      assertThat(other.blocking().peek("foreign", 1).remaining()).isEqualTo(5);
    }
  }

  @Test
  @Tag("deep")
  void RL14_keys_of_a_cluster_are_listed_node_by_node() {
    try (RedisCluster cluster = RedisCluster.start()) {
      RedisClusterClient client = RedisClusterClient.create(cluster.uri());
      try (RedisRateLimiter limiter =
          RedisRateLimiter.builder(client, LIMIT).withTimeout(Duration.ofSeconds(5)).build()) {
        listsAndResets(limiter);
      } finally {
        RedisFixture.shutDown(client);
      }
    }
  }
}
