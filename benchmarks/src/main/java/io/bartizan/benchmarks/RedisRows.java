package io.bartizan.benchmarks;

import io.github.bucket4j.Bucket;
import io.lettuce.core.RedisClient;
import java.util.ArrayList;
import java.util.List;

/** The limiters on Redis; each row has a server of its own. */
final class RedisRows {
  private RedisRows() {}

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>(shared());
    rows.addAll(leased());
    return rows;
  }

  /** Lots of permits that were taken ahead; the first three rows against our own limiter. */
  private static List<Row> leased() {
    Side own = leased("tryAcquire", "coalesced").named("own, coalesced").withThreads(32);
    return List.of(
        row(
            "redis-leased-32t",
            "32 threads, one key, lots of permits taken ahead",
            Measure.RATE,
            50,
            leased("tryAcquire", "leased").withThreads(32),
            own),
        row(
            "redis-leased-p99",
            "32 threads, one key, lots of permits taken ahead, 99th percentile of a decision",
            Measure.TAIL,
            50,
            leased("tryAcquire", "leased").withThreads(32),
            own),
        row(
            "redis-leased-cpu",
            "Redis' processor for a million decisions, 32 threads, one key",
            Measure.REDIS_CPU,
            50,
            leased("redisCpu", "leased"),
            leased("redisCpu", "coalesced").named("own, coalesced")),
        row(
            "redis-leased-peer",
            "32 threads, one key; Bucket4j's delaying lets more than the limit through",
            Measure.RATE,
            2,
            leased("tryAcquire", "leased").withThreads(32),
            bucket4j("bucket4j", "delaying", 1).withThreads(32)));
  }

  private static Side leased(String method, String way) {
    return Side.of("PrepaidRateLimiter", Versions.ours(), PrepaidBenchmark.class, method)
        .with("way", way);
  }

  private static List<Row> shared() {
    return List.of(
        row(
            "redis-1t",
            "one thread, one key, latency",
            Measure.LATENCY,
            0.87,
            ours("tryAcquire", true, 1),
            peer("PING", Versions.of(RedisClient.class), "ping", "plain", 1)),
        row(
            "redis-hot-32t",
            "32 threads, one key",
            Measure.LOAD,
            50,
            ours("tryAcquire", true, 1).withThreads(32),
            bucket4j("bucket4j", "plain", 1).withThreads(32)),
        row(
            "redis-hot-batch",
            "32 threads, one key",
            Measure.LOAD,
            1.7,
            ours("tryAcquire", true, 1).withThreads(32),
            bucket4j("bucket4j", "batching", 1).withThreads(32)),
        row(
            "redis-hot-async",
            "512 checks in flight, one key",
            Measure.RATE,
            1.5,
            ours("inFlight", true, 1),
            bucket4j("bucket4jInFlight", "batching", 1)),
        row(
            "redis-spread-async",
            "512 checks in flight over 512 keys",
            Measure.RATE,
            5.5,
            ours("inFlight", true, 512),
            bucket4j("bucket4jInFlight", "plain", 512)),
        row(
            "redis-shared",
            "512 checks in flight over 20 keys: 20 limiters on one client",
            Measure.RATE,
            0.95,
            ours("inFlightTogether", true, 1).with("limiters", "20").named("20 limiters"),
            ours("inFlight", true, 20).named("own, one limiter")),
        row(
                "redis-cluster",
                "512 checks in flight over 512 keys, Cluster of 3",
                Measure.RATE,
                1.5,
                ours("inFlight", true, 512).with("cluster", "true"),
                ours("inFlight", false, 512).with("cluster", "true").named("own, batching off"))
            .on(Row.Backing.CLUSTER));
  }

  private static Row row(
      String name, String what, Measure measure, double goal, Side ours, Side peer) {
    // Ten thousands of checks a second, each through a dozen lambdas: compiled late.
    int warmth = measure == Measure.RATE ? 4 : 2;
    return Row.of(name, what, measure, goal, ours, peer).on(Row.Backing.REDIS).warmed(warmth);
  }

  private static Side ours(String method, boolean coalescing, int keys) {
    return Side.of("RedisRateLimiter", Versions.ours(), RedisLimiterBenchmark.class, method)
        .with("algorithm", "tokenBucket")
        .with("cluster", "false")
        .with("lasting", "false")
        .with("coalescing", Boolean.toString(coalescing))
        .with("limiters", "1")
        .with("keyCount", Integer.toString(keys));
  }

  private static Side bucket4j(String method, String optimization, int keys) {
    String name = "Bucket4j on Lettuce, " + optimization;
    return peer(name, Versions.of(Bucket.class), method, optimization, keys);
  }

  private static Side peer(
      String name, String version, String method, String optimization, int keys) {
    return Side.of(name, version, RedisPeerBenchmark.class, method)
        .with("optimization", optimization)
        .with("keyCount", Integer.toString(keys));
  }
}
