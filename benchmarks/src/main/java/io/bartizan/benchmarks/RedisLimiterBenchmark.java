package io.bartizan.benchmarks;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
  @Param({"redis://127.0.0.1:6379"})
  public String redis = "";

  @Param({"tokenBucket", "slidingWindow", "slidingWindowCounter", "fixedWindow"})
  public String algorithm = "tokenBucket";

  @Param({"true", "false"})
  public boolean coalescing = true;

  /** How many keys the checks in flight are spread over. */
  @Param({"1", "512"})
  public int keyCount = 1;

  /** Whether the URI is a node of a Redis Cluster. */
  @Param({"false", "true"})
  public boolean cluster;

  /** Whether Redis is to hold every key all the time, as with limits in use; token buckets only. */
  @Param({"false", "true"})
  public boolean lasting;

  /** How many limiters share the client; with several, each has one key. */
  @Param({"1", "20"})
  public int limiters = 1;

  private @Nullable AbstractRedisClient client;
  private @Nullable RedisRateLimiter limiter;
  private final List<RedisRateLimiter> others = new ArrayList<>();
  private @Nullable KeyedRateLimiter blocking;
  private final InFlight<Decision> checks = new InFlight<>(RedisLimiterBenchmark::admitted);
  private InFlight.Keys keys = new InFlight.Keys(1);

  @Setup
  public void connect() throws InterruptedException {
    Limit limit = lasting ? Plenty.lasting() : Plenty.of(algorithm);
    limiter = limiter(cluster ? onCluster(limit) : onServer(limit));
    for (int i = 1; i < limiters; i++) {
      others.add(limiter(another(limit.named("bench" + i))));
    }
    blocking = limiter.blocking();
    keys = new InFlight.Keys(keyCount);
    for (int met = 0; lasting && met < keyCount; met += InFlight.SIZE) {
      int unused = inFlight();
    }
  }

  private RedisRateLimiter limiter(RedisRateLimiter.Builder builder) {
    return builder.withTimeout(Duration.ofSeconds(10)).withCoalescing(coalescing).build();
  }

  private RedisRateLimiter.Builder another(Limit limit) {
    return client instanceof RedisClusterClient nodes
        ? RedisRateLimiter.builder(nodes, limit)
        : RedisRateLimiter.builder((RedisClient) Objects.requireNonNull(client), limit);
  }

  private RedisRateLimiter.Builder onServer(Limit limit) {
    RedisClient server = RedisClient.create(redis);
    client = server;
    return RedisRateLimiter.builder(server, limit.named("bench"));
  }

  private RedisRateLimiter.Builder onCluster(Limit limit) {
    RedisClusterClient nodes = RedisClusterClient.create(redis);
    client = nodes;
    return RedisRateLimiter.builder(nodes, limit.named("bench"));
  }

  @TearDown
  public void disconnect() {
    if (limiter != null && client != null) {
      limiter.close();
      others.forEach(RedisRateLimiter::close);
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  @Benchmark
  @SuppressWarnings("NullAway") // set up by JMH
  public boolean tryAcquire() {
    return admitted(blocking.tryAcquire("one", 1));
  }

  /** As many checks in flight as {@link InFlight} holds; one operation is one check. */
  @Benchmark
  @OperationsPerInvocation(InFlight.SIZE)
  @SuppressWarnings("NullAway")
  public int inFlight() {
    for (int i = 0; i < InFlight.SIZE; i++) {
      checks.add(limiter.tryAcquire(keys.next(), 1));
    }
    return InFlight.SIZE;
  }

  /** As many, dealt to the limiters in turn. */
  @Benchmark
  @OperationsPerInvocation(InFlight.SIZE)
  @SuppressWarnings("NullAway")
  public int inFlightTogether() {
    for (int i = 0; i < InFlight.SIZE; i++) {
      int next = i % limiters;
      checks.add((next == 0 ? limiter : others.get(next - 1)).tryAcquire("one", 1));
    }
    return InFlight.SIZE;
  }

  private static boolean admitted(Decision decision) {
    if (!decision.isAllowed() || decision.source() != Decision.Source.REMOTE) {
      throw new IllegalStateException("not admitted by Redis: " + decision);
    }
    return true;
  }
}
