package io.bartizan.spring;

import io.bartizan.integrity.replay.redis.RedisReplayGuard;
import io.bartizan.ratelimit.Plan;
import io.bartizan.ratelimit.redis.RedisRateLimiter;
import org.jspecify.annotations.Nullable;

/** The application's Redis, if there is one; names no class of Lettuce. */
interface SharedStore {

  /** What to do without one. */
  String NONE =
      "there is no Lettuce client: add Spring Data Redis with Lettuce and"
          + " spring.data.redis.host, or a RedisClient bean; \"memory\" and \"redis\" are accepted";

  /** A builder of a limiter on it; null if there is no client. */
  RedisRateLimiter.@Nullable Builder builder(Plan plan);

  /** A memory of handled events on it; null if there is no client. */
  @Nullable RedisReplayGuard events(String keyPrefix);
}
