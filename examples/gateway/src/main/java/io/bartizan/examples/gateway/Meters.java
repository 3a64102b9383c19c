package io.bartizan.examples.gateway;

import io.bartizan.core.HealthSource;
import io.bartizan.integrity.IntegrityMetrics;
import io.bartizan.mtls.TlsMetrics;
import io.bartizan.ratelimit.RateLimitMetrics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** The library's meters, and a few of the service's own, in Prometheus' form. */
final class Meters {

  private static final String NAME = "gateway";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final RateLimitMetrics limits = RateLimitMetrics.of(registry, NAME);
  private final TlsMetrics tls = TlsMetrics.of(registry, NAME);
  private final TlsMetrics redisTls = TlsMetrics.of(registry, "redis");
  private final IntegrityMetrics integrity = IntegrityMetrics.of(registry, NAME);

  RateLimitMetrics limits() {
    return limits;
  }

  TlsMetrics tls() {
    return tls;
  }

  TlsMetrics redisTls() {
    return redisTls;
  }

  IntegrityMetrics integrity() {
    return integrity;
  }

  void watch(HealthSource source, String name) {
    IntegrityMetrics unused = integrity.watch(source, name);
  }

  void watch(OpenRequests open, IntSupplier busyWorkers, BooleanSupplier ready) {
    Gauge unused =
        Gauge.builder("gateway.requests.open", open, OpenRequests::count)
            .description("requests that are being answered")
            .register(registry);
    unused =
        Gauge.builder("gateway.workers.busy", busyWorkers::getAsInt)
            .description(
                "threads of %s that answer or wait for a client"
                    .formatted(ServerLimits.CONNECTIONS))
            .strongReference(true)
            .register(registry);
    unused =
        Gauge.builder("gateway.ready", () -> ready.getAsBoolean() ? 1 : 0)
            .description("1 while /readyz says 200")
            .strongReference(true)
            .register(registry);
  }

  String scrape() {
    return registry.scrape();
  }
}
