package io.bartizan.benchmarks;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
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

  /** An open limiter: one check of the key with this number; the stage says whether it passed. */
  interface Asked extends AutoCloseable {
    CompletionStage<Boolean> check(int key);

    @Override
    void close();
  }

  /** Every algorithm of ours both ways, and Bucket4j's one both ways. */
  static List<LoadSubject> all() {
    List<LoadSubject> subjects = new ArrayList<>();
    for (String algorithm : Plenty.ALGORITHMS) {
      subjects.add(of(algorithm, Mode.COALESCING));
      subjects.add(of(algorithm, Mode.SINGLE));
    }
    subjects.add(of("tokenBucket", Mode.BUCKET4J));
    subjects.add(of("tokenBucket", Mode.BUCKET4J_BATCHING));
    return subjects;
  }

  static LoadSubject of(String algorithm, Mode mode) {
    return new LoadSubject(mode + ", " + algorithm, algorithm, mode);
  }

  boolean isOurs() {
    return mode == Mode.COALESCING || mode == Mode.SINGLE;
  }

  /** Opens it on a connection of its own, with limits that no load exhausts. */
  Asked open(RedisClient client, String prefix, int keys) {
    return isOurs()
        ? ours(client, prefix, Plenty.of(algorithm))
        : bucket4j(client, prefix, keys, Plenty.PERMITS, Duration.ofSeconds(1));
  }

  /** The same with a hundred permits an hour, so that what it stores stays for a while. */
  Asked openLasting(RedisClient client, String prefix, int keys) {
    Rate rate = Rate.per(100, Duration.ofHours(1));
    return isOurs()
        ? ours(
            client,
            prefix,
            switch (algorithm) {
              case "slidingWindow" -> Limit.slidingWindow(rate);
              case "slidingWindowCounter" -> Limit.slidingWindowCounter(rate);
              case "fixedWindow" -> Limit.fixedWindow(rate);
              default -> Limit.tokenBucket(100, rate);
            })
        : bucket4j(client, prefix, keys, 100, Duration.ofHours(1));
  }

  private Asked ours(RedisClient client, String prefix, Limit limit) {
    RedisRateLimiter limiter =
        RedisRateLimiter.builder(client, limit)
            .withKeyPrefix(prefix)
            // The longest there is: a late answer is to be measured, not cut off.
            .withTimeout(Duration.ofSeconds(10))
            .withDenyCache(Duration.ZERO)
            .withCoalescing(mode == Mode.COALESCING)
            .build();
    return new Asked() {
      @Override
      public CompletionStage<Boolean> check(int key) {
        return limiter
            .tryAcquire(subject(key), 1)
            .thenApply(d -> d.isAllowed() && d.source() == Decision.Source.REMOTE);
      }

      @Override
      public void close() {
        limiter.close();
      }
    };
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
