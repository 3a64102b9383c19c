package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One place and the oracles of its limits, led through the same calls around the moments that
 * matter: bursts, a refused one's own retry time, long rests; and judged call by call, the parts of
 * a decision and the whole.
 */
final class ContractTrace {

  private final LimiterContractTest.Place place;
  private final SplittableRandom random;

  /** What any limit may be changed to; empty where only its capacity may change. */
  private final List<Limit> others;

  private final List<Slot> slots = new ArrayList<>();
  private Limits limits;
  private List<Definitions> definitions = new ArrayList<>();

  /** What a subject that is held to again may have forgotten, for nothing counted at a time. */
  private boolean remembers = true;

  /** A reservation that was granted under the limits of now, and where it ends by each of them. */
  private record Slot(Reservation reservation, long permits, List<BigInteger> marks) {}

  ContractTrace(
      LimiterContractTest.Place place, Limits limits, List<Limit> others, SplittableRandom random) {
    this.place = place;
    this.limits = limits;
    this.others = others;
    this.random = random;
    limits
        .list()
        .forEach(limit -> definitions.add(new Definitions(Oracle.of(limit, place.nowMicros()))));
  }

  void follow(int steps) {
    Decision last = null;
    for (int step = 0; step < steps; step++) {
      place.advance(pause(last));
      forgetIfIdle();
      long smallest = limits.list().stream().mapToLong(Limit::capacity).min().orElseThrow();
      long permits = random.nextInt(4) > 0 ? 1 : random.nextLong(1, smallest + 2);
      switch (random.nextInt(16)) {
        case 0 -> last = peek(permits);
        case 1 -> last = takeAndGiveBack(permits);
        case 2 -> last = giveBackLate(permits);
        case 3 -> last = reserve(permits, last);
        case 4 -> last = cancel(last);
        case 5 -> last = random.nextBoolean() ? change() : take(permits);
        case 6 -> last = random.nextInt(3) == 0 ? charge(permits, smallest) : take(permits);
        default -> last = take(permits);
      }
      forgetIfIdle();
    }
  }

  /** A key of which nothing counts may be forgotten, and with it its reservations. */
  private void forgetIfIdle() {
    long now = place.nowMicros();
    if (oracles().stream().allMatch(o -> o.fits(now, o.limit.capacity()))) {
      slots.clear();
      remembers &= !definitions.stream().allMatch(each -> each.isIdle(now));
    }
  }

  private Decision peek(long permits) {
    return judged(place.peek(permits), permits, fits(permits));
  }

  private Decision take(long permits) {
    long now = place.nowMicros();
    List<Boolean> fits = fits(permits);
    Decision decision = place.tryAcquire(permits);
    if (!fits.contains(false)) {
      definitions.forEach(each -> each.take(now, permits));
    }
    return judged(decision, permits, fits);
  }

  /**
   * What was used already: a few times what there is, and at once whether one more could be had.
   */
  private Decision charge(long permits, long smallest) {
    long used = random.nextBoolean() ? permits : random.nextLong(1, 3 * smallest + 2);
    long now = place.nowMicros();
    if (!definitions.stream().allMatch(each -> each.mayOwe(now, used))) {
      return take(permits);
    }
    definitions.forEach(each -> each.owe(now, used));
    return judged(place.charge(used), 1, fits(1));
  }

  private Decision takeAndGiveBack(long permits) {
    return take(permits).isAllowed() ? giveBackLate(permits) : peek(permits);
  }

  /** Of what was taken at any time before, or never. */
  private Decision giveBackLate(long permits) {
    place.refund(permits);
    definitions.forEach(each -> each.refund(place.nowMicros(), permits));
    return peek(permits);
  }

  private Decision reserve(long permits, Decision last) {
    if (!limits.list().stream().allMatch(TokenBucket.class::isInstance)) {
      return last;
    }
    long now = place.nowMicros();
    long most = random.nextLong(4 * window() + 1);
    List<Boolean> fits = fits(permits);
    boolean never = definitions.stream().anyMatch(each -> permits > each.most(now));
    long wait =
        definitions.stream().mapToLong(each -> each.waitMicros(now, permits)).max().orElseThrow();
    if (random.nextInt(4) == 0 && wait > 0) {
      most = wait - random.nextInt(2);
    }
    Reservation reservation = place.reserve(permits, Duration.of(most, ChronoUnit.MICROS));
    Decision decision = reservation.decision();
    assertThat(reservation.isGranted())
        .as("%s of at most %d us at %d", reservation, most, now)
        .isEqualTo(!never && wait <= most)
        .isEqualTo(decision.isAllowed());
    if (!reservation.isGranted()) {
      assertThat(reservation.delay()).isEqualTo(decision.retryAfter());
      return judged(decision, permits, fits);
    }
    assertThat(reservation.delay()).isEqualTo(Duration.of(wait, ChronoUnit.MICROS));
    List<BigInteger> marks = new ArrayList<>();
    for (Definitions each : definitions) {
      each.take(now, permits);
      marks.add(each.oracle().mark(now));
    }
    slots.add(new Slot(reservation, permits, marks));
    return judged(decision, permits, fits.stream().map(fit -> true).toList());
  }

  private Decision cancel(Decision last) {
    if (slots.isEmpty()) {
      return last;
    }
    Slot slot = slots.remove(random.nextInt(slots.size()));
    slot.reservation.cancel();
    slot.reservation.cancel();
    for (int i = 0; i < definitions.size(); i++) {
      definitions.get(i).cancel(place.nowMicros(), slot.permits, slot.marks.get(i));
    }
    return peek(slot.permits);
  }

  private Decision change() {
    slots.clear(); // of reservations under other limits nothing is told
    boolean back = remembers && random.nextInt(3) > 0;
    List<Limit> next = new ArrayList<>();
    for (Definitions each : definitions) {
      Limit before = each.before();
      Limit limit = before;
      while (limit == null || (limit.equals(before) && !back)) {
        limit = changed(each.oracle().limit);
      }
      next.add(limit);
    }
    Limits now = Limits.allOf(next);
    if (!now.equals(limits)) {
      List<Definitions> changed = new ArrayList<>();
      for (int i = 0; i < next.size(); i++) {
        changed.add(definitions.get(i).changed(next.get(i), place.nowMicros()));
      }
      limits = now;
      definitions = changed;
      remembers = true;
      place.change(limits);
    }
    return peek(1);
  }

  /** Another capacity, which is the first number of each limit's text; or another limit. */
  private Limit changed(Limit limit) {
    Limit base = limit;
    if (!others.isEmpty() && random.nextBoolean()) {
      base = others.get(random.nextInt(others.size()));
    }
    boolean keepsBucket = others.isEmpty() && limit instanceof TokenBucket b && !b.isStepped();
    String text = base.toString();
    if (keepsBucket) {
      return limit; // where doubles convert a bucket there is no exact answer
    }
    long least = text.contains("at first") ? base.capacity() : 1;
    long capacity = least + random.nextLong(2 * base.capacity() + 2);
    return Limit.parse(text.replaceFirst("^[0-9]+", Long.toString(capacity))).named(limit.name());
  }

  private List<Oracle> oracles() {
    return definitions.stream().map(Definitions::oracle).toList();
  }

  private List<Boolean> fits(long permits) {
    long now = place.nowMicros();
    return definitions.stream().map(each -> each.fits(now, permits)).toList();
  }

  /** Each part by its oracle, then what the whole says of all of them. */
  private Decision judged(Decision decision, long permits, List<Boolean> fits) {
    long now = place.nowMicros();
    String what = decision + " at " + now;
    assertThat(decision.isAllowed()).as(what).isEqualTo(!fits.contains(false));
    List<Decision> parts = decision.parts();
    assertThat(parts).as(what).hasSize(definitions.size());
    for (int i = 0; i < parts.size(); i++) {
      definitions.get(i).check(parts.get(i), now, permits);
      assertThat(parts.get(i).isAllowed()).as(what).isEqualTo(fits.get(i));
    }
    assertThat(decision.permits()).as(what).isEqualTo(permits);
    Decision speaker =
        parts.stream().filter(p -> p.limit().equals(decision.limit())).findFirst().orElseThrow();
    assertThat(speaker.isAllowed()).as(what).isEqualTo(decision.isAllowed());
    assertThat(decision.retryAfter()).as(what).isEqualTo(speaker.retryAfter());
    long least = parts.stream().mapToLong(Decision::remaining).min().orElseThrow();
    assertThat(decision.remaining()).as("permits that all have left: %s", what).isEqualTo(least);
    if (decision.isAllowed()) {
      assertThat(speaker.remaining()).as(what).isEqualTo(least);
      assertThat(decision.violated()).isEmpty();
      assertThat(decision.retryAfter()).isEqualTo(Duration.ZERO);
    } else {
      assertThat(decision.violated()).as(what).contains(speaker.limit());
      checkRetry(decision, permits, now);
    }
    checkReset(decision, now);
    return decision;
  }

  private void checkRetry(Decision decision, long permits, long now) {
    boolean never = limits.list().stream().anyMatch(limit -> permits > limit.capacity());
    assertThat(decision.isNeverAllowed()).as("%s", decision).isEqualTo(never);
    if (never) {
      assertThat(decision.retryAfter()).isEqualTo(Decision.FOREVER);
      return;
    }
    long wait = micros(decision.retryAfter());
    assertThat(definitions)
        .as("let in after %s", decision)
        .allMatch(each -> each.fits(now + wait, permits));
    assertThat(definitions)
        .as("refused just before that of %s", decision)
        .anyMatch(each -> !each.fits(now + wait - 1, permits));
  }

  private void checkReset(Decision decision, long now) {
    long reset = micros(decision.resetAfter());
    assertThat(oracles())
        .as("nothing counts after the reset of %s", decision)
        .allMatch(o -> o.fits(now + reset, o.limit.capacity()));
    assertThat(decision.parts())
        .as("the reset of %s", decision)
        .anyMatch(part -> part.resetAfter().equals(decision.resetAfter()));
  }

  private long pause(Decision last) {
    if (last != null && !last.isAllowed() && !last.isNeverAllowed() && random.nextBoolean()) {
      long wait = micros(last.retryAfter());
      return random.nextBoolean() ? wait : Math.max(0, wait - 1);
    }
    if (last != null && random.nextInt(10) == 0) {
      long reset = micros(last.resetAfter());
      return random.nextBoolean() ? reset : Math.max(0, reset - 1);
    }
    long window = window();
    return switch (random.nextInt(8)) {
      case 0 -> window;
      case 1 -> window - 1;
      case 2 -> random.nextLong(3 * window);
      case 3 -> random.nextLong(Math.max(1, window / limits.list().get(0).capacity()) + 1);
      case 4 -> 1;
      default -> 0;
    };
  }

  private long window() {
    return micros(limits.list().get(0).window());
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
