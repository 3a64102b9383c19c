package io.bartizan.spring;

import io.bartizan.core.HealthSource;
import io.bartizan.integrity.IntegrityListener;
import io.bartizan.integrity.IntegrityMetrics;
import io.bartizan.mtls.MutualTls;
import io.bartizan.mtls.TlsListener;
import io.bartizan.mtls.TlsMetrics;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.RateLimitMetrics;
import io.bartizan.ratelimit.SharedServers;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopInfrastructureBean;

/** The modules' own meters on the application's registry; the tag {@code name} is the setting's. */
final class MicrometerMeters implements Meters, AopInfrastructureBean {

  private static final int MAX_NAME = 64;

  private final Supplier<@Nullable MeterRegistry> registries;

  /**
   * Meters.
   *
   * @param registries gives the registry, or null if there is none
   */
  MicrometerMeters(Supplier<@Nullable MeterRegistry> registries) {
    this.registries = registries;
  }

  @Override
  public Pair<RateLimitListener, HealthSource> limit(String name) {
    MeterRegistry registry = registries.get();
    if (registry == null) {
      return NONE.limit(name);
    }
    RateLimitMetrics metrics = RateLimitMetrics.of(registry, tag(name));
    return new Pair<>(
        metrics,
        limiter -> {
          if (limiter instanceof SharedServers servers) {
            metrics.watch(servers);
          } else {
            metrics.watch(limiter);
          }
        });
  }

  @Override
  public Pair<TlsListener, MutualTls> tls(String name) {
    MeterRegistry registry = registries.get();
    if (registry == null) {
      return NONE.tls(name);
    }
    TlsMetrics metrics = TlsMetrics.of(registry, tag(name));
    return new Pair<>(metrics, metrics::watch);
  }

  @Override
  public Pair<IntegrityListener, HealthSource> jwt() {
    return integrity("jwt", "jwks");
  }

  @Override
  public Pair<IntegrityListener, HealthSource> webhook(String name) {
    return integrity(tag(name), "events");
  }

  private Pair<IntegrityListener, HealthSource> integrity(String name, String watched) {
    MeterRegistry registry = registries.get();
    if (registry == null) {
      return NONE.jwt();
    }
    IntegrityMetrics metrics = IntegrityMetrics.of(registry, name);
    return new Pair<>(metrics, source -> metrics.watch(source, watched));
  }

  /** A name within the form of the tag. */
  private static String tag(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "-");
    return plain.length() <= MAX_NAME ? plain : plain.substring(0, MAX_NAME);
  }
}
