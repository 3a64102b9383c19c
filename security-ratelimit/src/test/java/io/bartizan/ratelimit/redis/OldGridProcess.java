package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.bucket4j.Bucket4jRateLimiter;
import io.github.bucket4j.redis.lettuce.cas.LettuceBasedProxyManager;
import io.lettuce.core.RedisClient;
import java.time.Duration;

/** A JVM with a Bucket4j that is too old; prints what making a limiter throws. */
final class OldGridProcess {

  private OldGridProcess() {}

  @SuppressWarnings("deprecation") // what that Bucket4j has and the newest still has
  public static void main(String[] args) {
    RedisClient client = RedisClient.create(args[0]);
    try {
      var manager =
          LettuceBasedProxyManager.builderFor(client)
              .build()
              .withMapper((String key) -> key.getBytes(UTF_8));
      TokenBucket bucket = (TokenBucket) Limit.parse("10 burst, 10/h").named("grid");
      System.out.println(Bucket4jRateLimiter.of(manager, bucket, Duration.ofSeconds(10)));
    } catch (Throwable e) {
      System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
    } finally {
      RedisFixture.shutDown(client);
    }
  }
}
