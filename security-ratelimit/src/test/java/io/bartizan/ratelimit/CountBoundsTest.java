package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.count.BucketCount;
import io.bartizan.ratelimit.count.BucketUnits;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.LogCount;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.ratelimit.count.SlidingCount;
import io.bartizan.ratelimit.count.SteppedCount;
import io.bartizan.ratelimit.count.WindowCount;
import io.bartizan.ratelimit.count.WindowEdges;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The last number on each side of the bounds that the definitions do not know. */
class CountBoundsTest {

  private static final long MOST = BucketUnits.MAX_BACKLOG;
  private static final long CENTURY = 3_155_760_000_000_000L;
  private static final long NOW = 1_795_000_000_000_000L;

  @Test
  void scale_is_exact_up_to_65536_units_and_the_longest_time_to_fill() {
    assertThat(BucketUnits.of(1, 65_536, 3).isExact()).isTrue();
    assertThat(BucketUnits.of(1, 65_537, 3).isExact()).isFalse();
    assertThat(BucketUnits.of(1, 65_537, 3).perMicro()).isEqualTo(65_536);
    assertThat(BucketUnits.of(3, 3, 1L << 58).isExact()).isTrue();
    BucketUnits slow = BucketUnits.of(9, 7, 1L << 59);
    assertThat(slow.isExact()).isFalse();
    assertThat(slow.perMicro()).isEqualTo(2);
    assertThat(slow.perPermit()).isEqualTo(((1L << 60) + 6) / 7);
  }

  @Test
  void time_to_fill_is_exact_up_to_the_largest_long() {
    assertThat(BucketUnits.fillMicros(1L << 62, 1, 1)).isEqualTo(1L << 62);
    assertThat(BucketUnits.fillMicros(Long.MAX_VALUE, 1, 1)).isEqualTo(Long.MAX_VALUE);
    assertThat(BucketUnits.fillMicros(Long.MAX_VALUE, 1, 2)).isEqualTo(Long.MAX_VALUE);
    assertThat(BucketUnits.fillMicros(Long.MAX_VALUE, 2, 1)).isEqualTo(1L << 62);
  }

  @Test
  void backlog_is_what_lies_ahead_and_no_more_than_the_largest() {
    assertThat(BucketUnits.backlog(5, 5)).isZero();
    assertThat(BucketUnits.backlog(6, 5)).isEqualTo(1);
    assertThat(BucketUnits.backlog(4, 5)).isZero();
    assertThat(BucketUnits.backlog(MOST, 0)).isEqualTo(MOST);
    assertThat(BucketUnits.backlog(MOST + 1, 0)).isZero();
    assertThat(BucketUnits.backlog(Long.MIN_VALUE + 4, Long.MAX_VALUE)).as("wrapped").isEqualTo(5);
  }

  @Test
  void cost_is_a_product_up_to_the_largest_backlog() {
    BucketUnits units = BucketUnits.of(10, 1, 1_000_000);
    long fitting = MOST / 1_000_000;
    assertThat(units.cost(fitting)).isEqualTo(fitting * 1_000_000).isLessThan(MOST);
    assertThat(units.cost(fitting + 1)).isEqualTo(MOST);
    assertThat(units.cost(Long.MAX_VALUE)).isEqualTo(MOST);
  }

  @Test
  void wait_is_never_where_the_backlog_would_pass_the_largest() {
    BucketUnits units = BucketUnits.of(10, 1, 1_000_000);
    long most = MOST - 3 * units.perPermit();
    assertThat(units.waitMicros(most, 3)).isEqualTo(most - 7_000_000);
    assertThat(units.waitMicros(most + 1, 3)).isEqualTo(Long.MAX_VALUE);
    assertThat(units.waitMicros(0, 10)).isZero();
    assertThat(units.waitMicros(0, 11)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void debt_of_an_even_bucket_ends_at_its_bound_and_never_falls_by_more() {
    for (int perMicro : new int[] {1, 255, 256, 257}) {
      BucketUnits units = BucketUnits.of(2, perMicro, 1_000_000_007);
      assertThat(units.perMicro()).isEqualTo(perMicro);
      long most = units.full() + perMicro * (perMicro > 256 ? 1L << 44 : CENTURY);
      assertThat(units.owed(0, Long.MAX_VALUE)).isEqualTo(most);
      assertThat(units.owed(most, 1)).isEqualTo(most);
      assertThat(units.owed(most + 5, 1)).as("what was there stays").isEqualTo(most + 5);
      assertThat(units.owed(most - units.perPermit() - 1, 1)).isEqualTo(most - 1);
      BucketCount bucket = BucketCount.of(units, NOW, 0);
      bucket.owe(NOW, Long.MAX_VALUE, false);
      assertThat(bucket.backlog(NOW)).isEqualTo(most);
    }
  }

  @Test
  void ML02_change_to_other_units_never_passes_the_largest_backlog() {
    BucketUnits coarse = BucketUnits.of(1, 1, CENTURY);
    BucketUnits fine = BucketUnits.of(1, 65_536, 65_537);
    long backlog = coarse.full() + CENTURY;
    long converted = fine.converted(coarse, backlog);
    assertThat(converted).isBetween(MOST - fine.perMicro(), MOST);
    assertThat((converted - fine.full()) % fine.perMicro()).as("whole microseconds").isZero();
    long near = fine.converted(coarse, coarse.full() + 1000);
    assertThat(near).isEqualTo(fine.full() + 1000 * fine.perMicro());
  }

  @Test
  void charge_beyond_the_largest_backlog_stays_at_it() {
    BucketUnits units = BucketUnits.of(10, 1, 1_000_000);
    BucketCount bucket = BucketCount.of(units, NOW, MOST - 5);
    bucket.charge(NOW, 3);
    assertThat(bucket.backlog(NOW)).isEqualTo(MOST);
  }

  @Test
  void ML07_log_at_its_bound_takes_no_moment_for_permits_that_no_longer_count() {
    LogCount log = LogCount.of(2, 1000);
    log.owe(NOW, Count.MOST_OWED, false);
    log.owe(NOW + 10, 5, false);
    assertThat(log.used(NOW + 10)).isEqualTo(1_000_000_000L);
    assertThat(log.isFull(NOW + 10)).isFalse();
    assertThat(log.resetMicros(NOW + 10)).isEqualTo(990);
    LogCount free = LogCount.of(2, 1000);
    free.owe(NOW, 1, false);
    free.owe(NOW + 10, 5, false);
    assertThat(free.isFull(NOW + 10)).isTrue();
    assertThat(free.resetMicros(NOW + 10)).isEqualTo(1000);
  }

  @Test
  void debt_in_permits_ends_at_its_bound_and_what_was_there_stays() {
    long most = Count.MOST_OWED;
    for (Count count :
        List.of(
            SteppedCount.of(10, 7, 1000, NOW, 0),
            SlidingCount.of(10, 1000),
            WindowCount.of(10, WindowEdges.epoch(1000)))) {
      count.owe(NOW, 5, false);
      assertThat(count.used(NOW)).isEqualTo(5);
      count.owe(NOW, Long.MAX_VALUE, false);
      long bound = count instanceof SteppedCount ? 10 + CENTURY / 1000 * 7 : most;
      assertThat(count.used(NOW)).as("%s", count.getClass()).isEqualTo(Math.min(most, bound));
      count.charge(NOW, 9);
      long used = count.used(NOW);
      assertThat(used).isGreaterThanOrEqualTo(Math.min(most, bound) + 9);
      count.owe(NOW, 1, false);
      assertThat(count.used(NOW)).isEqualTo(used);
    }
    SteppedCount slow = SteppedCount.of(10, 7, CENTURY / 3, NOW, 0);
    slow.owe(NOW, 1_000, false);
    assertThat(slow.used(NOW)).as("three periods are a century").isEqualTo(10 + 3 * 7);
    SteppedCount wide = SteppedCount.of(10, most / 2, 1000, NOW, 0);
    wide.owe(NOW, most, false);
    assertThat(wide.used(NOW)).isEqualTo(most);
    LogCount log = LogCount.of(10, 1000);
    log.owe(NOW, most, false);
    assertThat(log.used(NOW)).isEqualTo(1_000_000_000L);
  }

  @Test
  void debt_is_kept_in_steps_when_a_change_comes_to_the_largest_count() {
    BucketUnits coarse = BucketUnits.of(1, 1, CENTURY);
    BucketCount owing = BucketCount.of(coarse, NOW, 2 * coarse.full());
    SteppedCount stepped = SteppedCount.of(9, 1_000_000_000_000L, 1000, NOW, 0);
    stepped.inherit(owing, NOW);
    assertThat(stepped.used(NOW))
        .as("as many steps as fit below the largest count")
        .isEqualTo(1 + (1L << 52) / 1_000_000_000_000L * 1_000_000_000_000L);
    SteppedCount slow = SteppedCount.of(9, 2, CENTURY / 4, NOW, 0);
    slow.inherit(owing, NOW);
    assertThat(slow.used(NOW)).isEqualTo(1 + 4 * 2);
  }

  @Test
  void weights_of_two_windows_decide_which_exceeds() {
    long period = 1_024_000;
    long now = NOW - NOW % period + period / 2;
    SlidingCount half = SlidingCount.of(10, period, now, 4, 2); // weighs 4 permits
    assertThat(half.exceeds(SlidingCount.of(10, period, now, 4, 2), now)).isFalse();
    assertThat(half.exceeds(SlidingCount.of(10, period, now, 3, 2), now)).isTrue();
    assertThat(half.exceeds(SlidingCount.of(10, period, now, 5, 2), now)).isFalse();
    assertThat(half.exceeds(SlidingCount.of(3, period, now, 4, 2), now)).isFalse();
    SlidingCount longer = SlidingCount.of(10, period + 1, now, 0, 9);
    assertThat(half.exceeds(longer, now)).isFalse();
    assertThat(longer.exceeds(half, now)).isTrue();
    assertThat(longer.outlasts(half)).isTrue();
    assertThat(half.outlasts(longer)).isFalse();
    assertThat(half.outlasts(half)).isFalse();
  }

  @Test
  void kinds_that_are_not_the_same_outlast_nothing() {
    ZoneId zone = ZoneId.of("Europe/Berlin");
    List<WindowEdges> edges =
        List.of(
            WindowEdges.epoch(4),
            WindowEdges.epoch(5),
            WindowEdges.firstRequest(6),
            WindowEdges.day(zone),
            WindowEdges.month(zone));
    boolean[][] longer = {
      {false, false, false, false, false},
      {true, false, false, false, false},
      {true, true, false, false, false},
      {false, false, false, false, false},
      {false, false, false, true, false}
    };
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 5; j++) {
        assertThat(window(edges.get(i)).outlasts(window(edges.get(j))))
            .as("%s and %s", i, j)
            .isEqualTo(longer[i][j]);
      }
      assertThat(window(edges.get(i)).outlasts(LogCount.of(1, 1))).isFalse();
      assertThat(LogCount.of(1, Long.MAX_VALUE).outlasts(window(edges.get(i)))).isFalse();
    }
    assertThat(LogCount.of(1, 2).outlasts(LogCount.of(1, 1))).isTrue();
    assertThat(LogCount.of(1, 1).outlasts(LogCount.of(1, 1))).isFalse();
    assertThat(SteppedCount.of(1, 1, 1000, NOW, 1).outlasts(LogCount.of(1, 1))).isFalse();
    assertThat(SteppedCount.of(1, 1, 1000, NOW, 1).isFull(NOW)).isFalse();
  }

  private static WindowCount window(WindowEdges edges) {
    return WindowCount.of(10, edges);
  }

  @Test
  void ML03_window_is_idle_from_its_end_on_and_an_opened_one_no_sooner() {
    for (WindowEdges edges : List.of(WindowEdges.epoch(1000), WindowEdges.firstRequest(1000))) {
      boolean opened = edges.isOpenedByRequest();
      WindowCount window = window(edges);
      assertThat(window.isIdle(5000)).isTrue();
      window.charge(5000, 3);
      assertThat(window.isIdle(5999)).isFalse();
      assertThat(window.isIdle(6000)).isTrue();
      window.refund(5001, 3);
      assertThat(window.isIdle(5999)).isEqualTo(!opened);
      assertThat(window.resetMicros(5999)).isZero();
      assertThat(window.isIdle(6000)).isTrue();
      assertThat(window.retryMicros(6000, 1)).isZero();
    }
  }

  @Test
  void only_an_open_window_that_a_request_opened_is_prolonged() {
    WindowCount opened = window(WindowEdges.firstRequest(1000));
    opened.charge(5000, 3);
    opened.prolong(5999);
    assertThat(opened.used(6998)).isEqualTo(3);
    assertThat(opened.used(6999)).isZero();
    opened.prolong(6999);
    assertThat(opened.used(7000)).as("over is over").isZero();
    WindowCount fixed = window(WindowEdges.epoch(1000));
    fixed.charge(5000, 3);
    fixed.prolong(5999);
    assertThat(fixed.used(6000)).isZero();
  }

  @Test
  void log_remembers_as_many_moments_as_its_capacity() {
    LogCount log = LogCount.of(3, 1000);
    for (int i = 0; i < 3; i++) {
      assertThat(log.isFull(5000 + i)).isFalse();
      log.charge(5000 + i, 1);
    }
    assertThat(log.isFull(5002)).isTrue();
    log.owe(5500, 4, true);
    assertThat(log.used(5500)).isEqualTo(7);
    assertThat(log.isFull(5500)).isTrue();
    assertThat(log.isFull(6000)).as("one moment has passed").isFalse();
    assertThat(log.used(6001)).as("the last became 5500").isEqualTo(5);
    assertThat(log.used(6500)).isZero();
    log.owe(7000, 2, true);
    assertThat(log.used(7999)).as("of an empty log").isEqualTo(2);
  }

  /** At 00:01 of 7 November 2010 it became 23:01 of the sixth again. */
  @Test
  void ML07_day_that_has_begun_goes_on_where_clocks_go_back_across_midnight() {
    WindowEdges day = WindowEdges.day(ZoneId.of("America/St_Johns"));
    long midnight = Micros.of(Instant.parse("2010-11-07T02:30:00Z"));
    long next = Micros.of(Instant.parse("2010-11-08T03:30:00Z"));
    for (long minute = 0; minute < 120; minute++) {
      long now = midnight + minute * 60_000_000;
      assertThat(day.startMicros(now)).as("minute %d", minute).isEqualTo(midnight);
      assertThat(day.endMicros(day.startMicros(now))).isEqualTo(next);
    }
    assertThat(day.endMicros(day.startMicros(midnight - 1))).isEqualTo(midnight);
  }

  @Test
  void ML07_window_begins_anew_at_its_very_end() {
    WindowCount window = window(WindowEdges.epoch(1000));
    window.charge(5000, 3);
    WindowCount late = window(WindowEdges.epoch(1000));
    late.inherit(window, 6000);
    assertThat(late.isIdle(6000)).isTrue();
    window.charge(6000, 1);
    assertThat(window.used(6000)).isEqualTo(1);
  }

  @Test
  void ML02_debt_in_steps_keeps_its_time_in_an_even_bucket() {
    SteppedCount owing = SteppedCount.of(10, 5, 1000, NOW, 25);
    BucketCount bucket = BucketCount.of(BucketUnits.of(10, 1, 1000), NOW, 0);
    bucket.inherit(owing, NOW);
    assertThat(bucket.resetMicros(NOW)).isEqualTo(10_000 + 3 * 1000);
  }

  @Test
  void debt_in_large_steps_is_what_was_charged() {
    for (long step : new long[] {3_000_000, 4_000_000, 7_000_000, 784_512_024_954L}) {
      SteppedCount count = SteppedCount.of(10, step, 1000, NOW, 0);
      count.owe(NOW, Count.MOST_OWED, false);
      assertThat(count.used(NOW)).as("in steps of %d", step).isEqualTo(Count.MOST_OWED);
    }
  }

  @Test
  void steps_of_large_numbers_are_counted_up_to_the_capacity() {
    long many = 1_000_000_000_000L;
    for (long step : new long[] {1, many / 100, many}) {
      SteppedCount count = SteppedCount.of(many, step, 1000, NOW, 0);
      count.charge(NOW, many - 1);
      assertThat(count.used(NOW)).as("in steps of %d", step).isEqualTo(many - 1);
      assertThat(count.fits(NOW, 1)).isTrue();
      count.charge(NOW, 1);
      assertThat(count.fits(NOW, 1)).as("full, in steps of %d", step).isFalse();
      SteppedCount next = SteppedCount.of(many, step, 1000, NOW, 0);
      BucketUnits even = BucketUnits.of(many, many, CENTURY);
      next.inherit(BucketCount.of(even, NOW, even.full()), NOW);
      assertThat(next.fits(NOW, 1)).as("taken over in steps of %d", step).isFalse();
    }
  }

  @Test
  void reservations_in_steps_end_where_doubles_are_exact() {
    long many = 1_000_000_000_000L;
    SteppedCount count = SteppedCount.of(many, many, 1000, NOW, (1L << 52) - many);
    assertThat(count.waitMicros(NOW, many)).isLessThan(5_000_000);
    count.charge(NOW, 1);
    assertThat(count.waitMicros(NOW, many)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void debt_in_steps_keeps_its_time_where_steps_become_smaller() {
    SteppedCount owing = SteppedCount.of(10, 5, 1000, NOW, 10 + 23);
    SteppedCount slow = SteppedCount.of(4, 1, 2000, NOW, 0);
    slow.inherit(owing, NOW);
    assertThat(slow.used(NOW)).as("5 periods of 1000 are 2 of 2000").isEqualTo(4 + 2);
    SteppedCount same = SteppedCount.of(4, 5, 1000, NOW, 0);
    same.inherit(owing, NOW);
    assertThat(same.used(NOW)).as("where only the capacity changes").isEqualTo(4 + 23);
    assertThat(owing.exceeds(slow, NOW)).isTrue();
    assertThat(owing.exceeds(same, NOW)).isTrue();
  }
}
