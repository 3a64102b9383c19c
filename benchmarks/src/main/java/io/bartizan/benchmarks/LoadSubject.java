package io.bartizan.benchmarks;

import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.prepaid.PrepaidRateLimiter;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A limiter on Redis that can be put under load: ours or Bucket4j's, in one of its ways. */
record LoadSubject(String name, String algorithm, Mode mode) {
  /** How a limiter is asked to talk to Redis. */
  enum Mode {
    COALESCING("Bartizan, coalescing"),
    SINGLE("Bartizan, one call a check"),
    LEASED("Bartizan, leased permits"),
    BUCKET4J("Bucket4j, plain"),
    BUCKET4J_BATCHING("Bucket4j, batching");

    private final String words;

    Mode(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /** One check of the key with this number; the stage says whether it went as planned. */
  interface Asked extends AutoCloseable {
    CompletionStage<Boolean> check(int key);

    @Override
    void close();
  }

  /** One algorithm, each way of ours. */
  static List<LoadSubject> waysOf(String algorithm) {
    return List.of(
        of(algorithm, Mode.COALESCING), of(algorithm, Mode.SINGLE), of(algorithm, Mode.LEASED));
  }

  /** Bucket4j's one algorithm both ways. */
  static List<LoadSubject> peers() {
    return List.of(of("tokenBucket", Mode.BUCKET4J), of("tokenBucket", Mode.BUCKET4J_BATCHING));
  }

  static LoadSubject of(String algorithm, Mode mode) {
    return new LoadSubject(mode + ", " + algorithm, algorithm, mode);
  }

  boolean isOurs() {
    return mode != Mode.BUCKET4J && mode != Mode.BUCKET4J_BATCHING;
  }

  /**
   * Opens it once a process, with limits that no load exhausts.
   *
   * @param refused the share of checks that go to limits which are used up
   */
  Asked open(RedisTarget target, String prefix, int keys, double refused) {
    List<Asked> processes = new ArrayList<>();
    for (int i = 0; i < target.processes(); i++) {
      Asked passing =
          isOurs()
              ? ours(target, i, prefix, Plenty.of(algorithm), false)
              : bucket4j(target.server(i), prefix, keys, Plenty.PERMITS, Duration.ofSeconds(1));
      processes.add(
          refused > 0 && isOurs()
              ? PartlyRefused.of(
                  passing,
                  ours(target, i, prefix + ":no", Plenty.onePerDay(algorithm), true),
                  keys,
                  refused)
              : passing);
    }
    return new Fleet(processes);
  }

  /** One process with a hundred permits an hour, so that what it stores stays for a while. */
  Asked openLasting(RedisTarget target, String prefix, int keys) {
    Rate rate = Rate.per(100, Duration.ofHours(1));
    return isOurs()
        ? ours(
            target,
            0,
            prefix,
            switch (algorithm) {
              case "slidingWindow" -> Limit.slidingWindow(rate);
              case "slidingWindowCounter" -> Limit.slidingWindowCounter(rate);
              case "fixedWindow" -> Limit.fixedWindow(rate);
              default -> Limit.tokenBucket(100, rate);
            },
            false)
        : bucket4j(target.server(0), prefix, keys, 100, Duration.ofHours(1));
  }

  private Asked ours(
      RedisTarget target, int process, String prefix, Limit limit, boolean expectsRefusal) {
    RedisRateLimiter limiter =
        target
            .limiter(process, limit)
            .withKeyPrefix(prefix)
            // The longest there is: a late answer is to be measured, not cut off.
            .withTimeout(Duration.ofSeconds(10))
            .withDenyCache(Duration.ZERO)
            .withCoalescing(mode != Mode.SINGLE)
            .build();
    PrepaidRateLimiter leasing = mode == Mode.LEASED ? PrepaidRateLimiter.of(limiter) : null;
    AsyncKeyedRateLimiter asked = leasing == null ? limiter : leasing;
    return new Asked() {
      @Override
      public CompletionStage<Boolean> check(int key) {
        return asked
            .tryAcquire(subject(key), 1)
            .thenApply(d -> d.isAllowed() != expectsRefusal && isDecided(d.source()));
      }

      @Override
      public void close() {
        if (leasing != null) {
          leasing.close();
        }
        limiter.close();
      }
    };
  }

  private static boolean isDecided(Decision.Source source) {
    return source == Decision.Source.REMOTE
        || source == Decision.Source.PREPAID
        || source == Decision.Source.DENY_CACHE;
  }

  /**
   * Set up as in {@link RedisPeerBenchmark}: one connection, expiry after refill, one proxy a key
   * made once and kept (https://bucket4j.com, "Implicit optimizations"), asynchronous.
   */
  private Asked bucket4j(
      RedisClient client, String prefix, int keys, long capacity, Duration refill) {
    StatefulRedisConnection<String, byte[]> connection =
        client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE));
    LettuceBasedProxyManager<String> manager =
        Bucket4jLettuce.casBasedBuilder(connection)
            .expirationAfterWrite(
                ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                    Duration.ofSeconds(10)))
            .build();
    BucketConfiguration limit =
        BucketConfiguration.builder()
            .addLimit(l -> l.capacity(capacity).refillGreedy(capacity, refill))
            .build();
    Optimization how =
        mode == Mode.BUCKET4J_BATCHING ? Optimizations.batching() : Optimization.NONE_OPTIMIZED;
    AsyncBucketProxy[] proxies = new AsyncBucketProxy[keys];
    for (int i = 0; i < keys; i++) {
      proxies[i] =
          manager
              .asAsync()
              .builder()
              .withOptimization(how)
              .build(prefix + ":" + subject(i), () -> CompletableFuture.completedFuture(limit));
    }
    return new Asked() {
      @Override
      public CompletionStage<Boolean> check(int key) {
        return proxies[key].tryConsume(1);
      }

      @Override
      public void close() {
        connection.close();
      }
    };
  }

  private static String subject(int key) {
    return "subject-" + key;
  }
}
