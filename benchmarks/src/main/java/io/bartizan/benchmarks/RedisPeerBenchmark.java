package io.bartizan.benchmarks;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.optimization.DelayParameters;
import io.github.bucket4j.distributed.proxy.optimization.Optimization;
import io.github.bucket4j.distributed.proxy.optimization.Optimizations;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.github.bucket4j.redis.lettuce.cas.LettuceBasedProxyManager;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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

/**
 * Bucket4j on Redis as its reference sets it up for Lettuce (https://bucket4j.com, "Redis
 * integration": proxy manager on one connection, expiry after refill), each proxy made once and
 * kept as "Implicit optimizations" advises; and the cheapest command there is.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RedisPeerBenchmark {
  private static final long PLENTY = 1_000_000_000;

  @Param({"redis://127.0.0.1:6379"})
  public String redis = "";

  /**
   * Bucket4j's own ways: each request alone; requests of one proxy combined; or decided here, from
   * what this proxy believes to be left, and told to Redis every half second or 1/16 of the limit.
   */
  @Param({"plain", "batching", "delaying"})
  public String optimization = "plain";

  @Param({"1", "512"})
  public int keyCount = 1;

  private @Nullable RedisClient client;
  private @Nullable StatefulRedisConnection<String, byte[]> connection;
  private @Nullable Bucket bucket;
  private final InFlight<Boolean> checks = new InFlight<>(admitted -> admitted);
  private AsyncBucketProxy[] asyncBuckets = new AsyncBucketProxy[0];

  @Setup
  public void connect() {
    client = RedisClient.create(redis);
    connection = client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
    LettuceBasedProxyManager<String> manager =
        Bucket4jLettuce.casBasedBuilder(connection)
            .expirationAfterWrite(
                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                    Duration.ofSeconds(10)))
            .build();
    BucketConfiguration limit =
        BucketConfiguration.builder()
            .addLimit(l -> l.capacity(PLENTY).refillGreedy(PLENTY, Duration.ofSeconds(1)))
            .build();
    Optimization how =
        switch (optimization) {
          case "batching" -> Optimizations.batching();
          case "delaying" ->
              Optimizations.delaying(new DelayParameters(PLENTY / 16, Duration.ofMillis(500)));
          default -> Optimization.NONE_OPTIMIZED;
        };
    bucket = manager.builder().withOptimization(how).build("one " + optimization, () -> limit);
    InFlight.Keys keys = new InFlight.Keys(keyCount);
    asyncBuckets = new AsyncBucketProxy[keys.count()];
    for (int i = 0; i < asyncBuckets.length; i++) {
      asyncBuckets[i] =
          manager
              .asAsync()
              .builder()
              .withOptimization(how)
              .build(keys.get(i), () -> CompletableFuture.completedFuture(limit));
    }
  }

  @TearDown
  public void disconnect() {
    if (client != null) {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  @Benchmark
  @SuppressWarnings("NullAway") // set up by JMH
  public boolean bucket4j() {
    if (!bucket.tryConsume(1)) {
      throw new IllegalStateException("not admitted");
    }
    return true;
  }

  @Benchmark
  @OperationsPerInvocation(InFlight.SIZE)
  public int bucket4jInFlight() {
    for (int i = 0; i < InFlight.SIZE; i++) {
      checks.add(asyncBuckets[i % asyncBuckets.length].tryConsume(1));
    }
    return InFlight.SIZE;
  }

  @Benchmark
  @SuppressWarnings("NullAway")
  public String ping() {
    return connection.sync().ping();
  }
}
