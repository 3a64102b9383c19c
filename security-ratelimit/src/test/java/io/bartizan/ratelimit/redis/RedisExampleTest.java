package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.bucket4j.Bucket4jRateLimiter;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The examples of the Javadoc of this package and of docs/operations/redis.md, compiled and run.
 */
class RedisExampleTest {

  private final String tenant = "acme";
  @RegisterExtension final RedisFixture redis = new RedisFixture();

  @Test
  void limiter() {
    Limit burst = Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("burst");
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.client(), burst)
            .withTimeout(Duration.ofMillis(100))
            .withFailurePolicy(FailurePolicy.localShare(4))
            .build()) {
      Decision decision = limiter.blocking().tryAcquire(Key.of("tenant", tenant));
      assertThat(decision.isAllowed()).isTrue();
    }
  }

  @Test
  void several_limits_and_a_stage() {
    Limits limits = Limits.parse("burst: 100 burst, 50/s; daily: 10000/day in Europe/Berlin");
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.client(), limits)
            .withTimeout(Duration.ofSeconds(5))
            .build()) {
      CompletionStage<Decision> later = limiter.tryAcquire(Key.of("tenant", tenant));
      assertThat(later.toCompletableFuture().join().parts()).hasSize(2);
    }
  }

  @Test
  void concurrency() {
    try (RedisConcurrencyLimiter exports =
        RedisConcurrencyLimiter.builder(redis.client(), "exports", 20, Duration.ofSeconds(30))
            .withTimeout(Duration.ofSeconds(5))
            .build()) {
      assertThat(export(exports)).isEqualTo("exported");
    }
  }

  private String export(RedisConcurrencyLimiter exports) {
    try (Permit lease = exports.blocking().tryAcquire(Key.of("tenant", tenant))) {
      if (!lease.isGranted()) {
        return "busy";
      }
      return "exported";
    }
  }

  @Test
  void long_work_under_a_lease() {
    try (RedisConcurrencyLimiter limiter =
            RedisConcurrencyLimiter.builder(redis.client(), "jobs", 1, Duration.ofSeconds(30))
                .withTimeout(Duration.ofSeconds(5))
                .build();
        Permit lease = limiter.blocking().tryAcquire("key")) {
      assertThat(lease.isGranted()).isTrue();
      int pieces = 0;
      while (pieces < 3 && lease.isHeld()) {
        pieces++;
        if (!lease.renew().toCompletableFuture().join()) {
          break;
        }
      }
      assertThat(pieces).isEqualTo(3);
    }
  }

  @Test
  void concurrency_in_memory() {
    KeyedConcurrencyLimiter exports = KeyedConcurrencyLimiter.of(2, 10_000);
    try (Permit permit = exports.tryAcquire(Key.of("tenant", tenant))) {
      assertThat(permit.isGranted()).isTrue();
    }
  }

  /** Compiled only: the grid is the application's. */
  static AsyncKeyedRateLimiter grid(ProxyManager<String> hazelcastProxyManager) {
    TokenBucket bucket = Limit.tokenBucket(100, Rate.per(50, ChronoUnit.SECONDS)).named("api");
    return Bucket4jRateLimiter.of(hazelcastProxyManager, bucket, Duration.ofMillis(100));
  }
}
