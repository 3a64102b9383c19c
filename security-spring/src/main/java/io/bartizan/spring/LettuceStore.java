package io.bartizan.spring;

import io.bartizan.integrity.replay.redis.RedisReplayGuard;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;

/** Limiters on a Lettuce client that the application has already. */
final class LettuceStore implements SharedStore, AopInfrastructureBean {

  /** Senders of webhooks wait for seconds, and try again. */
  private static final Duration ANSWER = Duration.ofSeconds(1);

  private final Supplier<@Nullable AbstractRedisClient> clients;

  /**
   * A store.
   *
   * @param clients gives the client, or null if there is none
   */
  LettuceStore(Supplier<@Nullable AbstractRedisClient> clients) {
    this.clients = clients;
  }

  @Override
  public RedisRateLimiter.@Nullable Builder builder(Plan plan) {
    AbstractRedisClient client = clients.get();
    if (client instanceof RedisClusterClient cluster) {
      return RedisRateLimiter.builder(cluster, plan);
    }
    return client instanceof RedisClient single ? RedisRateLimiter.builder(single, plan) : null;
  }

  @Override
  public @Nullable RedisReplayGuard events(String keyPrefix) {
    AbstractRedisClient client = clients.get();
    if (client instanceof RedisClusterClient cluster) {
      return RedisReplayGuard.builder(cluster, ANSWER).withKeyPrefix(keyPrefix).build();
    }
    return client instanceof RedisClient single
        ? RedisReplayGuard.builder(single, ANSWER).withKeyPrefix(keyPrefix).build()
        : null;
  }
}
