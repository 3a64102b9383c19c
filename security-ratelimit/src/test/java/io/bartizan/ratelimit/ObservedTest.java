package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObservedTest {

  private final List<String> heard = new ArrayList<>();
  private final RateLimitListener listener =
      (verb, decision) -> heard.add(verb + " " + decision.isAllowed());
  private final KeyedRateLimiter limiter =
      KeyedRateLimiter.builder(Limit.parse("1 burst, 1/h").named("hourly"), 10)
          .withTicker(new ManualTicker())
          .build();

  @Test
  void listener_hears_every_decision() throws InterruptedException {
    KeyedRateLimiter observed = Observed.of(limiter, listener);
    assertThat(observed.tryAcquire("a").isAllowed()).isTrue();
    assertThat(observed.tryAcquire("a").isAllowed()).isFalse();
    assertThat(observed.peek("a", 1).isAllowed()).isFalse();
    assertThat(observed.acquire("a", 1, Duration.ZERO).isAllowed()).isFalse();
    observed.refund("a", 1);
    assertThat(observed.reserve("a", 1, Duration.ZERO).isGranted()).isTrue();
    assertThat(heard)
        .containsExactly("TRY_ACQUIRE true", "TRY_ACQUIRE false", "RESERVE false", "RESERVE true");
  }

  @Test
  void broken_listener_changes_no_decision() {
    KeyedRateLimiter observed =
        Observed.of(
            limiter,
            (verb, decision) -> {
              throw new IllegalStateException("the registry is gone");
            });
    assertThat(observed.tryAcquire("a").isAllowed()).isTrue();
    assertThat(observed.tryAcquire("a").isAllowed()).isFalse();
    assertThat(observed.reserve("a", 1, Duration.ZERO).isGranted()).isFalse();
  }

  @Test
  void shadow_mode_records_the_refusal_and_lets_everyone_go_on() throws InterruptedException {
    KeyedRateLimiter shadow = Observed.shadow(limiter, listener);
    assertThat(shadow.tryAcquire("a").isShadowed()).isFalse();
    Decision decision = shadow.tryAcquire("a");
    assertThat(decision.isAllowed()).isTrue();
    assertThat(decision.isShadowed()).isTrue();
    assertThat(decision.remaining()).isZero();
    assertThat(decision.toString()).startsWith("shadowed 1 of hourly");
    assertThat(shadow.reserve("a", 1, Duration.ofDays(9)).decision().isShadowed()).isFalse();
    assertThat(shadow.acquire("a", 5, Duration.ofDays(9)).isShadowed()).isTrue();
    assertThat(heard)
        .containsExactly("TRY_ACQUIRE true", "TRY_ACQUIRE false", "RESERVE true", "RESERVE false");
    assertThat(limiter.peek("a", 1).isAllowed()).isFalse();
  }

  @Test
  void one_subject_is_observed_alike() {
    RateLimiter one = Observed.shadow(RateLimiter.of(Limit.parse("1/h fixed")), listener);
    assertThat(one.tryAcquire().isShadowed()).isFalse();
    assertThat(one.tryAcquire().isShadowed()).isTrue();
    one.change(Limits.parse("2/h fixed"));
    assertThat(one.peek(1).isShadowed()).isFalse();
    assertThat(heard).containsExactly("TRY_ACQUIRE true", "TRY_ACQUIRE false");
  }

  @Test
  void metrics_count_by_limit_outcome_and_source_and_never_by_key() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    KeyedRateLimiter counted = Observed.of(limiter, RateLimitMetrics.of(registry, "api"));
    for (int i = 0; i < 3; i++) {
      Decision unused = counted.tryAcquire("secret-key");
    }
    assertThat(count(registry, "allowed")).isEqualTo(1);
    assertThat(count(registry, "refused")).isEqualTo(2);
    assertThat(registry.getMeters())
        .extracting(Meter::getId)
        .noneMatch(id -> id.toString().contains("secret-key"));
  }

  @Test
  void metrics_stay_bounded_when_limits_are_made_without_end() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    RateLimitMetrics metrics = RateLimitMetrics.of(registry, "api");
    for (int i = 0; i < 1000; i++) {
      Limit limit = Limit.parse("1/h fixed").named("plan" + i);
      metrics.onDecision(RateLimitListener.Verb.TRY_ACQUIRE, RateLimiter.of(limit).tryAcquire());
    }
    assertThat(registry.getMeters()).hasSize(RateLimitMetrics.MAX_SERIES + 1);
    assertThat(registry.get("bartizan.ratelimit.decisions").tag("limit", "other").counter().count())
        .isEqualTo(1000.0 - RateLimitMetrics.MAX_SERIES);
  }

  @Test
  void held_permits_are_a_gauge() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    ConcurrencyLimiter concurrency = ConcurrencyLimiter.of(5);
    RateLimitMetrics unused = RateLimitMetrics.of(registry, "jobs").gauge(concurrency);
    assertThat(concurrency.tryAcquire(2)).isPresent();
    assertThat(registry.get("bartizan.ratelimit.held").gauge().value()).isEqualTo(2.0);
  }

  private static double count(SimpleMeterRegistry registry, String outcome) {
    return registry
        .get("bartizan.ratelimit.decisions")
        .tags("limiter", "api", "limit", "hourly", "outcome", outcome, "source", "memory")
        .counter()
        .count();
  }
}
