package io.bartizan.benchmarks;

import com.google.common.util.concurrent.RateLimiter;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.local.LocalBucketBuilder;
import io.github.bucket4j.local.SynchronizationStrategy;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One attempt on a limiter in memory that one subject owns: the peers and two floors. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LocalPeerBenchmark {
  /** More than any peer can be asked for in a second, so that every attempt is admitted. */
  private static final int PLENTY = 1_000_000_000;

  /** Bucket4j as its reference's first example builds it: https://bucket4j.com, quick start. */
  @State(Scope.Benchmark)
  public static class Bucket4j {
    @Param({"admit", "deny"})
    public String outcome = "admit";

    @Param({"milliseconds", "nanoseconds"})
    public String clock = "milliseconds";

    Bucket lockFree = build(SynchronizationStrategy.LOCK_FREE);
    Bucket locked = build(SynchronizationStrategy.SYNCHRONIZED);

    @Setup
    public void drain() {
      lockFree = build(SynchronizationStrategy.LOCK_FREE);
      locked = build(SynchronizationStrategy.SYNCHRONIZED);
    }

    private Bucket build(SynchronizationStrategy strategy) {
      LocalBucketBuilder builder = Bucket.builder().withSynchronizationStrategy(strategy);
      builder =
          clock.equals("nanoseconds")
              ? builder.withNanosecondPrecision()
              : builder.withMillisecondPrecision();
      if (outcome.equals("admit")) {
        return builder
            .addLimit(l -> l.capacity(PLENTY).refillGreedy(PLENTY, Duration.ofSeconds(1)))
            .build();
      }
      Bucket bucket =
          builder.addLimit(l -> l.capacity(1).refillGreedy(1, Duration.ofDays(1))).build();
      bucket.tryConsumeAsMuchAsPossible();
      return bucket;
    }
  }

  /**
   * Resilience4j with no wait: https://resilience4j.readme.io/docs/ratelimiter, "create and
   * configure a RateLimiter". Its semaphore-based sibling is not what that page builds.
   */
  @State(Scope.Benchmark)
  public static class Resilience4j {
    final io.github.resilience4j.ratelimiter.RateLimiter limiter =
        io.github.resilience4j.ratelimiter.RateLimiter.of(
            "one",
            RateLimiterConfig.custom()
                .limitForPeriod(PLENTY)
                .limitRefreshPeriod(Duration.ofSeconds(1))
                .timeoutDuration(Duration.ZERO)
                .build());
  }

  /** Guava's RateLimiter as its Javadoc makes it. */
  @State(Scope.Benchmark)
  public static class Guava {
    final RateLimiter limiter = RateLimiter.create(PLENTY);
  }

  /** What any limiter with a monotonic clock and one word of state must at least do. */
  @State(Scope.Benchmark)
  public static class Floor {
    final AtomicLong word = new AtomicLong();
  }

  @Benchmark
  public boolean bucket4j(Bucket4j state) {
    return state.lockFree.tryConsume(1);
  }

  @Benchmark
  public boolean bucket4jProbe(Bucket4j state) {
    return state.lockFree.tryConsumeAndReturnRemaining(1).isConsumed();
  }

  @Benchmark
  public boolean bucket4jSynchronized(Bucket4j state) {
    return state.locked.tryConsume(1);
  }

  @Benchmark
  public boolean resilience4j(Resilience4j state) {
    return state.limiter.acquirePermission();
  }

  @Benchmark
  public boolean guava(Guava state) {
    return state.limiter.tryAcquire();
  }

  @Benchmark
  public long nanoTime() {
    return System.nanoTime();
  }

  @Benchmark
  public boolean bareCas(Floor state) {
    long seen = state.word.get();
    return state.word.compareAndSet(seen, System.nanoTime());
  }
}
