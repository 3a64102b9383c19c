package io.bartizan.integrity;

import io.bartizan.core.Health;
import io.bartizan.core.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts in Micrometer (an optional dependency): {@code bartizan.integrity.verifications} with the
 * tags {@code name} (this binder's), {@code kind}, {@code verifier} and {@code outcome} ({@code
 * accepted} or the reason's code), and {@code bartizan.integrity.keys} with the tags {@code name},
 * {@code source} and {@code outcome} ({@code changed} or {@code failed}).
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
