package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.count.BothCounts;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.tests.SeededCases;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A count that another definition's count must have room beside. */
class BothCountsTest {

  private static final long NOON = Micros.of(Instant.parse("2026-11-21T12:00:00Z"));

  /** The other one must have room until its time is over. */
  @ParameterizedTest
  @MethodSource("io.bartizan.ratelimit.LimiterContractTest#examples")
  void RL05_two_counts_admit_what_both_admit_and_wait_for_both(Limit limit) {
    SeededCases.check(
        20,
        random -> {
          long begin = CountPair.start(random);
          long now = begin;
          CountPair own = CountPair.of(limit, now);
          CountPair other = CountPair.of(CountPair.alike(limit, random), now);
          long until = now + random.nextLong(2 * Micros.of(other.limit().window()));
          BothCounts both = BothCounts.of(own.count, other.count, until);
          for (int step = 0; step < 30 && now <= until; step++) {
            long permits = random.nextLong(1, limit.capacity() + 1);
            askBoth(both, own, other, now, permits, until);
            changeBoth(both, own, other, now, permits, random);
            now += CountPair.pause(limit, random);
          }
        });
  }

  private static void askBoth(
      BothCounts both, CountPair own, CountPair other, long now, long permits, long until) {
    assertThat(both.fits(now, permits))
        .isEqualTo(own.oracle.fits(now, permits) && other.oracle.fits(now, permits));
    assertThat(both.used(now)).isEqualTo(own.oracle.used(now));
    own.remaining(Math.max(both.remaining(now), own.count.remaining(now)), now);
    assertThat(both.remaining(now))
        .isEqualTo(Math.min(own.count.remaining(now), other.count.remaining(now)));
    assertThat(both.isIdle(now)).isEqualTo(own.count.isIdle(now) && other.count.isIdle(now));
    long othersWait = CountPair.first(now, at -> at > until || other.oracle.fits(at, permits));
    long ownWait = CountPair.first(now, at -> own.oracle.fits(at, permits));
    assertThat(both.retryMicros(now, permits)).isEqualTo(Math.max(ownWait, othersWait));
    long reset = own.count.resetMicros(now);
    assertThat(both.resetMicros(now)).isEqualTo(reset);
    assertThat(both.resetRefusedMicros(now, permits)).isEqualTo(Math.max(reset, othersWait));
    assertThat(both.resetRefusedMicros(now, own.limit().capacity() + 1)).isEqualTo(reset);
    assertThat(both.promisesTimes()).isEqualTo(own.limit() instanceof TokenBucket);
    if (both.promisesTimes() && permits <= other.limit().capacity()) {
      assertThat(both.waitMicros(now, permits))
          .isEqualTo(
              Math.max(own.oracle.waitMicros(now, permits), other.oracle.waitMicros(now, permits)));
      assertThat(both.mark(now)).isEqualTo(own.count.mark(now));
    }
  }

  private static void changeBoth(
      BothCounts both,
      CountPair own,
      CountPair other,
      long now,
      long permits,
      SplittableRandom random) {
    boolean room =
        own.oracle.used(now) + permits <= 5 * own.limit().capacity()
            && other.oracle.used(now) + permits <= 5 * other.limit().capacity();
    switch (random.nextInt(3)) {
      case 0 -> {
        if (both.fits(now, permits)) {
          both.charge(now, permits);
          own.oracle.charge(now, permits);
          other.oracle.charge(now, permits);
        }
      }
      case 1 -> {
        both.refund(now, permits);
        own.oracle.refund(now, permits);
        other.oracle.refund(now, permits);
      }
      default -> {
        if (room) {
          both.owe(now, permits, false);
          own.oracle.owe(now, permits, false);
          other.oracle.owe(now, permits, false);
        }
      }
    }
  }

  @Test
  void two_counts_are_idle_and_promise_times_only_together() {
    Count bucket = Limit.parse("3 burst, 1/s").count(NOON);
    Count window = Limit.parse("3/s fixed").count(NOON);
    for (Count one : new Count[] {bucket, window}) {
      Count two = one == bucket ? window : bucket;
      assertThat(BothCounts.of(one, two, NOON).promisesTimes()).isFalse();
      one.charge(NOON, 1);
      assertThat(BothCounts.of(one, two, NOON).isIdle(NOON)).isFalse();
      assertThat(BothCounts.of(two, one, NOON).isIdle(NOON)).isFalse();
      one.refund(NOON, 1);
      assertThat(BothCounts.of(one, two, NOON).isIdle(NOON)).isTrue();
    }
    assertThat(BothCounts.of(bucket, bucket, NOON).promisesTimes()).isTrue();
  }
}
