package io.bartizan.benchmarks;

import io.github.bucket4j.Bucket;
import java.util.List;

/**
 * How the cost of something grows with the number of keys or files.
 *
 * @param parameter the JMH parameter that is the number
 * @param total whether a value is of one key, and the curve that of all of them
 */
record GrowthCurve(
    String name,
    String title,
    String of,
    String unit,
    Measure measure,
    String parameter,
    boolean total,
    Row.Backing backing,
    List<Side> sides) {

  static List<GrowthCurve> all() {
    return List.of(heap(), rate(), redis(), files());
  }

  private static GrowthCurve heap() {
    return new GrowthCurve(
        "keyed-heap",
        "Heap of a keyed limiter, all keys",
        "keys",
        "bytes",
        Measure.BYTES,
        "keyCount",
        true,
        Row.Backing.NONE,
        List.of(
            Side.of("Bartizan", Versions.ours(), KeyedHeapBenchmark.class, "keyed"),
            Side.of("Bucket4j", Versions.of(Bucket.class), KeyedHeapBenchmark.class, "bucket4j")));
  }

  private static GrowthCurve rate() {
    Side ours =
        Side.of("Bartizan", Versions.ours(), KeyedLimiterBenchmark.class, "tryAcquire")
            .with("algorithm", "tokenBucket");
    Side peer =
        Side.of("Bucket4j", Versions.of(Bucket.class), KeyedLimiterBenchmark.class, "bucket4j");
    return new GrowthCurve(
        "keyed-rate",
        "One check of a keyed limiter, Zipf 1.0, 2 threads",
        "keys",
        "nanoseconds",
        Measure.TIME,
        "keyCount",
        false,
        Row.Backing.NONE,
        List.of(
            ours.with("popularity", "zipf").withThreads(2),
            peer.with("popularity", "zipf").withThreads(2)));
  }

  private static GrowthCurve redis() {
    Side ours =
        Side.of("Bartizan", Versions.ours(), RedisLimiterBenchmark.class, "inFlight")
            .with("limiters", "1")
            .with("algorithm", "tokenBucket")
            .with("cluster", "false")
            .with("lasting", "true");
    return new GrowthCurve(
        "redis-spread",
        "One check on Redis, all keys stored, 512 in flight",
        "keys",
        "nanoseconds",
        Measure.TIME,
        "keyCount",
        false,
        Row.Backing.REDIS,
        List.of(
            ours.with("coalescing", "true"),
            ours.with("coalescing", "false").named("Bartizan, one call a check")));
  }

  private static GrowthCurve files() {
    return new GrowthCurve(
        "sha256-many",
        "Files of 1 MiB verified, all files",
        "files",
        "nanoseconds",
        Measure.TIME,
        "files",
        false,
        Row.Backing.NONE,
        List.of(
            Side.of("Bartizan, 2 threads", Versions.ours(), FilesBenchmark.class, "batch"),
            Side.of("read, then hash", Versions.jdk(), FilesBenchmark.class, "readThenHash")));
  }
}
