package io.bartizan.ratelimit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts decisions in Micrometer (an optional dependency): {@code bartizan.ratelimit.decisions}
 * with the tags {@code limiter}, {@code limit}, {@code outcome} and {@code source}.
 *
 * <pre>{@code
 * KeyedRateLimiter limiter =
 *     Observed.of(KeyedRateLimiter.of(burst, 1_000_000), RateLimitMetrics.of(registry, "api"));
 * }</pre>
 *
 * <p>Tags never hold a key; there are at most {@value #MAX_SERIES} series, after which further
 * limits are counted under the name {@code other}. Thread-safe; a count is a lookup and an
 * addition.
 */
public final class RateLimitMetrics implements RateLimitListener {

  /** The most series of one listener. */
  public static final int MAX_SERIES = 256;

  private static final String DECISIONS = "bartizan.ratelimit.decisions";

  private final MeterRegistry registry;
  private final String limiter;
  private final ConcurrentHashMap<List<String>, Counter> series = new ConcurrentHashMap<>();

  private RateLimitMetrics(MeterRegistry registry, String limiter) {
    this.registry = Objects.requireNonNull(registry, "registry");
    this.limiter = Names.check(limiter);
  }

  /**
   * A listener that counts.
   *
   * @param registry where the counters live
   * @param limiter the tag {@code limiter}: 1 to 64 characters of {@code A-Za-z0-9._-}
   * @return a listener
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code limiter} is outside its form
   */
  public static RateLimitMetrics of(MeterRegistry registry, String limiter) {
    return new RateLimitMetrics(registry, limiter);
  }

  /**
   * Shows the permits of a concurrency limiter that are held, as {@code bartizan.ratelimit.held}.
   *
   * @param concurrency the limiter; it is not kept alive by the gauge
   * @return this
   * @throws NullPointerException if {@code concurrency} is null
   */
  public RateLimitMetrics gauge(ConcurrencyLimiter concurrency) {
    Objects.requireNonNull(concurrency, "concurrency");
    Gauge unused =
        Gauge.builder("bartizan.ratelimit.held", concurrency, ConcurrencyLimiter::held)
            .tag("limiter", limiter)
            .register(registry);
    return this;
  }

  @Override
  public void onDecision(Verb verb, Decision decision) {
    String outcome = decision.isAllowed() ? "allowed" : "refused";
    String source = decision.source().name().toLowerCase(Locale.ROOT);
    List<String> tags = List.of(decision.limit().name(), outcome, source);
    Counter known = series.get(tags);
    if (known == null) {
      boolean room = series.size() < MAX_SERIES;
      List<String> bounded = room ? tags : List.of("other", outcome, source);
      known = series.computeIfAbsent(bounded, this::counter);
    }
    known.increment();
  }

  private Counter counter(List<String> tags) {
    return Counter.builder(DECISIONS)
        .description("Decisions of rate limiters")
        .tag("limiter", limiter)
        .tag("limit", tags.get(0))
        .tag("outcome", tags.get(1))
        .tag("source", tags.get(2))
        .register(registry);
  }

  @Override
  public String toString() {
    return "RateLimitMetrics[" + limiter + "]";
  }
}
