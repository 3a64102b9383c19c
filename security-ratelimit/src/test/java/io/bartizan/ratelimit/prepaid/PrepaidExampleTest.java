package io.bartizan.ratelimit.prepaid;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.Limit;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The examples of the Javadoc of this package and of docs/guides/prepaid.md, compiled and run. */
class PrepaidExampleTest {

  private final AsyncKeyedRateLimiter redisRateLimiter =
      new FarPlace(new VirtualTime(), Limit.parse("1000 burst, 500/s").named("api"), () -> 0)
          .client();
  private final String tenant = "acme";

  @Test
  void limiter() {
    try (PrepaidRateLimiter limiter = PrepaidRateLimiter.of(redisRateLimiter)) {
      Decision decision = limiter.blocking().tryAcquire(Key.of("tenant", tenant));
      assertThat(decision.isAllowed()).isTrue();
    }
  }

  @Test
  void options_and_meters() {
    MeterRegistry registry = new SimpleMeterRegistry();
    PrepaidRateLimiter limiter =
        PrepaidRateLimiter.builder(redisRateLimiter)
            .withHold(Duration.ofMillis(200))
            .withMaxKeys(1_000)
            .build();
    PrepaidMetrics metrics = PrepaidMetrics.of(registry, "api").watch(limiter);
    assertThat(metrics).hasToString("PrepaidMetrics[api]");
    assertThat(registry.getMeters()).hasSize(10);
    limiter.close();
  }
}
