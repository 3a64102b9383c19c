package io.bartizan.ratelimit.adaptive;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * Shows in Micrometer (an optional dependency) which limit was found, and what it costs.
 *
 * <pre>{@code
 * AdaptiveMetrics metrics = AdaptiveMetrics.of(registry, "downstream").watch(limiter);
 * }</pre>
 *
 * <p>With the tag {@code name}: the gauges {@code bartizan.ratelimit.adaptive.limit}, {@code .held}
 * (permits), {@code .waiting} (callers) and {@code .unqueued} (seconds that unqueued work takes),
 * and the counters {@code .refused} with the tag {@code priority}. Thread-safe.
 */
public final class AdaptiveMetrics {

  private static final String PREFIX = "bartizan.ratelimit.adaptive.";

  private final MeterRegistry registry;
  private final String name;

  private AdaptiveMetrics(MeterRegistry registry, String name) {
    this.registry = Objects.requireNonNull(registry, "registry");
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException("name is not 1 to 64 characters of A-Za-z0-9._-");
    }
    this.name = name;
  }

  /**
   * Meters under a name.
   *
   * @param registry where the meters live
   * @param name the tag {@code name}: 1 to 64 characters of {@code A-Za-z0-9._-}
   * @return meters of nothing yet
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code name} is outside its form
   */
  public static AdaptiveMetrics of(MeterRegistry registry, String name) {
    return new AdaptiveMetrics(registry, name);
  }

  /**
   * Shows a limiter.
   *
   * @param limiter the limiter; it is not kept alive by the meters
   * @return this
   * @throws NullPointerException if {@code limiter} is null
   */
  @CanIgnoreReturnValue
  public AdaptiveMetrics watch(AdaptiveConcurrencyLimiter limiter) {
    Objects.requireNonNull(limiter, "limiter");
    gauge(limiter, "limit", "Limit that holds now", AdaptiveConcurrencyLimiter::limit);
    gauge(limiter, "held", "Permits that are held", AdaptiveConcurrencyLimiter::held);
    gauge(limiter, "waiting", "Callers that wait", AdaptiveConcurrencyLimiter::waiting);
    gauge(
        limiter,
        "unqueued",
        "Seconds that work takes which does not queue",
        its -> its.unqueuedLatency().toNanos() / 1e9);
    for (Priority priority : Priority.values()) {
      FunctionCounter unused =
          FunctionCounter.builder(PREFIX + "refused", limiter, its -> its.refused(priority))
              .description("Work that was refused")
              .tag("name", name)
              .tag("priority", priority.name().toLowerCase(Locale.ROOT))
              .register(registry);
    }
    return this;
  }

  private void gauge(
      AdaptiveConcurrencyLimiter limiter,
      String meter,
      String words,
      ToDoubleFunction<AdaptiveConcurrencyLimiter> of) {
    Gauge unused =
        Gauge.builder(PREFIX + meter, limiter, of)
            .description(words)
            .tag("name", name)
            .register(registry);
  }

  @Override
  public String toString() {
    return "AdaptiveMetrics[" + name + "]";
  }
}
