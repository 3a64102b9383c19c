package io.bartizan.benchmarks;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.github.bucket4j.Bucket;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What a keyed limiter keeps of the heap once each key was asked for: heap in use after a full
 * collection, with the limiter less without it. The strings of the keys were there before.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class KeyedHeapBenchmark {
  private static final long CAPACITY = 100;
  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

  @Param({"1000", "10000", "100000", "1000000"})
  public int keyCount = 1_000;

  private String[] keys = new String[0];

  /** The result: JMH prints and publishes it beside the time, which means nothing here. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Heap {
    public double bytesPerKey;
  }

  @Setup
  public void name() {
    keys = new String[keyCount];
    for (int i = 0; i < keyCount; i++) {
      keys[i] = "api-key-" + i;
    }
    // The classes of both sides are loaded, and their metadata made, before anything is weighed.
    Object unused = limiter(1);
    unused = buckets(1);
  }

  @Benchmark
  public Object keyed(Heap heap) {
    return weighed(heap, () -> limiter(keyCount));
  }

  /** As many keys as Bucket4j's reference keeps on one node: a map of buckets, nothing evicted. */
  @Benchmark
  public Object bucket4j(Heap heap) {
    return weighed(heap, () -> buckets(keyCount));
  }

  private Object weighed(Heap heap, Supplier<Object> made) {
    long before = inUse();
    Object kept = made.get();
    heap.bytesPerKey = (double) (inUse() - before) / keyCount;
    return kept;
  }

  private Object limiter(int count) {
    KeyedRateLimiter limiter =
        KeyedRateLimiter.of(Limit.tokenBucket(CAPACITY, Rate.per(1, ChronoUnit.HOURS)), count);
    for (int i = 0; i < count; i++) {
      Decision decision = limiter.tryAcquire(keys[i]);
      if (!decision.isAllowed() || decision.source() == Decision.Source.OVERFLOW) {
        throw new IllegalStateException("no bucket of its own: " + decision);
      }
    }
    return limiter;
  }

  private Object buckets(int count) {
    ConcurrentHashMap<String, Bucket> buckets = new ConcurrentHashMap<>();
    for (int i = 0; i < count; i++) {
      Bucket bucket =
          Bucket.builder()
              .addLimit(l -> l.capacity(CAPACITY).refillGreedy(1, Duration.ofHours(1)))
              .build();
      buckets.put(keys[i], bucket);
      if (!bucket.tryConsume(1)) {
        throw new IllegalStateException("the first attempt was refused");
      }
    }
    return buckets;
  }

  private static long inUse() {
    // Twice: what only a finalizer or a cleaner held is gone after the second.
    System.gc();
    System.gc();
    return MEMORY.getHeapMemoryUsage().getUsed();
  }
}
