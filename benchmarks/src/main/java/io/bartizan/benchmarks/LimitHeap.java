package io.bartizan.benchmarks;

import io.bartizan.core.Ticker;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a key costs by the kind of its limit. In memory: heap in use after a full collection, with
 * the limiter less without it, the strings of the keys left out. On Redis: what {@code MEMORY
 * USAGE} says of a key, which is its name, its value and its place in the table of keys, and what
 * {@code used_memory} grew by for each, which is that and its place in the table of expiries.
 */
public final class LimitHeap {
  private static final int KEYS = 200_000;
  private static final int REDIS_KEYS = 50_000;
  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();
  private static final List<String> LIMITS =
      List.of(
          "100 burst, 100/h",
          "100 burst, 100/h, in steps",
          "100/h fixed",
          "100/h from first request",
          "100/day in UTC",
          "100/h sliding counter",
          "100/h sliding",
          "a: 100 burst, 100/h; b: 1000/day in UTC");

  private LimitHeap() {}

  /**
   * Prints a table.
   *
   * @param arguments none for the heap, or the URI of a Redis that nobody else uses
   */
  public static void main(String[] arguments) {
    if (arguments.length > 0) {
      onRedis(arguments[0]);
      return;
    }
    String[] keys = new String[KEYS];
    for (int i = 0; i < KEYS; i++) {
      keys[i] = "api-key-" + i;
    }
    System.out.println("| limit | bytes a key after 1 check | after 10 checks |\n|---|---|---|");
    for (String text : LIMITS) {
      Limits limits = Limits.parse(text);
      long warm = bytes(limits, keys, 1);
      System.out.printf(
          "| `%s` | %d | %d |%n",
          text, Math.min(warm, bytes(limits, keys, 1)), bytes(limits, keys, 10));
    }
  }

  /** The checks of a key come one after another, with some time between. */
  private static long bytes(Limits limits, String[] keys, int checks) {
    AtomicLong nanos = new AtomicLong();
    Ticker ticker = nanos::get;
    long before = used();
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(limits, 2 * KEYS).withTicker(ticker).build();
    for (int i = 0; i < checks; i++) {
      for (String key : keys) {
        Decision decision = limiter.tryAcquire(key);
        if (!decision.isAllowed()) {
          throw new IllegalStateException("refused: " + decision);
        }
        nanos.addAndGet(1000);
      }
    }
    long after = used();
    if (!limiter.health().detail().startsWith(KEYS + " of")) {
      throw new IllegalStateException(limiter.health().toString());
    }
    return Math.round((after - before) / (double) KEYS);
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      MEMORY.gc();
    }
    return MEMORY.getHeapMemoryUsage().getUsed();
  }

  private static void onRedis(String uri) {
    RedisClient client = RedisClient.create(uri);
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      RedisCommands<String, String> redis = connection.sync();
      System.out.println(
          "| limit | MEMORY USAGE after 1 check | after 10 checks | used_memory after 1 check |");
      System.out.println("|---|---|---|---|");
      for (String text : LIMITS) {
        System.out.printf("| `%s` | %s |%n", text, onRedis(client, redis, Limits.parse(text)));
      }
    } finally {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  private static String onRedis(
      RedisClient client, RedisCommands<String, String> redis, Limits limits) {
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(client, limits)
            .withKeyPrefix("heap")
            .withTimeout(Duration.ofSeconds(10))
            .build()) {
      String one = "api-key-" + REDIS_KEYS;
      check(limiter, one);
      String name = redis.keys("heap:*").get(0);
      long first = redis.memoryUsage(name);
      for (int i = 1; i < 10; i++) {
        check(limiter, one);
      }
      long tenth = redis.memoryUsage(name);
      long before = usedBy(redis);
      for (int from = 0; from < REDIS_KEYS; from += 500) {
        CompletableFuture<?>[] stages = new CompletableFuture<?>[500];
        for (int i = 0; i < 500; i++) {
          stages[i] = limiter.tryAcquire("api-key-" + (from + i)).toCompletableFuture();
        }
        CompletableFuture.allOf(stages).join();
      }
      long each = Math.round((usedBy(redis) - before) / (double) REDIS_KEYS);
      redis.keys("heap:*").forEach(redis::unlink);
      return first + " | " + tenth + " | " + each;
    }
  }

  private static void check(RedisRateLimiter limiter, String key) {
    Decision decision = limiter.blocking().tryAcquire(key);
    if (!decision.isAllowed() || decision.source() != Decision.Source.REMOTE) {
      throw new IllegalStateException("not decided by Redis: " + decision);
    }
  }

  private static long usedBy(RedisCommands<String, String> redis) {
    return redis
        .info("memory")
        .lines()
        .filter(line -> line.startsWith("used_memory:"))
        .mapToLong(line -> Long.parseLong(line.substring("used_memory:".length()).trim()))
        .findFirst()
        .orElseThrow();
  }
}
