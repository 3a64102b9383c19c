package io.bartizan.ratelimit.adaptive;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Key;
import io.bartizan.ratelimit.Permit;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The examples of the Javadoc of this package and of docs/guides/adaptive.md, compiled and run. */
class AdaptiveExampleTest {

  private final String server = "a";
  private int calls;

  private record Response(int status) {}

  private Response call() {
    return new Response(calls++ == 0 ? 503 : 200);
  }

  private static Response busy() {
    return new Response(429);
  }

  private Response shed(AdaptiveConcurrencyLimiter downstream) {
    try (Permit permit = downstream.tryAcquire(Priority.LOW, 1)) {
      if (!permit.isGranted()) {
        return busy();
      }
      Response response = call();
      if (response.status() == 503) {
        permit.close(Permit.Outcome.OVERLOADED);
      }
      return response;
    }
  }

  @Test
  void downstream() {
    AdaptiveConcurrencyLimiter downstream = AdaptiveConcurrencyLimiter.of(200);
    assertThat(shed(downstream).status()).isEqualTo(503);
    assertThat(shed(downstream).status()).isEqualTo(200);
    Permit unused = downstream.tryAcquire(Priority.CRITICAL, 20);
    assertThat(shed(downstream).status()).isEqualTo(429);
  }

  @Test
  void servers() {
    AdaptiveKeyedConcurrencyLimiter servers = AdaptiveKeyedConcurrencyLimiter.of(200, 1000);
    try (Permit permit = servers.tryAcquire(Key.of("server", server))) {
      assertThat(permit.isGranted()).isTrue();
    }
  }

  @Test
  void options_and_meters() throws InterruptedException {
    MeterRegistry registry = new SimpleMeterRegistry();
    AdaptiveConcurrencyLimiter limiter =
        AdaptiveConcurrencyLimiter.builder(200)
            .withMinimum(4)
            .withInitial(40)
            .withQueue(100)
            .withShare(Priority.BULK, 20)
            .build();
    AdaptiveMetrics metrics = AdaptiveMetrics.of(registry, "downstream").watch(limiter);
    try (Permit permit = limiter.acquire(Priority.CRITICAL, 8, Duration.ofMillis(50))) {
      assertThat(permit.isGranted()).isTrue();
      assertThat(limiter.tryAcquire(Priority.BULK, 1).isGranted()).isFalse();
      assertThat(registry.get("bartizan.ratelimit.adaptive.limit").gauge().value()).isEqualTo(40);
      assertThat(registry.get("bartizan.ratelimit.adaptive.held").gauge().value()).isEqualTo(8);
      assertThat(
              registry
                  .get("bartizan.ratelimit.adaptive.refused")
                  .tags("name", "downstream", "priority", "bulk")
                  .functionCounter()
                  .count())
          .isEqualTo(1);
    }
    assertThat(metrics).hasToString("AdaptiveMetrics[downstream]");
    assertThat(registry.getMeters()).hasSize(8);
  }
}
