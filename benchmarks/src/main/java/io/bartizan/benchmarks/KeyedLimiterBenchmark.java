package io.bartizan.benchmarks;

import io.bartizan.ratelimit.KeyedRateLimiter;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Attempts on many keys, each key as rich as it needs to be, so that all are admitted. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyedLimiterBenchmark {
  private static final int DRAWS = 1 << 20;

  @Param({"1000", "10000", "100000", "1000000"})
  public int keyCount = 10_000;

  /** How often each key is asked for: all alike, or Zipf's law with exponent 1. */
  @Param({"uniform", "zipf"})
  public String popularity = "uniform";

  private String[] draws = new String[0];

  /** Where a thread is in the sequence of draws. */
  @State(Scope.Thread)
  public static class Cursor {
    private int at = (int) Thread.currentThread().getId() * 7919;

    int next() {
      return at++ & (DRAWS - 1);
    }
  }

  /** Our limiter, which knows every key already and has room for as many again. */
  @State(Scope.Benchmark)
  public static class Ours {
    @Param({"tokenBucket", "slidingWindow", "slidingWindowCounter", "fixedWindow"})
    public String algorithm = "tokenBucket";

    private KeyedRateLimiter keyed = KeyedRateLimiter.of(Plenty.of(algorithm), 1);

    @Setup
    public void meet(KeyedLimiterBenchmark keys) {
      keyed = KeyedRateLimiter.of(Plenty.of(algorithm), 2 * keys.keyCount);
      for (int i = 0; i < keys.keyCount; i++) {
        if (!keyed.tryAcquire("api-key-" + i).isAllowed()) {
          throw new IllegalStateException("the first attempt was refused");
        }
      }
    }
  }

  /** Bucket4j's, likewise. */
  @State(Scope.Benchmark)
  public static class Buckets {
    private final ConcurrentHashMap<String, Bucket> byKey = new ConcurrentHashMap<>();

    @Setup
    public void meet(KeyedLimiterBenchmark keys) {
      for (int i = 0; i < keys.keyCount; i++) {
        if (!bucket("api-key-" + i).tryConsume(1)) {
          throw new IllegalStateException("the first attempt was refused");
        }
      }
    }

    /** A get before computeIfAbsent, which on JDK 17 may lock although the key is there. */
    private Bucket bucket(String key) {
      Bucket known = byKey.get(key);
      return known != null
          ? known
          : byKey.computeIfAbsent(
              key,
              k ->
                  Bucket.builder()
                      .addLimit(
                          l ->
                              l.capacity(Plenty.PERMITS)
                                  .refillGreedy(Plenty.PERMITS, Duration.ofSeconds(1)))
                      .build());
    }
  }

  @Setup
  public void draw() {
    // The callers' strings are equal to those in the maps and not the same objects.
    String[] asked = new String[keyCount];
    for (int i = 0; i < keyCount; i++) {
      asked[i] = "api-key-" + i;
    }
    double[] upTo = new double[keyCount];
    double sum = 0;
    for (int i = 0; i < keyCount; i++) {
      sum += popularity.equals("zipf") ? 1.0 / (i + 1) : 1.0;
      upTo[i] = sum;
    }
    SplittableRandom random = new SplittableRandom(1);
    draws = new String[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      int at = Arrays.binarySearch(upTo, random.nextDouble() * sum);
      draws[i] = asked[Math.min(keyCount - 1, at < 0 ? -at - 1 : at)];
    }
  }

  @Benchmark
  public boolean tryAcquire(Ours ours, Cursor cursor) {
    return ours.keyed.tryAcquire(draws[cursor.next()]).isAllowed();
  }

  @Benchmark
  public boolean bucket4j(Buckets buckets, Cursor cursor) {
    return buckets.bucket(draws[cursor.next()]).tryConsume(1);
  }
}
