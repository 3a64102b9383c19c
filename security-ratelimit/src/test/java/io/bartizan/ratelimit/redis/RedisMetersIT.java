package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.RateLimitMetrics;
import io.bartizan.tests.Eventually;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisMetersIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension final RedisFixture redis = new RedisFixture();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private double gauge(String name) {
    return registry.get("bartizan.ratelimit." + name).tag("name", "api").gauge().value();
  }

  private double decided(Source source) {
    return registry
        .find("bartizan.ratelimit.decisions")
        .tag("source", source.name().toLowerCase(java.util.Locale.ROOT))
        .counters()
        .stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Test
  void RL14_meters_show_breaker_pending_latency_and_sources() {
    RateLimitMetrics metrics = RateLimitMetrics.of(registry, "api");
    try (RedisRateLimiter limiter =
        RedisRateLimiter.builder(redis.proxied(), Limit.parse("100 burst, 100/h").named("m"))
            .withListener(metrics)
            .withTimeout(Duration.ofMillis(300))
            .build()) {
      RateLimitMetrics unused = metrics.watch(limiter);
      for (int i = 0; i < 10; i++) {
        assertThat(limiter.blocking().tryAcquire("k").source()).isEqualTo(Source.REMOTE);
      }
      Eventually.within(SOON, "all are told", () -> decided(Source.REMOTE) == 10);
      var answers = registry.get("bartizan.ratelimit.server.answers").timer();
      assertThat(answers.count()).isGreaterThanOrEqualTo(10);
      assertThat(answers.mean(java.util.concurrent.TimeUnit.SECONDS)).isBetween(1e-6, 10.0);
      assertThat(gauge("servers.away")).isZero();
      assertThat(gauge("health")).isEqualTo(1);
      redis.proxy().stall();
      var stage = limiter.tryAcquire("k").toCompletableFuture();
      assertThat(gauge("pending")).isEqualTo(1);
      assertThat(stage.join().source()).isEqualTo(Source.FAILED_CLOSED);
      for (int i = 0; i < 5; i++) {
        assertThat(limiter.blocking().tryAcquire("k").isAllowed()).isFalse();
      }
      Eventually.within(SOON, "it is away", () -> gauge("servers.away") == 1);
      assertThat(gauge("health")).isZero();
      // Listeners hear of a decision after its stage completed.
      Eventually.within(SOON, "all are told", () -> decided(Source.FAILED_CLOSED) == 6);
      redis.proxy().restore();
      Eventually.within(SOON, "it is back", () -> gauge("servers.away") == 0);
    }
  }
}
