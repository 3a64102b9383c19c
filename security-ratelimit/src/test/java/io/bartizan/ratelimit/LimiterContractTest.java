package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every limit promises in every place: one abstract class, one subclass for each place.
 *
 * <p>Each trace of calls is decided by the place and, call by call, by {@link Oracle}, which knows
 * only the definition and unbounded integers; a limiter that admits one permit too many or one too
 * few differs. Time is a number that the test moves.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class LimiterContractTest {

  /**
   * A place with nothing consumed: one subject's count, on a clock that only {@code advance} moves.
   */
  public interface Place extends AutoCloseable {
    /** Takes permits now. */
    Decision tryAcquire(long permits);

    /** Asks only. */
    Decision peek(long permits);

    /** Counts what was used already. */
    Decision charge(long permits);

    /** Gives back. */
    void refund(long permits);

    /** Takes permits ahead of time. */
    Reservation reserve(long permits, Duration maxWait);

    /** Holds the subject to other limits from now on. */
    void change(Limits limits);

    /** Moves the clock on. */
    void advance(long micros);

    /** The clock in microseconds since the epoch. */
    long nowMicros();

    @Override
    void close();
  }

  /** How many random traces each limit is put through. */
  protected int cases() {
    return 30;
  }

  /** A new place for these limits, whose clock shows {@code startMicros} since the epoch. */
  protected abstract Place place(Limits limits, long startMicros);

  /**
   * At least one example of each permitted subclass; the set is checked against the sealed type.
   */
  public static List<Limit> examples() {
    return List.of(
        Limit.parse("1 burst, 1/s"),
        Limit.parse("100 burst, 50/s"),
        Limit.parse("3 burst, 600000/s"),
        Limit.parse("7 burst, 7/30ms"),
        Limit.parse("5 burst, 999983/s"),
        Limit.parse("20 burst, 20/s, in steps"),
        Limit.parse("5 burst, 2/10ms, in steps, 1 at first"),
        Limit.parse("10 burst, 3/7ms, 0 at first"),
        Limit.parse("12 burst, 5/365d"),
        Limit.parse("1/ms sliding"),
        Limit.parse("10/s sliding"),
        Limit.parse("600/30d sliding"),
        Limit.parse("10/s sliding counter"),
        Limit.parse("3/ms sliding counter"),
        Limit.parse("1000/7d sliding counter"),
        Limit.parse("10/s fixed"),
        Limit.parse("4/3ms fixed"),
        Limit.parse("10/min from first request"),
        Limit.parse("5/day in Europe/Berlin"),
        Limit.parse("3/day in Africa/Cairo"),
        Limit.parse("50/month in America/New_York"));
  }

  /**
   * Whether a bucket that is full again is remembered; if not, a limit's initial fill starts again
   * at some time after that, which no oracle can foretell.
   */
  protected abstract boolean remembersFullBuckets();

  /** Whether what was counted by one algorithm is kept when another takes its place. */
  protected boolean keepsCountsOfOtherAlgorithms() {
    return true;
  }

  Stream<Limit> limits() {
    return examples().stream()
        .filter(limit -> remembersFullBuckets() || !limit.toString().endsWith(" at first"));
  }

  @Test
  void examples_cover_every_algorithm() {
    Set<Class<?>> covered = new HashSet<>();
    examples().forEach(limit -> covered.add(limit.getClass()));
    assertThat(covered).isEqualTo(Set.of(Limit.class.getPermittedSubclasses()));
  }

  @ParameterizedTest
  @MethodSource("limits")
  void every_decision_is_what_the_definition_says(Limit limit) {
    SeededCases.check(cases(), random -> follow(Limits.allOf(limit), random));
  }

  @Test
  void several_limits_admit_what_all_admit_and_charge_all_or_none() {
    SeededCases.check(
        cases(),
        random -> {
          List<Limit> all = limits().toList();
          List<Limit> some = new ArrayList<>();
          int count = random.nextInt(2, 5);
          for (int i = 0; i < count; i++) {
            Limit any = all.get(random.nextInt(all.size()));
            some.add(any.named("limit" + i));
          }
          follow(Limits.allOf(some), random);
        });
  }

  private void follow(Limits limits, SplittableRandom random) {
    long start =
        random.nextBoolean()
            ? random.nextLong(1_700_000_000_000_000L, 1_900_000_000_000_000L)
            : beforeTransition(random);
    try (Place place = place(limits, start)) {
      List<Limit> others = keepsCountsOfOtherAlgorithms() ? limits().toList() : List.of();
      new ContractTrace(place, limits, others, random).follow(120);
    }
  }

  /**
   * Up to two days before clocks change in 2026: in New York and Berlin at night; in Cairo at
   * midnight, so that a day begins at one o'clock.
   */
  private static long beforeTransition(SplittableRandom random) {
    String[] transitions = {
      "2026-03-08T07:00:00Z",
      "2026-11-01T06:00:00Z",
      "2026-03-29T01:00:00Z",
      "2026-10-25T01:00:00Z",
      "2026-04-23T22:00:00Z",
      "2026-10-29T21:00:00Z"
    };
    Instant transition = Instant.parse(transitions[random.nextInt(transitions.length)]);
    return transition.getEpochSecond() * 1_000_000 - random.nextLong(2 * 86_400_000_000L);
  }

  @ParameterizedTest
  @MethodSource("limits")
  void more_than_can_ever_be_held_is_a_decision(Limit limit) {
    try (Place place = place(limit.limitsOf("any"), 1_800_000_000_000_000L)) {
      for (long permits : new long[] {limit.capacity() + 1, Long.MAX_VALUE}) {
        Decision decision = place.tryAcquire(permits);
        assertThat(decision.isAllowed()).isFalse();
        assertThat(decision.isNeverAllowed()).isTrue();
        assertThat(decision.retryAfter()).isEqualTo(Decision.FOREVER);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("limits")
  void charge_counts_in_full_and_says_what_peek_then_says(Limit limit) {
    long capacity = limit.capacity();
    try (Place place = place(limit.limitsOf("any"), 1_800_000_000_000_000L)) {
      Decision one = place.charge(1);
      assertThat(one).hasToString(place.peek(1).toString());
      Decision owes = place.charge(3 * capacity);
      assertThat(owes).hasToString(place.peek(1).toString());
      assertThat(owes.isAllowed()).isFalse();
      assertThat(owes.permits()).isEqualTo(1);
      assertThat(owes.remaining()).isZero();
      assertThat(owes.retryAfter()).isPositive().isLessThanOrEqualTo(owes.resetAfter());
      place.refund(capacity);
      assertThat(place.peek(1).isAllowed()).as("two thirds are still owed").isFalse();
      place.refund(4 * capacity);
      assertThat(place.peek(capacity).isAllowed()).as("nothing is owed").isTrue();
      Decision unused = place.charge(3 * capacity);
      place.advance(place.peek(1).retryAfter().toNanos() / 1000 - 1);
      assertThat(place.tryAcquire(1).isAllowed()).isFalse();
      place.advance(1);
      assertThat(place.tryAcquire(1).isAllowed()).isTrue();
    }
  }

  /** However much is charged, it ends, and meanwhile each answer is a decision. */
  @ParameterizedTest
  @MethodSource("limits")
  void charges_beyond_every_bound_saturate(Limit limit) {
    try (Place place = place(limit.limitsOf("any"), 1_800_000_000_000_000L)) {
      for (int i = 0; i < 3; i++) {
        Decision owes = place.charge(Long.MAX_VALUE);
        assertThat(owes.isAllowed()).isFalse();
        assertThat(owes.remaining()).isZero();
        assertThat(owes.resetAfter()).isLessThanOrEqualTo(Duration.ofDays(2 * 36_525));
      }
      if (limit instanceof TokenBucket) {
        assertThat(place.peek(1).retryAfter()).isGreaterThan(Duration.ofDays(46));
      }
      place.advance(place.peek(1).resetAfter().toNanos() / 1000);
      assertThat(place.tryAcquire(limit.capacity()).isAllowed()).isTrue();
      assertThat(place.tryAcquire(1).isAllowed()).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("limits")
  void debt_does_not_become_credit_when_the_capacity_changes(Limit limit) {
    if (limit.toString().endsWith(" at first")) {
      return;
    }
    for (long[] factors : new long[][] {{2, 1, 2}, {1, 2, 1}, {2, 3, 1}}) {
      Limit first = sized(limit, factors[0]);
      try (Place place = place(first.limitsOf("any"), 1_800_000_000_000_000L)) {
        Decision owes = place.charge(20 * limit.capacity());
        for (long factor : factors) {
          place.change(sized(limit, factor).limitsOf("any"));
          Decision then = place.peek(1);
          assertThat(then.isAllowed()).as("%s, %s", owes, then).isFalse();
          assertThat(then.remaining()).isZero();
        }
        place.change(first.limitsOf("any"));
        Decision back = place.peek(1);
        assertThat(back.isAllowed()).isFalse();
        if (factors[0] == factors[2]) { // of more than two, two are kept
          assertThat(back.resetAfter()).isGreaterThanOrEqualTo(owes.resetAfter());
        }
      }
    }
  }

  /** The same limit with so many times the permits at once. */
  private static Limit sized(Limit limit, long factor) {
    String text = limit.toString();
    return Limit.parse(text.replaceFirst("^[0-9]+", Long.toString(factor * limit.capacity())));
  }

  @ParameterizedTest
  @MethodSource("limits")
  void zero_and_negative_permits_are_an_error(Limit limit) {
    try (Place place = place(limit.limitsOf("any"), 1_800_000_000_000_000L)) {
      for (long permits : new long[] {0, -1, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> place.tryAcquire(permits))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("permits is " + permits);
        assertThatThrownBy(() -> place.charge(permits))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("permits is " + permits);
        assertThatThrownBy(() -> place.refund(permits))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("limits")
  void ML07_only_buckets_promise_a_time(Limit limit) {
    try (Place place = place(limit.limitsOf("any"), 1_800_000_000_000_000L)) {
      if (limit instanceof TokenBucket) {
        assertThat(place.reserve(1, Duration.ofDays(36_525)).isGranted()).isTrue();
        Reservation tooMany = place.reserve(limit.capacity() + 1, Duration.ofDays(36_525));
        assertThat(tooMany.isGranted()).isFalse();
        assertThat(tooMany.decision().isNeverAllowed()).isTrue();
      } else {
        assertThatThrownBy(() -> place.reserve(1, Duration.ofDays(36_525)))
            .isInstanceOf(UnsupportedOperationException.class);
      }
    }
  }

  /** The whole decision's own word, asked of the place itself and not of an oracle. */
  @Test
  void ML05_several_limits_refuse_until_just_before_retryAfter_and_let_in_at_it() {
    List<Limit> all = limits().toList();
    SeededCases.check(
        cases() * 4,
        random -> {
          List<Limit> some = new ArrayList<>();
          for (int i = 0; i < random.nextInt(2, 5); i++) {
            some.add(all.get(random.nextInt(all.size())).named("limit" + i));
          }
          long smallest = some.stream().mapToLong(Limit::capacity).min().orElseThrow();
          try (Place place = place(Limits.allOf(some), beforeTransition(random))) {
            for (int i = 0; i < 200 && place.tryAcquire(1).isAllowed(); i++) {
              place.advance(random.nextInt(3) == 0 ? random.nextLong(2000) : 0);
            }
            long permits = 1 + random.nextLong(smallest);
            Decision refused = place.peek(permits);
            while (!refused.isAllowed()) {
              assertThat(refused.violated()).contains(refused.limit());
              place.advance(refused.retryAfter().toNanos() / 1000 - 1);
              assertThat(place.peek(permits).isAllowed()).as("%s", refused).isFalse();
              place.advance(1);
              assertThat(place.peek(permits).isAllowed()).as("%s", refused).isTrue();
              refused = place.tryAcquire(permits);
            }
          }
        });
  }

  @Test
  void zone_whose_day_begins_at_one_and_has_23_hours_counts_to_its_midnight() {
    Limit day = Limit.calendarDay(1, ZoneId.of("Africa/Cairo"));
    long one = 1_776_981_600_000_000L; // 2026-04-24T01:00+03:00, before which it was 23:59:59
    try (Place place = place(day.limitsOf("any"), one - 1)) {
      Decision first = place.tryAcquire(1);
      assertThat(first.isAllowed()).as("%s", first).isTrue();
      assertThat(place.tryAcquire(1).isAllowed()).isFalse();
      place.advance(1);
      assertThat(place.tryAcquire(1).resetAfter()).isEqualTo(Duration.ofHours(23));
      place.advance(23 * 3_600_000_000L - 1);
      assertThat(place.tryAcquire(1).isAllowed()).isFalse();
      place.advance(1);
      assertThat(place.tryAcquire(1).isAllowed()).isTrue();
    }
  }

  @Test
  void zone_whose_day_has_25_hours_counts_to_its_midnight() {
    Limit day = Limit.calendarDay(1, ZoneId.of("Europe/Berlin"));
    long midnight = 1_792_879_200_000_000L; // 2026-10-25T00:00+02:00; clocks go back that night
    try (Place place = place(day.limitsOf("any"), midnight)) {
      assertThat(place.tryAcquire(1).resetAfter()).isEqualTo(Duration.ofHours(25));
      place.advance(25 * 3_600_000_000L - 1);
      assertThat(place.tryAcquire(1).isAllowed()).isFalse();
      place.advance(1);
      assertThat(place.tryAcquire(1).isAllowed()).isTrue();
    }
  }
}
