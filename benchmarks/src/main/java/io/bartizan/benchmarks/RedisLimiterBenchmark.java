package io.bartizan.benchmarks;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Our limiter on Redis; every check is admitted by Redis itself, else the benchmark fails. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RedisLimiterBenchmark {
  private static final long PLENTY = 1_000_000_000;

  @Param({"redis://127.0.0.1:6379"})
  public String redis = "";

  @Param({"true", "false"})
  public boolean coalescing = true;

  /** How many keys a wave is spread over. */
  @Param({"1", "512"})
  public int keyCount = 1;

  private @Nullable RedisClient client;
  private @Nullable RedisRateLimiter limiter;
  private @Nullable KeyedRateLimiter blocking;
  private Wave.Keys keys = new Wave.Keys(1);

  @Setup
  public void connect() {
    client = RedisClient.create(redis);
    limiter =
        RedisRateLimiter.of(client, Limit.tokenBucket(PLENTY, Rate.per(PLENTY, ChronoUnit.SECONDS)))
            .withTimeout(Duration.ofSeconds(10))
            .withCoalescing(coalescing)
            .build();
    blocking = limiter.blocking();
    keys = new Wave.Keys(keyCount);
  }

  @TearDown
  public void disconnect() {
    if (limiter != null && client != null) {
      limiter.close();
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  @Benchmark
  @SuppressWarnings("NullAway") // set up by JMH
  public boolean tryAcquire() {
    return admitted(blocking.tryAcquire("one", 1));
  }

  /** As many checks at once as {@link Wave} holds; one operation is one check. */
  @Benchmark
  @OperationsPerInvocation(Wave.SIZE)
  @SuppressWarnings("NullAway")
  public int wave() throws InterruptedException {
    Wave wave = new Wave();
    for (int i = 0; i < Wave.SIZE; i++) {
      limiter
          .tryAcquire(keys.get(i), 1)
          .whenComplete((decision, e) -> wave.done(e == null && admitted(decision)));
    }
    return wave.await();
  }

  private static boolean admitted(Decision decision) {
    if (!decision.allowed() || decision.source() != Decision.Source.REMOTE) {
      throw new IllegalStateException("not admitted by Redis: " + decision);
    }
    return true;
  }
}
