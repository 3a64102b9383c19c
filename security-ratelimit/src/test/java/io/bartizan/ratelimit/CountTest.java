package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.ratelimit.count.BucketCount;
import io.bartizan.ratelimit.count.BucketUnits;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.LogCount;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.ratelimit.count.SlidingCount;
import io.bartizan.ratelimit.count.SteppedCount;
import io.bartizan.ratelimit.count.WindowCount;
import io.bartizan.ratelimit.count.WindowEdges;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The counts themselves, call by call beside the definitions in unbounded integers. */
class CountTest {

  private static final long NOON = Micros.of(Instant.parse("2026-11-21T12:00:00Z"));

  static Stream<Limit> limits() {
    return LimiterContractTest.examples().stream();
  }

  @ParameterizedTest
  @MethodSource("limits")
  void count_says_what_the_definition_says(Limit limit) {
    SeededCases.check(
        30,
        random -> {
          long now = NOON + random.nextLong(Micros.of(limit.window()) + 1);
          Count count = limit.count(now);
          Oracle oracle = Oracle.of(limit, now);
          for (int step = 0; step < 100; step++) {
            now += pause(limit, random);
            long permits = random.nextLong(1, limit.capacity() + 2);
            boolean fits = oracle.fits(now, permits);
            assertThat(count.fits(now, permits)).as("%d of %s", permits, limit).isEqualTo(fits);
            if (fits) {
              count.charge(now, permits);
              oracle.charge(now, permits);
              if (random.nextInt(8) == 0) {
                count.refund(now, permits);
                oracle.refund(now, permits);
              }
            }
            assertThat(count.isIdle(now) && count.used(now) > 0).isFalse();
            assertThat(count.fits(now, limit.capacity() + 1)).isFalse();
            assertThat(count.fits(now, Long.MAX_VALUE)).isFalse();
            boolean now1 = count.fits(now, 1);
            Decision told =
                Decision.single(
                    limit,
                    Decision.Source.MEMORY,
                    now1,
                    1,
                    count.remaining(now),
                    Micros.nanos(count.retryMicros(now, 1)),
                    Micros.nanos(count.resetMicros(now)));
            new Definitions(oracle).check(told, now, 1);
          }
        });
  }

  private static long pause(Limit limit, SplittableRandom random) {
    long window = Micros.of(limit.window());
    return switch (random.nextInt(6)) {
      case 0 -> window;
      case 1 -> random.nextLong(2 * window);
      case 2 -> random.nextLong(Math.max(1, window / limit.capacity()) + 1);
      case 3 -> 1;
      default -> 0;
    };
  }

  /** As a shared place keeps them: the numbers alone, from which the count is made anew. */
  @Test
  void count_made_from_its_numbers_goes_on_as_the_count_itself() {
    SeededCases.check(
        200,
        random -> {
          BucketUnits units = BucketUnits.of(7, 3, 10_000);
          long now = NOON + random.nextLong(1_000_000);
          BucketCount bucket = BucketCount.of(units, now, units.first(random.nextLong(8)));
          SteppedCount stepped = SteppedCount.of(7, 3, 10_000, now, random.nextLong(8));
          WindowEdges edges =
              random.nextBoolean() ? WindowEdges.epoch(10_000) : WindowEdges.firstRequest(10_000);
          long opened = edges.startMicros(now);
          WindowCount window = WindowCount.of(7, edges, opened, random.nextLong(8));
          long[] windows = {random.nextLong(8), random.nextLong(8)};
          SlidingCount sliding = SlidingCount.of(7, 10_000, now, windows[0], windows[1]);
          long later = now + random.nextLong(3000);
          same(bucket, BucketCount.of(units, later, bucket.backlog(later)), later, random);
          same(stepped, SteppedCount.of(7, 3, 10_000, later, stepped.used(later)), later, random);
          if (later < edges.endMicros(opened)) {
            same(window, WindowCount.of(7, edges, opened, window.used(later)), later, random);
          }
          if (later / 10_000 == now / 10_000) {
            same(sliding, SlidingCount.of(7, 10_000, later, windows[0], windows[1]), later, random);
          }
        });
  }

  private static void same(Count one, Count other, long from, SplittableRandom random) {
    long now = from;
    for (int step = 0; step < 20; step++) {
      long permits = random.nextLong(1, 9);
      assertThat(other.fits(now, permits)).isEqualTo(one.fits(now, permits));
      assertThat(other.used(now)).isEqualTo(one.used(now));
      assertThat(other.remaining(now)).isEqualTo(one.remaining(now));
      assertThat(other.resetMicros(now)).isEqualTo(one.resetMicros(now));
      if (one.fits(now, permits)) {
        one.charge(now, permits);
        other.charge(now, permits);
      } else {
        assertThat(other.retryMicros(now, permits)).isEqualTo(one.retryMicros(now, permits));
      }
      now += random.nextLong(6000);
    }
  }

  @Test
  void only_buckets_promise_a_time() {
    BucketUnits units = BucketUnits.of(2, 1, 1000);
    Count[] promising = {BucketCount.of(units, NOON, 0), SteppedCount.of(2, 1, 1000, NOON, 0)};
    for (Count bucket : promising) {
      assertThat(bucket.promisesTimes()).isTrue();
      bucket.charge(NOON, 2);
      long wait = bucket.waitMicros(NOON, 2);
      assertThat(wait).isBetween(1L, 2000L);
      assertThat(bucket.waitMicros(NOON, 3)).isEqualTo(Long.MAX_VALUE);
      bucket.charge(NOON, 2);
      long mark = bucket.mark(NOON);
      bucket.cancel(NOON, 2, mark);
      assertThat(bucket.waitMicros(NOON, 2)).isEqualTo(wait);
      bucket.cancel(NOON + 10_000, 2, mark);
      assertThat(bucket.isIdle(NOON + 10_000)).isTrue();
    }
    Count[] others = {
      LogCount.of(2, 1000), SlidingCount.of(2, 1000), WindowCount.of(2, WindowEdges.epoch(1000))
    };
    for (Count window : others) {
      assertThat(window.promisesTimes()).isFalse();
      assertThatThrownBy(() -> window.waitMicros(NOON, 1))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> window.mark(NOON)).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void edges_of_calendar_windows_are_midnights() {
    ZoneId berlin = ZoneId.of("Europe/Berlin");
    long moment = Micros.of(Instant.parse("2026-10-25T12:00:00Z"));
    WindowEdges day = WindowEdges.day(berlin);
    assertThat(Micros.instant(day.startMicros(moment))).isEqualTo("2026-10-24T22:00:00Z");
    assertThat(Micros.instant(day.endMicros(day.startMicros(moment))))
        .isEqualTo("2026-10-25T23:00:00Z");
    WindowEdges month = WindowEdges.month(berlin);
    assertThat(Micros.instant(month.startMicros(moment))).isEqualTo("2026-09-30T22:00:00Z");
    assertThat(Micros.instant(month.endMicros(month.startMicros(moment))))
        .isEqualTo("2026-10-31T23:00:00Z");
    assertThat(day.isOpenedByRequest()).isFalse();
    assertThat(WindowEdges.firstRequest(5).startMicros(7)).isEqualTo(7);
    assertThat(WindowEdges.epoch(5).startMicros(-1)).isEqualTo(-5);
  }

  @Test
  void micros_round_down_and_quotients_up() {
    assertThat(Micros.of(Duration.ofNanos(1999))).isEqualTo(1);
    assertThat(Micros.of(Instant.ofEpochSecond(-1, 999_999_999))).isEqualTo(-1);
    assertThat(Micros.instant(-1)).isEqualTo(Instant.ofEpochSecond(-1, 999_999_000));
    assertThat(Micros.duration(1_000_001)).isEqualTo(Duration.ofSeconds(1, 1000));
    assertThat(Micros.nanos(Long.MAX_VALUE / 1000)).isLessThan(Long.MAX_VALUE);
    assertThat(Micros.nanos(Long.MAX_VALUE / 1000 + 1)).isEqualTo(Long.MAX_VALUE);
    assertThat(Micros.ceilDiv(0, 3)).isZero();
    assertThat(Micros.ceilDiv(3, 3)).isEqualTo(1);
    assertThat(Micros.ceilDiv(Long.MAX_VALUE, 2)).isEqualTo(Long.MAX_VALUE / 2 + 1);
  }
}
