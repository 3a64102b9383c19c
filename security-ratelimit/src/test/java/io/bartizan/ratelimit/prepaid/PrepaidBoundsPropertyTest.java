package io.bartizan.ratelimit.prepaid;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.AsyncKeyedRateLimiter;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Plan;
import io.bartizan.tests.SeededCases;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Several processes on one key in virtual time, with ways of random length to the place, bursts,
 * rests, closes and deaths: what they admit together is held against the bounds that {@link
 * PrepaidRateLimiter} states, and against what they would have admitted plain.
 */
class PrepaidBoundsPropertyTest {

  private static final long MILLI = VirtualTime.MILLI;

  /**
   * What happened to permits at a moment: admitted, or taken from the place and not yet used.
   *
   * @param held what the event adds to what is held, below zero where it takes away
   * @param taken what the place gave in it
   */
  private record Event(long at, long admitted, long held, long taken) {}

  private final List<Event> events = new ArrayList<>();
  private Instant begin = Instant.EPOCH;

  @Test
  void even_bucket_admits_at_most_its_bound_with_the_hold_time_and_with_what_was_held() {
    long[] both = new long[2];
    long[] extremes = {Long.MIN_VALUE, 0};
    SeededCases.check(
        12,
        random -> {
          long capacity = random.nextLong(130, 6000);
          long rate = random.nextLong(1, 20) * capacity / 10 + 1;
          Limit limit = Limit.parse(capacity + " burst, " + rate + "/s").named("even");
          long hold = random.nextLong(20, 1000) * MILLI;
          long seed = random.nextLong();
          long plain = run(limit, hold, false, new SplittableRandom(seed));
          long leased = run(limit, hold, true, new SplittableRandom(seed));
          both[0] += plain;
          both[1] += leased;
          assertThat(leased).isGreaterThan(plain / 2);
          double perNano = rate / 1e9;
          double most = -1e18;
          double mostWithHeld = -1e18;
          double start = -1e18;
          double startHeld = -1e18;
          long sum = 0;
          long held = 0;
          for (Event event : events) {
            start = Math.max(start, perNano * event.at() - sum);
            startHeld = Math.max(startHeld, perNano * event.at() - sum - held);
            sum += event.admitted();
            held += event.held();
            most = Math.max(most, sum - perNano * event.at() + start);
            mostWithHeld = Math.max(mostWithHeld, sum - perNano * event.at() + startHeld);
          }
          assertThat(most)
              .as("%s, hold %d", limit, hold)
              .isLessThanOrEqualTo(capacity + perNano * hold + 1);
          assertThat(mostWithHeld)
              .as("%s with what was held", limit)
              .isLessThanOrEqualTo(capacity + 1.0);
          extremes[0] = Math.max(extremes[0], (long) (most - capacity));
        });
    assertThat(both[1]).as("of %d plain", both[0]).isGreaterThan(both[0] * 9 / 10);
    assertThat(extremes[0]).as("the bound is not vacuous: more than the plain one").isPositive();
  }

  @Test
  void windows_and_steps_admit_what_they_would_plain() {
    List<String> texts =
        List.of(
            "%d/s fixed",
            "%d/3s fixed",
            "%d/s sliding counter",
            "%d/2s sliding counter",
            "%d burst, 500/s, in steps",
            "%d burst, 300/700ms, in steps",
            "%d/day in Europe/Berlin");
    long[] both = new long[2];
    SeededCases.check(
        12,
        random -> {
          String text = texts.get(random.nextInt(texts.size()));
          Limit limit = Limit.parse(String.format(text, random.nextLong(130, 6000))).named("edged");
          long hold = random.nextLong(20, 3000) * MILLI;
          long seed = random.nextLong();
          long plain = run(limit, hold, false, new SplittableRandom(seed));
          long leased = run(limit, hold, true, new SplittableRandom(seed));
          both[0] += plain;
          both[1] += leased;
          admittedFits(limit);
        });
    assertThat(both[1]).as("of %d plain", both[0]).isGreaterThan(both[0] * 9 / 10);
  }

  @Test
  void day_that_ends_meanwhile_takes_no_lot_along() {
    Instant midnight = Instant.parse("2026-03-28T23:00:00Z"); // in Berlin; a day of 23 hours begins
    long[] both = new long[2];
    SeededCases.check(
        8,
        random -> {
          Limit limit =
              Limit.parse(random.nextLong(130, 6000) + "/day in Europe/Berlin").named("day");
          begin = midnight.minusMillis(random.nextLong(1, 700));
          long hold = random.nextLong(20, 3000) * MILLI;
          long seed = random.nextLong();
          both[0] += run(limit, hold, false, new SplittableRandom(seed));
          both[1] += run(limit, hold, true, new SplittableRandom(seed));
          admittedFits(limit);
        });
    assertThat(both[1]).as("of %d plain", both[0]).isGreaterThan(both[0] * 9 / 10);
  }

  @Test
  void window_from_the_first_request_admits_what_it_would_plain_in_the_window_of_the_place() {
    long[] both = new long[2];
    SeededCases.check(
        12,
        random -> {
          long capacity = random.nextLong(130, 6000);
          long window = random.nextLong(200, 3000) * MILLI;
          Limit limit =
              Limit.parse(capacity + "/" + window / MILLI + "ms from first request")
                  .named("opened");
          long hold = random.nextLong(20, 3000) * MILLI;
          long seed = random.nextLong();
          both[0] += run(limit, hold, false, new SplittableRandom(seed));
          both[1] += run(limit, hold, true, new SplittableRandom(seed));
          long end = Long.MIN_VALUE;
          long admitted = 0;
          for (Event event : events) {
            if (event.at() >= end && event.taken() > 0) {
              end = event.at() + window;
              admitted = 0;
            }
            admitted += event.admitted();
            assertThat(event.admitted() == 0 || event.at() < end)
                .as("%s, hold %d: admitted at %d, in a window", limit, hold, event.at())
                .isTrue();
            assertThat(admitted)
                .as("%s, hold %d: the window that ends at %d", limit, hold, end)
                .isLessThanOrEqualTo(capacity);
          }
        });
    assertThat(both[1]).as("of %d plain", both[0]).isGreaterThan(both[0] * 9 / 10);
  }

  @Test
  void two_limits_together_admit_no_more_than_each() {
    List<String> texts =
        List.of("%d/500ms fixed", "%d/s sliding counter", "%d burst, 300/700ms, in steps");
    long[] both = new long[2];
    SeededCases.check(
        16,
        random -> {
          long capacity = random.nextLong(130, 3000);
          String text = texts.get(random.nextInt(texts.size()));
          Limit tight = Limit.parse(String.format(text, capacity)).named("tight");
          Limit wide = Limit.parse(capacity * random.nextLong(2, 6) + "/3s fixed").named("wide");
          List<Limit> limits = random.nextBoolean() ? List.of(tight, wide) : List.of(wide, tight);
          long hold = random.nextLong(20, 3000) * MILLI;
          long seed = random.nextLong();
          Plan plan = Limits.allOf(limits);
          both[0] += run(plan, hold, false, new SplittableRandom(seed));
          both[1] += run(plan, hold, true, new SplittableRandom(seed));
          limits.forEach(this::admittedFits);
        });
    assertThat(both[1]).as("of %d plain", both[0]).isGreaterThan(both[0] * 9 / 10);
  }

  /** All that was admitted would have been admitted by this limit alone, at the same moments. */
  private void admittedFits(Limit limit) {
    VirtualTime time = new VirtualTime();
    KeyedRateLimiter judge =
        KeyedRateLimiter.builder(limit, 10).withTicker(time).withClock(() -> begin).build();
    for (Event event : events) {
      time.passTo(event.at());
      assertThat(event.admitted() == 0 || judge.tryAcquire("key", event.admitted()).isAllowed())
          .as("%s: what was admitted at %d fits", limit, event.at())
          .isTrue();
    }
  }

  @Test
  void exact_window_and_small_bucket_are_exact() {
    SeededCases.check(
        10,
        random -> {
          Limit limit =
              Limit.parse(random.nextBoolean() ? "500/s sliding" : "100 burst, 200/s")
                  .named("small");
          long unused = run(limit, 500 * MILLI, true, random);
          admittedFits(limit);
        });
  }

  /** Four seconds of traffic that the seed gives; what was admitted. */
  private long run(Plan plan, long hold, boolean leases, SplittableRandom random) {
    events.clear();
    VirtualTime time = new VirtualTime();
    long longest = random.nextLong(1, 15 * MILLI);
    SplittableRandom ways = random.split();
    FarPlace place =
        new FarPlace(
            time,
            plan,
            ChronoUnit.MICROS.between(Instant.EPOCH, begin),
            () -> ways.nextLong(longest));
    place.remembersTimes = true;
    place.ledger = (at, permits) -> events.add(new Event(at, 0, permits, Math.max(0, permits)));
    int count = random.nextInt(2, 5);
    List<PrepaidUser> processes = new ArrayList<>();
    double fair = capacity(plan) / 1000.0 / count; // permits a millisecond that hurt a little
    for (int i = 0; i < count; i++) {
      processes.add(new PrepaidUser(place, leases, hold));
    }
    double tide = 1; // common to all, so that bursts meet a full bucket and lots besides
    for (int millis = 0; millis < 4000; millis++) {
      if (random.nextInt(200) == 0) {
        tide = new double[] {0.1, 0.3, 1, 8}[random.nextInt(4)];
      }
      for (int i = 0; i < count; i++) {
        processes.get(i).millisecond(fair * tide, random);
        if (random.nextInt(1500) == 0) {
          processes.get(i).end(random.nextBoolean());
          processes.set(i, new PrepaidUser(place, leases, hold));
        }
      }
      if (millis % (int) Math.max(1, hold / 4 / MILLI) == 0) {
        processes.forEach(PrepaidUser::sweep);
      }
      time.pass(MILLI);
    }
    time.pass(1000 * MILLI);
    events.sort(Comparator.comparingLong(Event::at));
    return events.stream().mapToLong(Event::admitted).sum();
  }

  private static double capacity(Plan plan) {
    return plan.limitsOf("key").list().stream().mapToLong(Limit::capacity).min().orElseThrow();
  }

  /** One of the processes, plain or with lots; its pace changes now and then. */
  private final class PrepaidUser {
    private final FarPlace place;
    private final AsyncKeyedRateLimiter limiter;
    private final @Nullable PrepaidRateLimiter leasing;
    private double pace = -1;
    private boolean heavy;
    private long lapsed;

    PrepaidUser(FarPlace place, boolean leases, long hold) {
      this.place = place;
      this.leasing =
          leases
              ? PrepaidRateLimiter.builder(place.client())
                  .withTicker(place.time)
                  .withHold(Duration.ofNanos(hold))
                  .withoutTimer()
                  .build()
              : null;
      this.limiter = leasing == null ? place.client() : leasing;
    }

    void millisecond(double fair, SplittableRandom random) {
      if (random.nextInt(400) == 0 || pace < 0) {
        pace = random.nextInt(3) == 0 ? 0 : 4 * random.nextDouble();
        heavy = random.nextInt(4) == 0;
      }
      double due = pace * fair;
      int checks = (int) due + (random.nextDouble() < due % 1 ? 1 : 0);
      for (int i = 0; i < checks; i++) {
        check(heavy ? random.nextLong(1, 6) : 1);
      }
      if (leasing != null) {
        long now = leasing.counts().lapsed();
        if (now > lapsed) {
          events.add(new Event(place.time.nanos(), 0, lapsed - now, 0));
          lapsed = now;
        }
      }
    }

    private void check(long permits) {
      var unused =
          limiter
              .tryAcquire("key", permits)
              .thenAccept(
                  told -> {
                    if (told.isAllowed()) {
                      long at =
                          told.source() == Source.PREPAID
                              ? place.time.nanos()
                              : place.madeAt.get(told);
                      events.add(new Event(at, permits, -permits, 0));
                    }
                  });
    }

    void sweep() {
      if (leasing != null) {
        leasing.sweep();
      }
    }

    /** Closes, or dies with what it holds. */
    void end(boolean well) {
      if (leasing != null && well) {
        var unused = leasing.giveBack();
      } else if (leasing != null) {
        events.add(new Event(place.time.nanos(), 0, -leasing.counts().held(), 0));
      }
    }
  }
}
