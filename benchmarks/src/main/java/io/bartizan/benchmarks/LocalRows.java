package io.bartizan.benchmarks;

import io.github.bucket4j.Bucket;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.util.List;

/** The limiters in memory. */
final class LocalRows {
  /** Bucket4j is compiled for the last time after one to two seconds. */
  private static final int WARMTH = 3;

  private LocalRows() {}

  static List<Row> rows() {
    Side bucket4j =
        Side.of("Bucket4j", Versions.of(Bucket.class), LocalPeerBenchmark.class, "bucket4j")
            .with("outcome", "admit")
            .with("clock", "milliseconds");
    Side locked =
        Side.of(
                "Bucket4j synchronized",
                Versions.of(Bucket.class),
                LocalPeerBenchmark.class,
                "bucket4jSynchronized")
            .with("outcome", "admit")
            .with("clock", "milliseconds");
    Side resilience4j =
        Side.of(
            "Resilience4j",
            Versions.of(RateLimiter.class),
            LocalPeerBenchmark.class,
            "resilience4j");
    Side guava =
        Side.of(
            "Guava",
            Versions.of(com.google.common.util.concurrent.RateLimiter.class),
            LocalPeerBenchmark.class,
            "guava");
    Side clock = Side.of("System.nanoTime", Versions.jdk(), LocalPeerBenchmark.class, "nanoTime");
    Side ours =
        Side.of("token bucket", Versions.ours(), LocalLimiterBenchmark.class, "tryAcquire")
            .with("algorithm", "tokenBucket")
            .with("outcome", "admit");
    return List.of(
        alone("local-1t", "one subject, 1 thread", 1.3, ours, bucket4j),
        alone("local-1t-best", "the same", 1.05, ours, bucket4j, locked, resilience4j, guava),
        alone("local-clock", "the same", 0.78, ours, clock),
        Row.of(
            "local-2t",
            "one subject, 2 threads",
            Measure.TIME,
            1.5,
            ours.withThreads(2),
            bucket4j.withThreads(2),
            locked.withThreads(2),
            resilience4j.withThreads(2),
            guava.withThreads(2)),
        keyed(
            "keyed-1t", "10 000 keys, 1 thread", Measure.PROCESSOR_TIME, 2.0, 10_000, "uniform", 1),
        heap(),
        keyed(
            "keyed-rate",
            "1 million keys, Zipf 1.0, 2 threads",
            Measure.RATE,
            4.0,
            1_000_000,
            "zipf",
            2));
  }

  private static Row alone(String name, String what, double goal, Side ours, Side... peers) {
    return Row.of(name, what, Measure.PROCESSOR_TIME, goal, ours, peers).warmed(WARMTH);
  }

  private static Row heap() {
    return Row.of(
            "keyed-heap",
            "heap for 1 million keys, their strings not counted",
            Measure.BYTES,
            10,
            Side.of("keyed limiter", Versions.ours(), KeyedHeapBenchmark.class, "keyed")
                .with("keyCount", "1000000"),
            Side.of(
                    "Bucket4j in a ConcurrentHashMap",
                    Versions.of(Bucket.class),
                    KeyedHeapBenchmark.class,
                    "bucket4j")
                .with("keyCount", "1000000"))
        .warmed(0);
  }

  private static Row keyed(
      String name,
      String what,
      Measure measure,
      double goal,
      int keys,
      String popularity,
      int threads) {
    Side ours =
        Side.of("keyed limiter", Versions.ours(), KeyedLimiterBenchmark.class, "tryAcquire")
            .with("algorithm", "tokenBucket")
            .with("keyCount", Integer.toString(keys))
            .with("popularity", popularity)
            .withThreads(threads);
    Side peer =
        Side.of(
                "Bucket4j in a ConcurrentHashMap",
                Versions.of(Bucket.class),
                KeyedLimiterBenchmark.class,
                "bucket4j")
            .with("keyCount", Integer.toString(keys))
            .with("popularity", popularity)
            .withThreads(threads);
    return Row.of(name, what, measure, goal, ours, peer);
  }
}
