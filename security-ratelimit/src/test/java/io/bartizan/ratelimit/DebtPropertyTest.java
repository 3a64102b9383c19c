package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.SeededCases;
import java.math.BigInteger;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Buckets that owe, because permits were reserved ahead or charged after the fact: whatever happens
 * to them then, nothing is forgiven and nothing added. Judged by exact fractions of a microsecond.
 */
class DebtPropertyTest {

  private static final long START = 1_800_000_000_000_000L;
  private static final Duration ANY_WAIT = Duration.ofDays(36_525);

  /** Microseconds: {@code over} of {@code under}. */
  private record Fraction(BigInteger over, BigInteger under) {
    static final Fraction ZERO = of(0, 1);

    static Fraction of(long over, long under) {
      return new Fraction(BigInteger.valueOf(over), BigInteger.valueOf(under));
    }

    Fraction plus(Fraction other) {
      return new Fraction(
          over.multiply(other.under).add(other.over.multiply(under)), under.multiply(other.under));
    }

    Fraction times(long over, long under) {
      return new Fraction(
          this.over.multiply(BigInteger.valueOf(over)),
          this.under.multiply(BigInteger.valueOf(under)));
    }

    Fraction minus(Fraction other) {
      return plus(other.times(-1, 1));
    }

    Fraction min(Fraction other) {
      return minus(other).over.signum() < 0 ? this : other;
    }

    Fraction orZero() {
      return over.signum() < 0 ? ZERO : this;
    }

    long floor() {
      BigInteger[] parts = over.divideAndRemainder(under);
      return parts[0].longValueExact() - (parts[1].signum() < 0 ? 1 : 0);
    }

    long ceil() {
      return -times(-1, 1).floor();
    }
  }

  /** The definition of one bucket: how long until it is full. */
  private static final class Owing {
    final TokenBucket bucket;
    final long permits;
    final long period;
    Fraction backlog = Fraction.ZERO;

    Owing(TokenBucket bucket) {
      this.bucket = bucket;
      this.permits = bucket.refill().permits();
      this.period = micros(bucket.refill().period());
    }

    Fraction time(long count) {
      return Fraction.of(count, 1).times(period, permits);
    }

    Fraction full() {
      return time(bucket.capacity());
    }

    void pass(long micros) {
      backlog = backlog.minus(Fraction.of(micros, 1)).orZero();
    }

    Fraction waitFor(long count) {
      return backlog.plus(time(count)).minus(full()).orZero();
    }

    void take(long count) {
      backlog = backlog.plus(time(count));
    }

    /** Whether a debt is still within every bucket's bound. */
    boolean mayOwe(long count) {
      return backlog.plus(time(count)).minus(full()).ceil() < 1L << 44;
    }

    void give(Fraction time) {
      backlog = backlog.minus(time).orZero();
    }

    /** What was consumed stays so in permits, what was reserved ahead in time. */
    Owing changed(TokenBucket next) {
      Owing other = new Owing(next);
      Fraction consumed = backlog.min(full());
      Fraction own = consumed.times(permits, period).times(other.period, other.permits);
      other.backlog = own.min(other.full()).plus(backlog.minus(full()).orZero());
      return other;
    }

    /** Compares a part of a decision; {@code late} is how much later than exactly is right. */
    void check(Decision part, long asked, long late) {
      assertThat(part.limit()).isEqualTo(bucket);
      long left = full().minus(backlog).times(permits, period).floor();
      Fraction later = full().minus(backlog).minus(Fraction.of(late, 1));
      assertThat(part.remaining())
          .as("remaining of %s", part)
          .isBetween(Math.max(0, later.times(permits, period).floor()), Math.max(0, left));
      within(part.resetAfter(), backlog.ceil(), late);
      if (!part.isAllowed()) {
        within(part.retryAfter(), waitFor(asked).ceil(), late);
      }
    }
  }

  private static void within(Duration told, long exactly, long late) {
    assertThat(micros(told)).isBetween(exactly, exactly + late);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void ML02_change_keeps_debts_to_the_microsecond(int count) {
    SeededCases.check(
        400,
        random -> {
          List<Owing> before = buckets(count, random);
          try (LimiterContractTest.Place place = place(before, random)) {
            long debts = random.nextLong(1, 12);
            for (int i = 0; i < debts; i++) {
              var unused = reserve(place, before, 1 + random.nextLong(smallest(before)));
              pass(
                  place,
                  before,
                  random.nextInt(3) == 0 ? 0 : random.nextLong(1 + shortest(before)));
            }
            List<Owing> after = new ArrayList<>();
            for (Owing owing : before) {
              after.add(owing.changed(any(random).named(owing.bucket.name())));
            }
            place.change(limits(after));
            // rounded up to a unit of the new bucket, and what is ahead to a microsecond
            long late = 2;
            long asked = 1 + random.nextLong(smallest(after));
            Decision decision = place.peek(asked);
            for (int i = 0; i < count; i++) {
              after.get(i).check(decision.parts().get(i), asked, late);
            }
            long exactly =
                after.stream().mapToLong(owing -> owing.waitFor(asked).ceil()).max().orElseThrow();
            Reservation next = place.reserve(asked, ANY_WAIT);
            assertThat(next.isGranted()).isTrue();
            within(next.delay(), exactly, late);
            after.forEach(owing -> owing.take(asked));
            pass(place, after, exactly + late);
            Decision later = place.peek(1);
            for (int i = 0; i < count; i++) {
              after.get(i).check(later.parts().get(i), 1, late);
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void ML02_refund_cancel_and_peek_leave_the_rest_of_a_debt(int count) {
    record Slot(Reservation reservation, long permits, List<Fraction> ends, long made) {}
    SeededCases.check(
        200,
        random -> {
          List<Owing> all = buckets(count, random);
          try (LimiterContractTest.Place place = place(all, random)) {
            List<Slot> slots = new ArrayList<>();
            for (int step = 0; step < 60; step++) {
              long asked = 1 + random.nextLong(smallest(all));
              switch (random.nextInt(7)) {
                case 0 -> {
                  place.refund(asked);
                  all.forEach(owing -> owing.give(owing.time(asked)));
                }
                case 1 -> {
                  if (!slots.isEmpty()) {
                    Slot slot = slots.remove(random.nextInt(slots.size()));
                    slot.reservation().cancel();
                    long passed = place.nowMicros() - slot.made();
                    for (int i = 0; i < count; i++) {
                      Owing owing = all.get(i);
                      Fraction left = slot.ends().get(i).minus(Fraction.of(passed, 1)).orZero();
                      owing.give(left.min(owing.time(slot.permits())));
                    }
                  }
                }
                case 2 -> pass(place, all, random.nextLong(1 + shortest(all)));
                case 3 -> pass(place, all, 1);
                case 4 -> {
                  long used = asked * random.nextLong(1, 5);
                  if (all.stream().allMatch(owing -> owing.mayOwe(used))) {
                    all.forEach(owing -> owing.take(used));
                    Decision owes = place.charge(used);
                    for (int i = 0; i < count; i++) {
                      all.get(i).check(owes.parts().get(i), 1, 0);
                    }
                  }
                }
                default -> {
                  Reservation reservation = reserve(place, all, asked);
                  List<Fraction> ends = all.stream().map(owing -> owing.backlog).toList();
                  slots.add(new Slot(reservation, asked, ends, place.nowMicros()));
                }
              }
              Decision decision = place.peek(asked);
              for (int i = 0; i < count; i++) {
                all.get(i).check(decision.parts().get(i), asked, 0);
              }
              if (all.stream().allMatch(owing -> owing.backlog.over().signum() == 0)) {
                slots.clear(); // a key that owes nothing may be forgotten, and its reservations
              }
            }
          }
        });
  }

  static Stream<Limits> owing() {
    return Stream.of(
            "a: 3 burst, 2/7s",
            "a: 3 burst, 2/7s, in steps",
            "a: 3 burst, 2/7s; b: 100 burst, 1/s",
            "a: 3 burst, 2/7s, in steps; b: 100 burst, 1/s; c: 5 burst, 5/min")
        .map(Limits::parse);
  }

  /** However much room new keys need, and however long ago it was asked for. */
  @ParameterizedTest
  @MethodSource("owing")
  void ML02_key_that_owes_is_not_evicted(Limits limits) {
    ManualTicker ticker = new ManualTicker();
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(limits, 1)
            .withTicker(ticker)
            .withOverflow(Overflow.REFUSE)
            .build();
    for (int i = 0; i < 5; i++) {
      assertThat(limiter.reserve("owes", 3, ANY_WAIT).isGranted()).isTrue();
    }
    Duration reset = limiter.peek("owes").resetAfter();
    assertThat(reset).isGreaterThan(Duration.ofSeconds(40));
    Duration passed = Duration.ZERO;
    while (passed.plusSeconds(1).compareTo(reset) < 0) {
      assertThat(limiter.tryAcquire("other").isAllowed()).isFalse();
      ticker.advance(Duration.ofSeconds(1));
      passed = passed.plusSeconds(1);
      assertThat(limiter.peek("owes").resetAfter()).isEqualTo(reset.minus(passed));
    }
    ticker.advance(reset.minus(passed).minus(Duration.ofNanos(1000)));
    assertThat(limiter.tryAcquire("other").isAllowed()).isFalse();
    assertThat(limiter.peek("owes").resetAfter()).isEqualTo(Duration.ofNanos(1000));
    ticker.advance(Duration.ofNanos(1000));
    assertThat(limiter.tryAcquire("other").isAllowed()).isTrue();
  }

  private static Reservation reserve(
      LimiterContractTest.Place place, List<Owing> all, long permits) {
    long exactly =
        all.stream().mapToLong(owing -> owing.waitFor(permits).ceil()).max().orElseThrow();
    if (exactly > 0) {
      Duration shorter = Duration.of(exactly - 1, ChronoUnit.MICROS);
      assertThat(place.reserve(permits, shorter).isGranted()).isFalse();
    }
    Reservation reservation = place.reserve(permits, Duration.of(exactly, ChronoUnit.MICROS));
    assertThat(reservation.isGranted()).isTrue();
    within(reservation.delay(), exactly, 0);
    all.forEach(owing -> owing.take(permits));
    return reservation;
  }

  private static void pass(LimiterContractTest.Place place, List<Owing> all, long micros) {
    place.advance(micros);
    all.forEach(owing -> owing.pass(micros));
  }

  private static LimiterContractTest.Place place(List<Owing> all, SplittableRandom random) {
    LimiterContractTest anywhere =
        random.nextBoolean() ? new MemoryContractTest() : new MemoryKeyedContractTest();
    return anywhere.place(limits(all), START);
  }

  private static Limits limits(List<Owing> all) {
    return Limits.allOf(all.stream().map(owing -> owing.bucket).toList());
  }

  private static long smallest(List<Owing> all) {
    return all.stream().mapToLong(owing -> owing.bucket.capacity()).min().orElseThrow();
  }

  private static long shortest(List<Owing> all) {
    return all.stream().mapToLong(owing -> owing.full().ceil()).min().orElseThrow();
  }

  private static List<Owing> buckets(int count, SplittableRandom random) {
    List<Owing> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(new Owing(any(random).named("limit" + i)));
    }
    return all;
  }

  /** Any bucket whose arithmetic is exact, so that a fraction tells what is right. */
  private static TokenBucket any(SplittableRandom random) {
    while (true) {
      long period = 1000 + (random.nextLong() >>> random.nextInt(24, 60));
      long permits = 1 + (random.nextLong() >>> random.nextInt(48, 63));
      long capacity = 1 + (random.nextLong() >>> random.nextInt(40, 63));
      Duration fill = Duration.ofDays(100);
      boolean fits =
          BigInteger.valueOf(capacity)
                      .multiply(BigInteger.valueOf(period))
                      .divide(BigInteger.valueOf(permits))
                      .compareTo(BigInteger.valueOf(micros(fill)))
                  < 0
              && BigInteger.valueOf(capacity).multiply(BigInteger.valueOf(period)).bitLength() < 58
              && permits <= period;
      if (fits) {
        return Limit.tokenBucket(
            capacity, Rate.per(permits, Duration.of(period, ChronoUnit.MICROS)));
      }
    }
  }

  private static long micros(Duration duration) {
    return Math.multiplyExact(duration.getSeconds(), 1_000_000L) + duration.getNano() / 1000;
  }
}
