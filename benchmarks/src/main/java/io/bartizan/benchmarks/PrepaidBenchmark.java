package io.bartizan.benchmarks;

import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.prepaid.PrepaidRateLimiter;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Our limiter on Redis with lots taken ahead, or without; what is not admitted fails. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PrepaidBenchmark {
  private static final int THREADS = 32;
  private static final Duration LENGTH = Duration.ofMillis(500);

  @Param({"redis://127.0.0.1:6379"})
  public String redis = "";

  @Param({"leased", "coalesced"})
  public String way = "leased";

  private @Nullable RedisClient client;
  private @Nullable RedisRateLimiter plain;
  private @Nullable PrepaidRateLimiter leasing;
  private @Nullable KeyedRateLimiter blocking;

  /** The result: JMH prints and publishes it beside the time, which means nothing here. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Cpu {
    public double redisMillisPerMillion;
  }

  @Setup
  public void connect() throws InterruptedException {
    client = RedisClient.create(redis);
    plain =
        RedisRateLimiter.builder(client, Plenty.of("tokenBucket").named("bench"))
            .withTimeout(Duration.ofSeconds(10))
            .build();
    leasing = way.equals("leased") ? PrepaidRateLimiter.of(plain) : null;
    AsyncKeyedRateLimiter asked = leasing == null ? plain : leasing;
    blocking = asked.blocking();
    // A busy machine connects late; a limiter that begins without Redis measures something else.
    for (int i = 0; i < 300 && isAway(blocking.peek("one", 1)); i++) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private static boolean isAway(Decision decision) {
    return decision.source() != Decision.Source.REMOTE;
  }

  @TearDown
  public void disconnect() {
    if (leasing != null) {
      leasing.close();
    }
    if (plain != null && client != null) {
      plain.close();
      client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
  }

  @Benchmark
  @SuppressWarnings("NullAway") // set up by JMH
  public boolean tryAcquire() {
    return admitted(blocking.tryAcquire("one", 1));
  }

  /** Half a second of 32 threads; what Redis has used of its processor, for a million decisions. */
  @Benchmark
  @SuppressWarnings("NullAway")
  public long redisCpu(Cpu cpu) throws InterruptedException {
    LongAdder decisions = new LongAdder();
    try (RedisGauge gauge = RedisGauge.of(client)) {
      RedisMeter.Reading before = gauge.read();
      long end = System.nanoTime() + LENGTH.toNanos();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Thread thread = new Thread(() -> decisions.add(decideUntil(end)));
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      RedisMeter.Reading after = gauge.read();
      double millis = (after.cpuSeconds() - before.cpuSeconds()) * 1e3;
      cpu.redisMillisPerMillion = millis * 1e6 / decisions.sum();
    }
    return decisions.sum();
  }

  @SuppressWarnings("NullAway")
  private long decideUntil(long endNanos) {
    long count = 0;
    while (System.nanoTime() - endNanos < 0) {
      count += admitted(blocking.tryAcquire("one", 1)) ? 1 : 0;
    }
    return count;
  }

  private static boolean admitted(Decision decision) {
    if (!decision.isAllowed()
        || (decision.source() != Decision.Source.REMOTE
            && decision.source() != Decision.Source.PREPAID)) {
      throw new IllegalStateException("not admitted by Redis: " + decision);
    }
    return true;
  }
}
