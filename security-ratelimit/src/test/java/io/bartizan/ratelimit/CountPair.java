package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;

/** What one subject has consumed, twice. */
final class CountPair {
  private static final long NOON = Micros.of(Instant.parse("2026-11-21T12:00:00Z"));
  private static final long BEFORE_1970 = Micros.of(Instant.parse("1969-12-31T11:00:00Z"));

  final Count count;
  final Oracle oracle;

  /** Nothing earlier may be asked. */
  long paused = Long.MIN_VALUE;

  private CountPair(Count count, Oracle oracle) {
    this.count = count;
    this.oracle = oracle;
  }

  static CountPair of(Limit limit, long now) {
    return new CountPair(limit.count(now), Oracle.of(limit, now));
  }

  CountPair changed(Limit next, long now) {
    Count inheriting = next.count(now);
    inheriting.inherit(count, now);
    return new CountPair(inheriting, oracle.changed(next, now));
  }

  Limit limit() {
    return oracle.limit;
  }

  void change(long now, SplittableRandom random) {
    long permits = random.nextLong(1, limit().capacity() + 1);
    switch (random.nextInt(6)) {
      case 0 -> {
        if (oracle.fits(now, permits)) {
          count.charge(now, permits);
          oracle.charge(now, permits);
        }
      }
      case 1 -> {
        if (oracle.used(now) <= limit().capacity()) {
          count.also(now, permits);
          oracle.also(now, permits);
        }
      }
      case 2 -> owe(now, permits);
      case 3 -> {
        count.refund(now, permits);
        oracle.refund(now, permits);
      }
      case 4 -> cancelOne(now, permits, random);
      default -> {
        count.charge(now, 1);
        oracle.charge(now, 1);
      }
    }
  }

  /** Not beyond what oracles, which know no bound, can tell. */
  private void owe(long now, long permits) {
    if (oracle.used(now) + permits <= 5 * limit().capacity()) {
      boolean asLast = oracle.isFull(now);
      count.owe(now, permits, asLast);
      oracle.owe(now, permits, asLast);
    }
  }

  private void cancelOne(long now, long permits, SplittableRandom random) {
    if (!count.promisesTimes() || oracle.used(now) > 3 * limit().capacity()) {
      return;
    }
    count.charge(now, permits);
    oracle.charge(now, permits);
    long mark = count.mark(now);
    BigInteger expected = oracle.mark(now);
    long other = random.nextLong(1, 4);
    count.charge(now, other);
    oracle.charge(now, other);
    long later = now + random.nextLong(2 * Micros.of(limit().window()));
    count.cancel(later, permits, mark);
    oracle.cancel(later, permits, expected);
    assertThat(count.used(later)).as("used after a cancellation").isEqualTo(oracle.used(later));
    assertThat(count.waitMicros(later, permits)).isEqualTo(oracle.waitMicros(later, permits));
    paused = later;
  }

  void question(long now, SplittableRandom random) {
    long permits = random.nextLong(1, limit().capacity() + 1);
    switch (random.nextInt(8)) {
      case 0 -> assertThat(count.used(now)).as("used").isEqualTo(oracle.used(now));
      case 1 ->
          assertThat(count.fits(now, permits))
              .as("%s fit", permits)
              .isEqualTo(oracle.fits(now, permits));
      case 2 -> remaining(count.remaining(now), now);
      case 3 -> {
        if (!oracle.fits(now, permits)) {
          assertThat(count.retryMicros(now, permits))
              .as("retry for %s", permits)
              .isEqualTo(first(now, at -> oracle.fits(at, permits)));
        }
      }
      case 4 -> {
        boolean refused = random.nextBoolean();
        assertThat(refused ? count.resetRefusedMicros(now, permits) : count.resetMicros(now))
            .as("reset, as told of a refusal %s", refused)
            .isEqualTo(first(now, at -> oracle.fits(at, limit().capacity())));
      }
      case 5 -> {
        boolean idle = count.isIdle(now);
        boolean opens = limit().toString().endsWith("from first request");
        assertThat(idle ? oracle.used(now) == 0 : opens || oracle.used(now) > 0)
            .as("idle %s", idle)
            .isTrue();
      }
      case 6 -> assertThat(count.isFull(now)).as("full").isEqualTo(oracle.isFull(now));
      default -> {
        if (count.promisesTimes()) {
          assertThat(count.waitMicros(now, permits))
              .as("wait for %s", permits)
              .isEqualTo(oracle.waitMicros(now, permits));
        }
        assertThat(count.retryMicros(now, limit().capacity() + 7))
            .as("retry for too many")
            .isEqualTo(count.retryMicros(now, limit().capacity()));
      }
    }
  }

  void remaining(long told, long now) {
    assertThat(told == 0 || oracle.fits(now, told)).as("remaining %s", told).isTrue();
    assertThat(oracle.fits(now, told + 1)).as("one more than %s", told).isFalse();
  }

  @Override
  public String toString() {
    return limit().toString();
  }

  /** Microseconds until a condition that lasts once it holds. */
  static long first(long now, LongPredicate condition) {
    long high = 0;
    for (long step = 1; !condition.test(now + high); step *= 4) {
      high = step;
    }
    long low = 0;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (condition.test(now + middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  static long pause(Limit limit, SplittableRandom random) {
    long window = Micros.of(limit.window());
    return switch (random.nextInt(8)) {
      case 0 -> random.nextLong(2 * window);
      case 1, 2 -> random.nextLong(Math.max(1, window / limit.capacity()) + 1);
      case 3 -> window / 4;
      case 4 -> 1;
      default -> 0;
    };
  }

  static long start(SplittableRandom random) {
    return (random.nextInt(4) == 0 ? BEFORE_1970 : NOON) + random.nextLong(3_600_000_000L);
  }

  /** A limit of the same kind with another capacity or window. */
  static Limit alike(Limit limit, SplittableRandom random) {
    List<Limit> others =
        LimiterContractTest.examples().stream()
            .filter(other -> other.getClass() == limit.getClass())
            .filter(other -> stepped(other) == stepped(limit))
            .toList();
    return others.get(random.nextInt(others.size()));
  }

  private static boolean stepped(Limit limit) {
    return limit.toString().contains("in steps");
  }
}
