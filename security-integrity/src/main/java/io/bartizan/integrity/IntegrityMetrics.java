package io.bartizan.integrity;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import io.bartizan.core.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts verifications and key changes in Micrometer (an optional dependency). The meters are
 * {@code bartizan.integrity.verifications} with the tags {@code name} (this binder's), {@code
 * kind}, {@code verifier} and {@code outcome} ({@code accepted} or the reason's code), and {@code
 * bartizan.integrity.keys} with the tags {@code name}, {@code source} and {@code outcome} ({@code
 * changed} or {@code failed}).
 *
 * <pre>{@code
 * IntegrityMetrics metrics = IntegrityMetrics.of(registry, "api");
 * JwtVerifier api = JwtVerifier.builder(issuer, "my-api").withListener(metrics).build();
 * }</pre>
 *
 * <p>Names come from the application's configuration, never from what is verified; there are at
 * most {@value #MAX_SERIES} series, after which further names are counted as {@code other}.
 * Thread-safe; a count is a lookup and an addition.
 */
public final class IntegrityMetrics implements IntegrityListener {

  /** The most series of one binder that keep their own name. */
  public static final int MAX_SERIES = 256;

  private static final String VERIFICATIONS = "bartizan.integrity.verifications";
  private static final String KEYS = "bartizan.integrity.keys";

  private final MeterRegistry registry;
  private final String name;
  private final ConcurrentHashMap<List<String>, Counter> series = new ConcurrentHashMap<>();

  private IntegrityMetrics(MeterRegistry registry, String name) {
    this.registry = Objects.requireNonNull(registry, "registry");
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * A listener that counts; one serves any number of verifiers.
   *
   * @param registry where the counters live
   * @param name the value of the tag {@code name}, which tells several binders apart
   * @return a listener
   * @throws NullPointerException if an argument is null
   */
  public static IntegrityMetrics of(MeterRegistry registry, String name) {
    return new IntegrityMetrics(registry, name);
  }

  /**
   * Shows the state of keys or of a replay guard, as {@code bartizan.integrity.health}: 1 up, 0.5
   * degraded, 0 down.
   *
   * @param source what is watched; it is not kept alive by the gauge
   * @param sourceName the value of the tag {@code source}, from the application's configuration
   * @return this
   * @throws NullPointerException if an argument is null
   */
  @CanIgnoreReturnValue
  public IntegrityMetrics watch(HealthSource source, String sourceName) {
    Objects.requireNonNull(source, "source");
    Gauge unused =
        Gauge.builder("bartizan.integrity.health", source, IntegrityMetrics::state)
            .description("1 if keys or a guard serve as configured, 0.5 if degraded, 0 if down")
            .tag("name", name)
            .tag("source", Objects.requireNonNull(sourceName, "sourceName"))
            .register(registry);
    return this;
  }

  private static double state(HealthSource source) {
    return switch (source.health().status()) {
      case UP -> 1;
      case DEGRADED -> 0.5;
      case DOWN -> 0;
    };
  }

  @Override
  public void accepted(Kind kind, String name) {
    count(VERIFICATIONS, kind.name(), name, "accepted");
  }

  @Override
  public void refused(Kind kind, String name, Refusal refusal) {
    count(VERIFICATIONS, kind.name(), name, refusal.reason().code());
  }

  @Override
  public void keysChanged(String source, int usable, List<String> leftOut) {
    count(KEYS, "", source, "changed");
  }

  @Override
  public void keysFailed(String source, Health health) {
    count(KEYS, "", source, "failed");
  }

  private void count(String meter, String kind, String name, String outcome) {
    List<String> tags = List.of(meter, kind, name, outcome);
    Counter known = series.get(tags);
    if (known == null) {
      boolean room = series.size() < MAX_SERIES;
      List<String> bounded = room ? tags : List.of(meter, kind, "other", outcome);
      known = series.computeIfAbsent(bounded, this::counter);
    }
    known.increment();
  }

  private Counter counter(List<String> tags) {
    Counter.Builder counter =
        Counter.builder(tags.get(0)).tag("name", name).tag("outcome", tags.get(3));
    return tags.get(1).isEmpty()
        ? counter
            .description("Fetches of key sets that changed or failed")
            .tag("source", tags.get(2))
            .register(registry)
        : counter
            .description("Verifications of tokens, signed values and webhooks")
            .tag("kind", tags.get(1).toLowerCase(Locale.ROOT).replace('_', '-'))
            .tag("verifier", tags.get(2))
            .register(registry);
  }

  @Override
  public String toString() {
    return "IntegrityMetrics[" + name + "]";
  }
}
