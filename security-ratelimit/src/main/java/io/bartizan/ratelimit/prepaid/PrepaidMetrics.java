package io.bartizan.ratelimit.prepaid;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * Shows in Micrometer (an optional dependency) what lots save and cost.
 *
 * <pre>{@code
 * PrepaidMetrics metrics = PrepaidMetrics.of(registry, "api").watch(limiter);
 * }</pre>
 *
 * <p>With the tag {@code name}: the counters {@code bartizan.ratelimit.prepaid.lots} (lots taken),
 * {@code .calls} (calls for lots and give-backs), {@code .fromlots} and {@code .remembered} (checks
 * that cost no call, allowed and refused), {@code .permits} with the tag {@code fate} ({@code
 * taken}, {@code used}, {@code returned}, {@code lapsed}), and the gauges {@code .held} (permits
 * held unused) and {@code .unused} (the part of all permits of lots that was not used, 0 to 1).
 * Thread-safe.
 */
public final class PrepaidMetrics {

  private static final String PREFIX = "bartizan.ratelimit.prepaid.";

  private final MeterRegistry registry;
  private final String name;

  private PrepaidMetrics(MeterRegistry registry, String name) {
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
  public static PrepaidMetrics of(MeterRegistry registry, String name) {
    return new PrepaidMetrics(registry, name);
  }

  /**
   * Shows a limiter.
   *
   * @param limiter the limiter; it is not kept alive by the meters
   * @return this
   * @throws NullPointerException if {@code limiter} is null
   */
  @CanIgnoreReturnValue
  public PrepaidMetrics watch(PrepaidRateLimiter limiter) {
    Objects.requireNonNull(limiter, "limiter");
    count(limiter, "lots", "Lots taken", PrepaidCounts::lots);
    count(limiter, "calls", "Calls for lots and give-backs", PrepaidCounts::calls);
    count(limiter, "fromlots", "Checks allowed from a lot", PrepaidCounts::fromLots);
    count(limiter, "remembered", "Checks refused from memory", PrepaidCounts::remembered);
    fate(limiter, "taken", PrepaidCounts::taken);
    fate(limiter, "used", PrepaidCounts::used);
    fate(limiter, "returned", PrepaidCounts::returned);
    fate(limiter, "lapsed", PrepaidCounts::lapsed);
    gauge(limiter, "held", "Permits of lots held unused", PrepaidCounts::held);
    gauge(limiter, "unused", "Part of all permits not used", PrepaidCounts::unusedShare);
    return this;
  }

  private void count(
      PrepaidRateLimiter limiter, String meter, String words, ToDoubleFunction<PrepaidCounts> of) {
    FunctionCounter unused =
        FunctionCounter.builder(PREFIX + meter, limiter, its -> of.applyAsDouble(its.counts()))
            .description(words)
            .tag("name", name)
            .register(registry);
  }

  private void fate(PrepaidRateLimiter limiter, String fate, ToDoubleFunction<PrepaidCounts> of) {
    FunctionCounter unused =
        FunctionCounter.builder(PREFIX + "permits", limiter, its -> of.applyAsDouble(its.counts()))
            .description("Permits of lots, by what became of them")
            .tag("name", name)
            .tag("fate", fate)
            .register(registry);
  }

  private void gauge(
      PrepaidRateLimiter limiter, String meter, String words, ToDoubleFunction<PrepaidCounts> of) {
    Gauge unused =
        Gauge.builder(PREFIX + meter, limiter, its -> of.applyAsDouble(its.counts()))
            .description(words)
            .tag("name", name)
            .register(registry);
  }

  @Override
  public String toString() {
    return "PrepaidMetrics[" + name + "]";
  }
}
