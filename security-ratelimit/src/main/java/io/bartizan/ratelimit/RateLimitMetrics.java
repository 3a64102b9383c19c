package io.bartizan.ratelimit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.HealthSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts decisions in Micrometer (an optional dependency): {@code bartizan.ratelimit.decisions}
 * with the tags {@code name}, {@code limit}, {@code outcome} and {@code source}.
 *
 * <pre>{@code
 * KeyedRateLimiter limiter =
 *     KeyedRateLimiter.builder(burst, 1_000_000)
 *         .withListener(RateLimitMetrics.of(registry, "api"))
 *         .build();
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
  private static final String CHARGES = "bartizan.ratelimit.charges";

  private final MeterRegistry registry;
  private final String name;
  private final ConcurrentHashMap<List<String>, Counter> series = new ConcurrentHashMap<>();
  private volatile @Nullable Timer answers;

  private RateLimitMetrics(MeterRegistry registry, String name) {
    this.registry = Objects.requireNonNull(registry, "registry");
    this.name = Names.check(name);
  }

  /**
   * A listener that counts.
   *
   * @param registry where the counters live
   * @param name the tag {@code name}: 1 to 64 characters of {@code A-Za-z0-9._-}
   * @return a listener
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code name} is outside its form
   */
  public static RateLimitMetrics of(MeterRegistry registry, String name) {
    return new RateLimitMetrics(registry, name);
  }

  /**
   * Shows the permits of a concurrency limiter that are held, as {@code bartizan.ratelimit.held}.
   *
   * @param source the limiter; it is not kept alive by the gauge
   * @return this
   * @throws NullPointerException if {@code source} is null
   */
  @CanIgnoreReturnValue
  public RateLimitMetrics watch(ConcurrencyLimiter source) {
    Objects.requireNonNull(source, "source");
    Gauge unused =
        Gauge.builder("bartizan.ratelimit.held", source, ConcurrencyLimiter::held)
            .description("Permits of concurrency limiters that are held")
            .tag("name", name)
            .register(registry);
    return this;
  }

  /**
   * Shows the state of a limiter, as {@code bartizan.ratelimit.health}: 1 up, 0.5 degraded, 0 down.
   *
   * @param source the limiter; it is not kept alive by the gauge
   * @return this
   * @throws NullPointerException if {@code source} is null
   */
  @CanIgnoreReturnValue
  public RateLimitMetrics watch(HealthSource source) {
    Objects.requireNonNull(source, "source");
    Gauge unused =
        Gauge.builder("bartizan.ratelimit.health", source, RateLimitMetrics::state)
            .description("1 if a limiter decides as configured, 0.5 if degraded, 0 if down")
            .tag("name", name)
            .register(registry);
    return this;
  }

  /**
   * Shows how a limiter's servers are, beside its health: {@code bartizan.ratelimit.servers.away},
   * which are not asked at present, and {@code bartizan.ratelimit.pending}, the calls that wait. As
   * a listener of the limiter this also times their answers, as {@code
   * bartizan.ratelimit.server.answers}; the decisions by source are among those it counts.
   *
   * @param source a limiter on Redis; it is not kept alive by the gauges
   * @return this
   * @throws NullPointerException if {@code source} is null
   */
  @CanIgnoreReturnValue
  public RateLimitMetrics watch(SharedServers source) {
    Gauge unusedAway =
        Gauge.builder(
                "bartizan.ratelimit.servers.away",
                Objects.requireNonNull(source, "source"),
                SharedServers::serversAway)
            .description("Servers of shared limiters that are not asked at present")
            .tag("name", name)
            .register(registry);
    Gauge unusedPending =
        Gauge.builder("bartizan.ratelimit.pending", source, SharedServers::pendingCalls)
            .description("Calls that wait for a server of shared limiters")
            .tag("name", name)
            .register(registry);
    return watch((HealthSource) source);
  }

  @Override
  public void serverAnswered(long nanos) {
    Timer timer = answers;
    if (timer == null) {
      timer =
          Timer.builder("bartizan.ratelimit.server.answers")
              .description("From a call to its answer by a server of shared limiters")
              .tag("name", name)
              .register(registry);
      answers = timer; // the registry gives the same one to all
    }
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  private static double state(HealthSource source) {
    return switch (source.health().status()) {
      case UP -> 1;
      case DEGRADED -> 0.5;
      case DOWN -> 0;
    };
  }

  @Override
  public void decided(Verb verb, Decision decision) {
    String outcome = decision.isAllowed() ? "allowed" : "refused";
    String source = decision.source().name().toLowerCase(Locale.ROOT);
    String meter = verb == Verb.CHARGE ? CHARGES : DECISIONS;
    List<String> tags = List.of(decision.limit().name(), outcome, source, meter);
    Counter known = series.get(tags);
    if (known == null) {
      boolean room = series.size() < MAX_SERIES;
      List<String> bounded = room ? tags : List.of("other", outcome, source, meter);
      known = series.computeIfAbsent(bounded, this::counter);
    }
    known.increment();
  }

  private Counter counter(List<String> tags) {
    boolean charged = tags.get(3).equals(CHARGES);
    return Counter.builder(tags.get(3))
        .description(
            charged
                ? "Charges after the fact; refused if they left nothing to take"
                : "Decisions of rate limiters")
        .tag("name", name)
        .tag("limit", tags.get(0))
        .tag("outcome", tags.get(1))
        .tag("source", tags.get(2))
        .register(registry);
  }

  @Override
  public String toString() {
    return "RateLimitMetrics[" + name + "]";
  }
}
