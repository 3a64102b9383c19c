package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShadowTest {

  private final List<String> heard = new ArrayList<>();
  private final RateLimitListener listener =
      (verb, decision) -> heard.add(verb + " " + decision.isAllowed());
  private final KeyedRateLimiter limiter = heard(listener);

  private static KeyedRateLimiter heard(RateLimitListener... listeners) {
    KeyedRateLimiter.Builder builder =
        KeyedRateLimiter.builder(Limit.parse("1 burst, 1/h").named("hourly"), 10)
            .withTicker(new ManualTicker());
    for (RateLimitListener each : listeners) {
      builder = builder.withListener(each);
    }
    return builder.build();
  }

  @Test
  void listener_hears_every_decision() throws InterruptedException {
    assertThat(limiter.tryAcquire("a").isAllowed()).isTrue();
    assertThat(limiter.tryAcquire("a").isAllowed()).isFalse();
    assertThat(limiter.peek("a", 1).isAllowed()).isFalse();
    assertThat(limiter.acquire("a", 1, Duration.ZERO).isAllowed()).isFalse();
    limiter.refund("a", 1);
    assertThat(limiter.reserve("a", 1, Duration.ZERO).isGranted()).isTrue();
    assertThat(heard)
        .containsExactly("TRY_ACQUIRE true", "TRY_ACQUIRE false", "RESERVE false", "RESERVE true");
    assertThat(limiter.toString()).startsWith("KeyedRateLimiter[");
    assertThat(limiter.health().detail()).isEqualTo("1 of 10 keys");
  }

  @Test
  void thrower_between_two_good_listeners_changes_nothing() throws InterruptedException {
    List<String> last = new ArrayList<>();
    for (Throwable thrown : List.of(new IllegalStateException("gone"), new AssertionError("bad"))) {
      heard.clear();
      last.clear();
      RateLimitListener broken =
          (verb, decision) -> {
            ShadowTest.<RuntimeException>sneak(thrown);
          };
      RateLimitListener good = (verb, decision) -> last.add(verb + " " + decision.isAllowed());
      KeyedRateLimiter keyed = heard(listener, broken, good);
      assertThat(keyed.tryAcquire("a").isAllowed()).isTrue();
      assertThat(keyed.tryAcquire("a").isAllowed()).isFalse();
      assertThat(keyed.reserve("a", 1, Duration.ZERO).isGranted()).isFalse();
      assertThat(keyed.acquire("b", 1, Duration.ZERO).isAllowed()).isTrue();
      RateLimiter one =
          RateLimiter.builder(Limit.parse("1/h fixed"))
              .withListener(listener)
              .withListener(broken)
              .withListener(good)
              .build();
      assertThat(one.tryAcquire().isAllowed()).isTrue();
      assertThat(one.tryAcquire().isAllowed()).isFalse();
      assertThat(heard)
          .containsExactly(
              "TRY_ACQUIRE true",
              "TRY_ACQUIRE false",
              "RESERVE false",
              "RESERVE true",
              "TRY_ACQUIRE true",
              "TRY_ACQUIRE false");
      assertThat(last).isEqualTo(heard);
    }
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void sneak(Throwable thrown) throws X {
    throw (X) thrown;
  }

  @Test
  void shadow_mode_records_the_refusal_and_lets_everyone_go_on() throws InterruptedException {
    KeyedRateLimiter shadow = Shadow.of(limiter);
    assertThat(shadow.tryAcquire("a").isShadowed()).isFalse();
    Decision decision = shadow.tryAcquire("a");
    assertThat(decision.isAllowed()).isTrue();
    assertThat(decision.isShadowed()).isTrue();
    assertThat(decision.remaining()).isZero();
    assertThat(decision.toString()).startsWith("shadowed 1 of hourly");
    assertThat(shadow.peek("a").isShadowed()).isTrue();
    assertThat(shadow.reserve("a", 1, Duration.ofDays(9)).decision().isShadowed()).isFalse();
    assertThat(shadow.acquire("a", 5, Duration.ofDays(9)).isShadowed()).isTrue();
    assertThat(heard)
        .containsExactly("TRY_ACQUIRE true", "TRY_ACQUIRE false", "RESERVE true", "RESERVE false");
    assertThat(limiter.peek("a", 1).isAllowed()).isFalse();
    assertThat(shadow.toString()).startsWith("Shadow[KeyedRateLimiter[");
    assertThat(shadow.health()).isEqualTo(limiter.health());
  }

  @Test
  void charge_is_told_as_such_and_shadowed_where_nothing_is_left() {
    KeyedRateLimiter shadow = Shadow.of(limiter);
    Decision owes = shadow.charge("a", 5);
    assertThat(owes.isAllowed()).isTrue();
    assertThat(owes.isShadowed()).isTrue();
    assertThat(owes.resetAfter()).isEqualTo(Duration.ofHours(5));
    RateLimiter one =
        Shadow.of(RateLimiter.builder(Limit.parse("3 burst, 1/h")).withListener(listener).build());
    assertThat(one.charge(2).isShadowed()).isFalse();
    assertThat(one.charge(2).isShadowed()).isTrue();
    assertThat(heard).containsExactly("CHARGE false", "CHARGE true", "CHARGE false");
  }

  @Test
  void charges_are_metered_apart_from_decisions() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    KeyedRateLimiter counted = heard(RateLimitMetrics.of(registry, "api"));
    Decision unused = counted.tryAcquire("a");
    unused = counted.charge("a", 100);
    assertThat(count(registry, "allowed")).isEqualTo(1);
    assertThat(registry.get("bartizan.ratelimit.decisions").counters()).hasSize(1);
    assertThat(
            registry
                .get("bartizan.ratelimit.charges")
                .tags("name", "api", "limit", "hourly", "outcome", "refused", "source", "memory")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void canceled_shadow_reservation_gives_nothing_back() {
    KeyedRateLimiter shadow = Shadow.of(limiter);
    assertThat(shadow.tryAcquire("a").isShadowed()).isFalse();
    Reservation slot = shadow.reserve("a", 1, Duration.ZERO);
    assertThat(slot.isGranted()).isTrue();
    assertThat(slot.delay()).isZero();
    slot.cancel();
    assertThat(limiter.peek("a").isAllowed()).isFalse();
    shadow.refund("a", 1);
    assertThat(limiter.peek("a").isAllowed()).isTrue();
  }

  @Test
  void lines_ofADryRun_haveTimeKeyPermitsAndTheTrueDecision() throws InterruptedException {
    List<String> lines = new ArrayList<>();
    Instant now = Instant.parse("2026-11-29T01:40:00.250000999Z");
    KeyedRateLimiter shadow = Shadow.of(limiter, lines::add, InstantSource.fixed(now));

    assertThat(shadow.tryAcquire("a").isAllowed()).isTrue();
    assertThat(shadow.tryAcquire("a").isShadowed()).isTrue();
    assertThat(shadow.peek("a").isShadowed()).isTrue();
    assertThat(shadow.charge("b", 3).isAllowed()).isTrue();
    assertThat(shadow.reserve("a", 1, Duration.ZERO).isGranted()).isTrue();
    assertThat(shadow.acquire("c\"\\\n\u2028\u00e9", 1, Duration.ZERO).isAllowed()).isTrue();
    shadow.refund("a", 1);

    String start = "{\"time\":\"2026-11-29T01:40:00.250Z\",\"key\":";
    assertThat(lines)
        .containsExactly(
            start + "\"a\",\"permits\":1,\"allowed\":true,\"limit\":\"hourly\"}",
            start + "\"a\",\"permits\":1,\"allowed\":false,\"limit\":\"hourly\"}",
            start + "\"b\",\"permits\":3,\"allowed\":false,\"limit\":\"hourly\"}",
            start + "\"a\",\"permits\":1,\"allowed\":false,\"limit\":\"hourly\"}",
            start
                + "\"c\\\"\\\\\\u000a\\u2028\\u00e9\",\"permits\":1,\"allowed\":true,"
                + "\"limit\":\"hourly\"}");
    assertThat(heard).hasSize(5);
    assertThat(shadow.toString()).startsWith("Shadow[KeyedRateLimiter[");
    assertThat(shadow.health()).isEqualTo(limiter.health());
  }

  @Test
  void lines_thatCannotBeWritten_changeNoDecision() {
    KeyedRateLimiter shadow =
        Shadow.of(
            limiter,
            line -> {
              throw new IllegalStateException("disk full");
            });

    assertThat(shadow.tryAcquire("a").isShadowed()).isFalse();
    assertThat(shadow.tryAcquire("a").isShadowed()).isTrue();
    assertThat(heard).containsExactly("TRY_ACQUIRE true", "TRY_ACQUIRE false");
  }

  @Test
  void one_subject_is_shadowed_alike() throws InterruptedException {
    RateLimiter one =
        Shadow.of(RateLimiter.builder(Limit.parse("1 burst, 1/h")).withListener(listener).build());
    assertThat(one.tryAcquire().isShadowed()).isFalse();
    assertThat(one.tryAcquire().isShadowed()).isTrue();
    assertThat(one.acquire(Duration.ZERO).isShadowed()).isTrue();
    assertThat(one.reserve(1, Duration.ZERO).decision().isShadowed()).isTrue();
    one.refund(1);
    one.change(Limits.parse("2 burst, 1/h"));
    assertThat(one.peek(1).isShadowed()).isFalse();
    assertThat(heard)
        .containsExactly("TRY_ACQUIRE true", "TRY_ACQUIRE false", "RESERVE false", "RESERVE false");
  }

  @Test
  void metrics_count_by_limit_outcome_and_source_and_never_by_key() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    KeyedRateLimiter counted = heard(RateLimitMetrics.of(registry, "api"));
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
      metrics.decided(RateLimitListener.Verb.TRY_ACQUIRE, RateLimiter.of(limit).tryAcquire());
    }
    assertThat(registry.getMeters()).hasSize(RateLimitMetrics.MAX_SERIES + 1);
    assertThat(registry.get("bartizan.ratelimit.decisions").tag("limit", "other").counter().count())
        .isEqualTo(1000.0 - RateLimitMetrics.MAX_SERIES);
  }

  @Test
  void held_permits_and_health_are_watched() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    ConcurrencyLimiter jobs = ConcurrencyLimiter.of(5);
    KeyedConcurrencyLimiter exports = KeyedConcurrencyLimiter.of(1, 1);
    RateLimitMetrics unused = RateLimitMetrics.of(registry, "jobs").watch(jobs).watch(exports);
    assertThat(value(registry, "bartizan.ratelimit.held")).isZero();
    assertThat(value(registry, "bartizan.ratelimit.health")).isEqualTo(1.0);
    assertThat(jobs.tryAcquire(2).isGranted()).isTrue();
    assertThat(exports.tryAcquire("only").isGranted()).isTrue();
    assertThat(value(registry, "bartizan.ratelimit.held")).isEqualTo(2.0);
    assertThat(value(registry, "bartizan.ratelimit.health")).isEqualTo(0.5);
  }

  private static double value(SimpleMeterRegistry registry, String gauge) {
    return registry.get(gauge).tag("name", "jobs").gauge().value();
  }

  private static double count(SimpleMeterRegistry registry, String outcome) {
    return registry
        .get("bartizan.ratelimit.decisions")
        .tags("name", "api", "limit", "hourly", "outcome", outcome, "source", "memory")
        .counter()
        .count();
  }
}
