package io.bartizan.ratelimit.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.RateLimitMetrics;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.bucket4j.Bucket4jRateLimiter;
import io.bartizan.tests.SeededCases;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;

/**
 * A JVM with other libraries than the module was compiled with; says which, and that all worked.
 */
final class LibrariesProcess {

  private static final Pattern VERSION = Pattern.compile("-(\\d+\\.\\d+\\.\\d+)[^/]*\\.jar$");

  private LibrariesProcess() {}

  public static void main(String[] args) throws Exception {
    RedisClient client = RedisClient.create(args[0]);
    RedisClusterClient clusterClient = RedisClusterClient.create(args[1]);
    try {
      LuaComparison both = LuaComparison.inTurn(client);
      SeededCases.check(20, random -> both.trace(random, 80));
      SeededCases.check(20, random -> both.changingTrace(random, 80));
      limits(client);
      leases(client);
      cluster(clusterClient);
      grid(client);
      System.out.println(versions() + ": works");
    } finally {
      RedisFixture.shutDown(client);
      RedisFixture.shutDown(clusterClient);
    }
  }

  /** Those of the JVM that asks. */
  static String versions() throws Exception {
    return String.format(
        "Lettuce %s, Micrometer %s, Bucket4j %s, slf4j %s",
        version(RedisClient.class),
        version(MeterRegistry.class),
        version(BucketConfiguration.class),
        version(Logger.class));
  }

  private static String version(Class<?> type) throws Exception {
    Path jar = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    Matcher matcher = VERSION.matcher(jar.toString());
    return matcher.find() ? matcher.group(1) : jar.toString();
  }

  private static void limits(RedisClient client) {
    MeterRegistry registry = new SimpleMeterRegistry();
    RateLimitMetrics metrics = RateLimitMetrics.of(registry, "api");
    Limits limits = Limits.parse("a: 10 burst, 10/h; b: 20/day in UTC");
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(client, limits)
            .withTimeout(Duration.ofSeconds(10))
            .withListener(metrics)
            .build()) {
      RateLimitMetrics unused = metrics.watch(limiter);
      limiter.ready().toCompletableFuture().join();
      KeyedRateLimiter blocking = limiter.blocking();
      assertThat(blocking.tryAcquire("k", 10).isAllowed()).isTrue();
      assertThat(blocking.tryAcquire("k").isAllowed()).isFalse();
      blocking.refund("k", 4);
      assertThat(blocking.charge("k", 2).remaining()).isEqualTo(2);
      assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
      RedisLimitKeys keys = RedisLimitKeys.of(limiter);
      assertThat(keys.list("", 100).toCompletableFuture().join().keys()).containsExactly("k");
      keys.reset("k").toCompletableFuture().join();
      assertThat(blocking.peek("k", 1).remaining()).isEqualTo(10);
    }
    assertThat(registry.getMeters()).hasSizeGreaterThan(3);
  }

  private static void leases(RedisClient client) {
    try (RedisConcurrencyLimiter limiter =
        RedisConcurrencyLimiter.builder(client, "jobs", 2, Duration.ofMinutes(1))
            .withTimeout(Duration.ofSeconds(10))
            .build()) {
      Permit both = limiter.blocking().tryAcquire("k", 2);
      assertThat(both.source()).isEqualTo(Source.REMOTE);
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isFalse();
      assertThat(both.renew().toCompletableFuture().join()).isTrue();
      both.close();
      assertThat(limiter.blocking().tryAcquire("k").isGranted()).isTrue();
    }
  }

  private static void cluster(RedisClusterClient client) {
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(client, Limit.parse("10 burst, 10/h").named("c"))
            .withTimeout(Duration.ofSeconds(10))
            .build()) {
      for (int i = 0; i < 100; i++) {
        assertThat(limiter.blocking().tryAcquire("key" + i, 7).source()).isEqualTo(Source.REMOTE);
        assertThat(limiter.blocking().peek("key" + i, 1).remaining()).isEqualTo(3);
      }
      assertThat(limiter.health().status()).isEqualTo(Health.Status.UP);
    }
  }

  private static void grid(RedisClient client) {
    TokenBucket bucket = (TokenBucket) Limit.parse("10 burst, 10/h").named("grid");
    KeyedRateLimiter limiter =
        Bucket4jRateLimiter.of(
                Bucket4jLettuce.casBasedBuilder(client)
                    .build()
                    .withMapper((String key) -> key.getBytes(UTF_8)),
                bucket,
                Duration.ofSeconds(10))
            .blocking();
    assertThat(limiter.tryAcquire("k", 9).remaining()).isEqualTo(1);
    assertThat(limiter.tryAcquire("k", 2).isAllowed()).isFalse();
    limiter.refund("k", 3);
    assertThat(limiter.charge("k", 1).remaining()).isEqualTo(3);
    assertThat(limiter.peek("k", 4).isAllowed()).isFalse();
  }
}
