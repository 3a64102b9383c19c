package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two definitions of one limit that meet at one subject, in memory; on Redis it is the same. */
class ChangedLimitsTest {

  private static final Instant START = Instant.parse("2026-11-28T10:00:00Z");

  private final ManualTicker ticker = new ManualTicker();

  /** One subject that is asked by two definitions. */
  private abstract static class Place {

    abstract Decision take(Limit by, long permits);

    abstract Decision peek(Limit by);

    abstract void refund(Limit by, long permits);
  }

  private Place single(Limit first) {
    RateLimiter limiter =
        RateLimiter.builder(first).withTicker(ticker).withClock(() -> START).build();
    return new Place() {
      private Limit last = first;

      private RateLimiter by(Limit limit) {
        if (!limit.equals(last)) {
          limiter.change(limit);
          last = limit;
        }
        return limiter;
      }

      @Override
      Decision take(Limit by, long permits) {
        return by(by).tryAcquire(permits);
      }

      @Override
      Decision peek(Limit by) {
        return by(by).peek();
      }

      @Override
      void refund(Limit by, long permits) {
        by(by).refund(permits);
      }
    };
  }

  private Place keyed() {
    AtomicReference<Limits> plan = new AtomicReference<>();
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(key -> plan.get(), 5)
            .withTicker(ticker)
            .withClock(() -> START)
            .build();
    return new Place() {
      @Override
      Decision take(Limit by, long permits) {
        plan.set(by.alone());
        return limiter.tryAcquire("k", permits);
      }

      @Override
      Decision peek(Limit by) {
        plan.set(by.alone());
        return limiter.peek("k");
      }

      @Override
      void refund(Limit by, long permits) {
        plan.set(by.alone());
        limiter.refund("k", permits);
      }
    };
  }

  private Place place(boolean many, Limit first) {
    return many ? keyed() : single(first);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%d burst, %d/365d",
        "%d burst, %d/365d, in steps",
        "%d/365d sliding",
        "%d/365d sliding counter",
        "%d/365d fixed",
        "%d/365d from first request",
        "%d/month in Europe/Berlin"
      })
  void RL05_larger_and_smaller_definition_admit_together_what_the_larger_does(String text) {
    Limit small = Limit.parse(text.replace("%d", "30"));
    Limit large = Limit.parse(text.replace("%d", "300"));
    for (boolean many : new boolean[] {false, true}) {
      Place place = place(many, large);
      int admitted = 0;
      for (int i = 0; i < 900; i++) {
        admitted += place.take(large, 1).isAllowed() ? 1 : 0;
        if (i % 2 == 1) {
          admitted += place.take(small, 1).isAllowed() ? 1 : 0;
        }
      }
      assertThat(admitted).isEqualTo(300);
      assertThat(place.peek(large).remaining()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%d burst, %d/1h",
        "%d burst, %d/1h, in steps",
        "%d/h sliding",
        "%d/h sliding counter",
        "%d/h fixed",
        "%d/h from first request"
      })
  void RL05_refusals_by_a_smaller_definition_destroy_nothing(String text) {
    Limit small = Limit.parse(text.replace("%d", "5"));
    Limit large = Limit.parse(text.replace("%d", "20"));
    for (boolean many : new boolean[] {false, true}) {
      Place place = place(many, large);
      assertThat(place.take(large, 12).remaining()).isEqualTo(8);
      for (int i = 0; i < 3; i++) {
        assertThat(place.take(small, 1).isAllowed()).isFalse();
        assertThat(place.peek(large).remaining()).isEqualTo(8);
      }
      place.refund(large, 12);
      assertThat(place.peek(large).remaining()).isEqualTo(20);
      assertThat(place.peek(small).remaining()).as("given back to both").isEqualTo(5);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%d burst, %d/1h",
        "%d burst, %d/1h, in steps",
        "%d/h sliding",
        "%d/h sliding counter",
        "%d/h fixed",
        "%d/h from first request"
      })
  void RL05_subject_follows_the_new_definition_alone_once_the_old_asks_no_more(String text) {
    Limit old = Limit.parse(text.replace("%d", "20"));
    Limit young = Limit.parse(text.replace("%d", "5"));
    for (boolean many : new boolean[] {false, true}) {
      Place place = place(many, old);
      assertThat(place.take(old, 20).isAllowed()).isTrue();
      assertThat(place.take(young, 1).isAllowed()).isFalse();
      for (int window = 0; window < 3; window++) {
        ticker.advance(Duration.ofHours(2));
        assertThat(place.take(young, 5).isAllowed()).isTrue();
        assertThat(place.take(young, 1).isAllowed()).isFalse();
      }
    }
  }

  /** By what a subject was counted is known until it is forgotten, however much was given back. */
  @Test
  void RL05_definitions_stay_known_where_all_was_given_back() {
    Limit large = Limit.parse("12 burst, 2/10s, in steps");
    Limit small = Limit.parse("5 burst, 2/10s, in steps");
    for (boolean many : new boolean[] {false, true}) {
      Place place = place(many, large);
      assertThat(place.take(large, 3).remaining()).isEqualTo(9);
      assertThat(place.take(small, 1).remaining()).isEqualTo(1);
      place.refund(small, 4);
      assertThat(place.take(large, 9).remaining()).isEqualTo(3);
      ticker.advance(Duration.ofSeconds(10));
      assertThat(place.peek(small).remaining()).as("its own count").isEqualTo(2);
      assertThat(place.peek(large).remaining()).isEqualTo(5);
    }
  }

  /** Whatever both let through, the larger one could have let through alone. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          20 burst, 7/3s           | 5 burst, 1/3s
          20 burst, 6/3s, in steps | 5 burst, 2/3s, in steps
          20/10s sliding           | 3/10s sliding
          20/10s sliding counter   | 3/10s sliding counter
          20/10s fixed             | 3/10s fixed
          20/10s from first request| 3/10s from first request
          20 burst, 20/7s, in steps| 6 burst, 4/2s, in steps
          20/60s sliding           | 5/15s sliding
          20/60s sliding counter   | 5/15s sliding counter
          20/60s fixed             | 5/15s fixed
          20/60s from first request| 5/15s from first request
          15/15s fixed             | 20/60s fixed
          """)
  void RL05_mix_of_two_definitions_admits_what_the_larger_alone_would(String more, String less) {
    Limit large = Limit.parse(more);
    Limit small = Limit.parse(less);
    SeededCases.check(200, random -> mix(large, small, large, random));
  }

  /** Of which one holds more and the other refills quicker. */
  @Test
  void RL05_mix_of_two_even_buckets_admits_what_one_that_does_both_would() {
    Limit deep = Limit.parse("20 burst, 2/9s");
    Limit quick = Limit.parse("4 burst, 5/3s");
    Limit both = Limit.parse("20 burst, 5/3s");
    SeededCases.check(200, random -> mix(deep, quick, both, random));
  }

  /** The smaller one is asked alone for three times as long as all of the larger one counts. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          20 burst, 1/3s           | 5 burst, 1/3s
          20 burst, 7/3s           | 5 burst, 7/3s
          20 burst, 7/3s           | 5 burst, 1/3s
          20 burst, 1/3s, in steps | 5 burst, 1/3s, in steps
          20 burst, 6/3s, in steps | 5 burst, 2/3s, in steps
          20/10s sliding           | 3/10s sliding
          20/10s sliding counter   | 3/10s sliding counter
          20/10s fixed             | 3/10s fixed
          20/10s from first request| 3/10s from first request
          20/60s sliding           | 5/2s sliding
          20/60s sliding counter   | 5/2s sliding counter
          20/60s fixed             | 5/2s fixed
          20/60s from first request| 5/2s from first request
          """)
  void RL05_larger_one_that_was_not_asked_for_long_finds_what_was_let_through(
      String more, String less) {
    Limit large = Limit.parse(more);
    Limit small = Limit.parse(less);
    Place place = single(large);
    long now = Micros.of(START);
    long end = now + 12 * large.window().toNanos() / 1000;
    Count alone = large.count(now);
    int[] admitted = new int[2];
    for (int phase = 0; now < end; phase++) {
      boolean byLarge = phase % 2 == 0;
      long phaseEnd = byLarge ? now : now + 3 * large.window().toNanos() / 1000;
      for (int i = 0; i < 40 || now < phaseEnd; i++) {
        boolean fits = alone.fits(now, 1);
        if (place.take(byLarge ? large : small, 1).isAllowed()) {
          assertThat(fits || !byLarge).as("%s more in phase %s", admitted[0], phase).isTrue();
          alone.owe(now, 1, false);
          admitted[phase % 2]++;
        }
        long pause = byLarge ? 0 : 230_000;
        ticker.advance(Duration.ofNanos(1000 * pause));
        now += pause;
      }
    }
    assertThat(admitted[0]).as("by the larger").isPositive();
    assertThat(admitted[1]).as("by the smaller").isGreaterThan(5);
  }

  /** Both are asked all the time, more often than either lets through. */
  @ParameterizedTest
  @MethodSource("io.bartizan.ratelimit.LimitKinds#texts")
  void RL05_windows_of_unlike_lengths_admit_what_the_larger_alone_does(String text) {
    unlike(Limit.parse(text.formatted(60, "min")), Limit.parse(text.formatted(1, "s")));
    unlike(Limit.parse(text.formatted(12, "5s")), Limit.parse(text.formatted(6, "3s")));
    unlike(Limit.parse(text.formatted(100, "10s")), Limit.parse(text.formatted(10, "s")));
  }

  private void unlike(Limit large, Limit small) {
    for (int first = 0; first < 4; first++) {
      Place place = place(first / 2 == 1, large);
      long now = Micros.of(START);
      Count alone = large.count(now);
      int admitted = 0;
      int most = 0;
      for (int i = 0; i < 2 * 6200; i++) {
        if (alone.fits(now, 1)) {
          alone.charge(now, 1);
          most++;
        }
        admitted += place.take(i % 2 == first % 2 ? large : small, 1).isAllowed() ? 1 : 0;
        long pause = i % 2 * 50_000L;
        ticker.advance(Duration.ofNanos(1000 * pause));
        now += pause;
      }
      assertThat(admitted).as("%s beside %s", large, small).isBetween(most * 9 / 10, most);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          20/60s fixed             | 5/15s fixed             | 45
          20/60s from first request| 5/15s from first request| 45
          20/60s sliding           | 5/15s sliding           | 45
          20 burst, 20/60s, in steps | 5 burst, 5/15s, in steps | 45
          """)
  void RL05_refusal_by_the_larger_tells_when_that_one_has_room(
      String more, String less, long seconds) {
    Limit large = Limit.parse(more);
    Limit small = Limit.parse(less);
    for (boolean many : new boolean[] {false, true}) {
      Place place = place(many, large);
      assertThat(place.take(large, 20).isAllowed()).isTrue();
      assertThat(place.take(small, 1).isAllowed()).isFalse();
      ticker.advance(Duration.ofSeconds(15));
      Decision refused = place.take(small, 5);
      assertThat(refused.isAllowed()).isFalse();
      assertThat(refused.violated()).contains(small);
      assertThat(refused.remaining()).isZero();
      assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
      assertThat(refused.resetAfter()).isGreaterThanOrEqualTo(refused.retryAfter());
      ticker.advance(refused.retryAfter().minusNanos(1000));
      assertThat(place.take(small, 5).isAllowed()).isFalse();
      ticker.advance(Duration.ofNanos(1000));
      assertThat(place.take(small, 5).isAllowed()).isTrue();
    }
  }

  /** 3/s lets through more in the long run, and never as many at once. */
  @Test
  void RL05_quicker_one_with_fewer_at_once_binds_the_slower_for_one_of_its_windows() {
    Limit quick = Limit.parse("3/s fixed");
    Limit slow = Limit.parse("100/min fixed");
    for (boolean many : new boolean[] {false, true}) {
      Place place = place(many, slow);
      assertThat(place.take(slow, 50).isAllowed()).isTrue();
      assertThat(place.take(quick, 1).isAllowed()).as("it takes over what counts").isFalse();
      ticker.advance(Duration.ofSeconds(1));
      assertThat(place.take(quick, 1).remaining()).as("bound by none").isEqualTo(2);
      Decision refused = place.take(slow, 4);
      assertThat(refused.isAllowed()).isFalse();
      assertThat(refused.isNeverAllowed()).isFalse();
      assertThat(refused.remaining()).isEqualTo(2);
      assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(1).plusNanos(1000));
      ticker.advance(refused.retryAfter().minusNanos(1000));
      assertThat(place.take(slow, 4).isAllowed()).isFalse();
      ticker.advance(Duration.ofNanos(1000));
      assertThat(place.take(slow, 40).isAllowed()).isTrue();
    }
  }

  private void mix(Limit large, Limit small, Limit most, SplittableRandom random) {
    Place place = place(random.nextBoolean(), large);
    long now = Micros.of(START);
    Count alone = most.count(now);
    int admitted = 0;
    for (int i = 0; i < 300; i++) {
      long pause = random.nextInt(3) == 0 ? random.nextLong(3_000_000) : 0;
      ticker.advance(Duration.ofNanos(1000 * pause));
      now += pause;
      boolean byLarge = i == 0 || random.nextBoolean();
      long permits = random.nextLong(1, 4);
      boolean fits = alone.fits(now, permits);
      boolean allowed = place.take(byLarge ? large : small, permits).isAllowed();
      assertThat(fits || !allowed).as("%s: admitted", i).isTrue();
      if (allowed) {
        admitted++;
        alone.charge(now, permits);
        if (random.nextInt(6) == 0) {
          place.refund(random.nextBoolean() ? large : small, permits);
          alone.refund(now, permits);
        }
      }
    }
    assertThat(admitted).isGreaterThan(20);
  }
}
