package io.bartizan.examples.gateway;

import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One limit per API key, here in memory or there on Redis: the same limit, the same interface. */
public final class RateLimits implements AutoCloseable {

  static final Limit PER_KEY =
      Limit.tokenBucket(30, Rate.per(5, ChronoUnit.SECONDS)).named("per-key");

  static final int MAX_KEYS = 100_000;

  private static final Logger LOG = LoggerFactory.getLogger(RateLimits.class);

  private final String where;
  private final KeyedRateLimiter limiter;
  private final Runnable closing;

  private RateLimits(String where, KeyedRateLimiter limiter, Runnable closing) {
    this.where = where;
    this.limiter = limiter;
    this.closing = closing;
  }

  public static RateLimits inMemory() {
    return new RateLimits("in memory", KeyedRateLimiter.of(PER_KEY, MAX_KEYS), () -> {});
  }

  /** Limits on a Redis that answers now; the exception's message is one sentence. */
  static RateLimits onRedis(String uri) {
    RedisURI address = RedisURI.create(uri);
    address.setTimeout(Duration.ofSeconds(3));
    RedisClient client = RedisClient.create(address);
    try {
      requireAnswer(client);
      RedisRateLimiter limiter =
          RedisRateLimiter.builder(client, PER_KEY)
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

  /**
   * A limiter starts without its Redis, on its failure policy; a wrong address should stop here.
   */
  private static void requireAnswer(RedisClient client) {
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      LOG.info("Redis answers {}", connection.sync().ping());
    }
  }

  String where() {
    return where;
  }

  public KeyedRateLimiter limiter() {
    return limiter;
  }

  @Override
  public void close() {
    closing.run();
  }
}
