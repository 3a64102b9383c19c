package io.bartizan.benchmarks;

import io.github.bucket4j.Bucket;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.util.List;

/** The limiters in memory. */
final class LocalRows {
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
        Row.of("local-1t", "one subject, 1 thread", Measure.TIME, 2.0, ours, bucket4j),
        Row.of(
            "local-1t-best",
            "the same",
            Measure.TIME,
            1.1,
            ours,
            bucket4j,
            locked,
            resilience4j,
            guava),
        Row.of("local-clock", "the same", Measure.TIME, 0.74, ours, clock));
  }
}
