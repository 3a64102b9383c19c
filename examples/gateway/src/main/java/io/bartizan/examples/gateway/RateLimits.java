package io.bartizan.examples.gateway;

import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** One limit per API key, here in memory or there on Redis: the same limit, the same interface. */
final class RateLimits implements AutoCloseable {

  private static final Limit PER_KEY =
      Limit.tokenBucket(30, Rate.per(5, ChronoUnit.SECONDS)).named("per-key");

  private final String where;
  private final KeyedRateLimiter limiter;
  private final Runnable closing;

  private RateLimits(String where, KeyedRateLimiter limiter, Runnable closing) {
    this.where = where;
    this.limiter = limiter;
    this.closing = closing;
  }

  static RateLimits inMemory() {
    return new RateLimits("in memory", KeyedRateLimiter.of(PER_KEY, 100_000), () -> {});
  }

  /** Limits on a Redis that answers now; the exception's message is one sentence. */
  static RateLimits onRedis(String uri) {
    RedisURI address = RedisURI.create(uri);
    address.setTimeout(Duration.ofSeconds(3));
    RedisClient client = RedisClient.create(address);
    try {
      RedisRateLimiter limiter =
          RedisRateLimiter.of(client, PER_KEY)
              .withKeyPrefix("gateway")
              .withTimeout(Duration.ofSeconds(1))
              .build();
      Runnable closing =
          () -> {
            limiter.close();
            client.shutdown();
          };
      String shown = address.getHost() + ":" + address.getPort();
      return new RateLimits("on Redis at " + shown, limiter.blocking(), closing);
    } catch (RuntimeException e) {
      client.shutdown();
      throw e;
    }
  }

  String where() {
    return where;
  }

  KeyedRateLimiter limiter() {
    return limiter;
  }

  @Override
  public void close() {
    closing.run();
  }
}
