package io.bartizan.ratelimit;

import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Any limits of one subject: a check looks at all counts, then charges all or none. */
final class CountCell extends HeldCell {

  private final Limits limits;
  private final List<Limit> list;
  private final Count[] counts;

  private Formers formers = Formers.NONE;

  private boolean dead;
  private long last;

  private CountCell(Limits limits, Count[] counts, long now) {
    this.limits = limits;
    this.list = limits.list();
    this.counts = counts;
    this.last = now;
  }

  static CountCell of(Limits limits, long now) {
    Count[] counts = new Count[limits.list().size()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = limits.list().get(i).count(now);
    }
    return new CountCell(limits, counts, now);
  }

  /** Before this cell is shared; takes the counts over, and those of its own former definition. */
  void inherit(Frozen before, long now) {
    formers = Formers.of(counts.length);
    for (int i = 0; i < counts.length; i++) {
      Limit limit = list.get(i);
      Counted old = before.count(limit.name());
      if (old == null) {
        continue;
      }
      Former former = before.former(limit.name(), old.count(), now);
      if (old.limit().equals(limit)) {
        counts[i] = old.count();
        formers.remember(i, former == null ? null : Former.of(former.counted(), limit, now));
        continue;
      }
      formers.remember(i, Former.of(old, limit, now));
      if (former != null && former.counted().limit().equals(limit)) {
        counts[i] = former.counted().count();
      } else {
        counts[i].inherit(old.count(), now);
      }
    }
  }

  /** Before this cell is shared. */
  void inherit(List<Counted> before, long taken, long now) {
    for (int i = 0; i < counts.length; i++) {
      for (Counted old : before) {
        if (!old.limit().name().equals(list.get(i).name())) {
          continue;
        }
        if (taken < old.count().used(now)) {
          counts[i].owe(now, taken, counts[i].isFull(now));
        } else {
          counts[i].inherit(old.count(), now);
        }
      }
    }
  }

  /** The count of the only limit. */
  Count only() {
    return counts[0];
  }

  @Override
  boolean counts(Limits other) {
    return limits.equals(other);
  }

  @Override
  @Nullable Decision tryAcquire(long clock, long permits) {
    hold();
    try {
      if (dead) {
        return null;
      }
      long now = advance(clock);
      boolean fits = fits(now, permits);
      if (fits) {
        take(now, permits);
      }
      return decision(fits, now, permits);
    } finally {
      release();
    }
  }

  @Override
  @Nullable Decision peek(long clock, long permits) {
    hold();
    try {
      long now = advance(clock);
      return dead ? null : decision(fits(now, permits), now, permits);
    } finally {
      release();
    }
  }

  @Override
  @Nullable Decision charge(long clock, long permits) {
    hold();
    try {
      if (dead) {
        return null;
      }
      long now = advance(clock);
      formers.settle(counts, now);
      for (int i = 0; i < counts.length; i++) {
        boolean asLast = counts[i].isFull(now);
        counts[i].owe(now, permits, asLast);
        Count former = formers.count(i);
        if (former != null) {
          former.owe(now, permits, asLast);
        }
      }
      return decision(fits(now, 1), now, 1);
    } finally {
      release();
    }
  }

  @Override
  boolean refund(long clock, long permits) {
    hold();
    try {
      if (dead) {
        return false;
      }
      long now = advance(clock);
      formers.settle(counts, now);
      for (int i = 0; i < counts.length; i++) {
        counts[i].refund(now, permits);
        formers.refund(i, now, permits);
      }
      return true;
    } finally {
      release();
    }
  }

  @Override
  @Nullable Reservation reserve(MicroClock time, long permits, long maxWaitMicros) {
    hold();
    try {
      if (dead) {
        return null;
      }
      long now = advance(time.micros());
      long wait = 0;
      for (int i = 0; i < counts.length; i++) {
        wait = Math.max(wait, waitMicros(i, now, permits));
      }
      if (wait > maxWaitMicros) {
        Decision refused = decision(false, now, permits);
        return Reservation.of(refused, refused.retryAfter(), () -> {});
      }
      take(now, permits);
      long[] marks = new long[counts.length];
      for (int i = 0; i < marks.length; i++) {
        marks[i] = counts[i].mark(now);
      }
      return Reservation.of(
          decision(true, now, permits),
          Duration.ofNanos(wait * 1000),
          () -> cancel(time.micros(), permits, marks));
    } finally {
      release();
    }
  }

  private void cancel(long clock, long permits, long[] marks) {
    hold();
    try {
      long now = advance(clock);
      formers.settle(counts, now);
      for (int i = 0; i < marks.length && !dead; i++) {
        long before = counts[i].used(now);
        counts[i].cancel(now, permits, marks[i]);
        formers.refund(i, now, before - counts[i].used(now));
      }
    } finally {
      release();
    }
  }

  @Override
  boolean retire(long clock, long restMicros) {
    hold();
    try {
      boolean idle = !dead && clock - last >= restMicros;
      long now = idle ? advance(clock) : last;
      for (int i = 0; i < counts.length && idle; i++) {
        idle = counts[i].isIdle(now) && formers.isIdle(i, counts[i], now);
      }
      dead |= idle;
      return dead;
    } finally {
      release();
    }
  }

  @Override
  @Nullable Frozen freeze() {
    hold();
    try {
      if (dead) {
        return null;
      }
      dead = true;
      return new Frozen(counted(), formers.all(), last);
    } finally {
      release();
    }
  }

  private List<Counted> counted() {
    List<Counted> counted = new ArrayList<>(counts.length);
    for (int i = 0; i < counts.length; i++) {
      counted.add(new Counted(list.get(i), counts[i]));
    }
    return counted;
  }

  @Override
  Cell split(Limits others, long taken, long clock) {
    hold();
    try {
      return Cell.of(others, counted(), taken, advance(clock));
    } finally {
      release();
    }
  }

  @Override
  void prolong(long clock) {
    hold();
    try {
      long now = advance(clock);
      for (Count count : counts) {
        count.prolong(now);
      }
    } finally {
      release();
    }
  }

  @Override
  long resetMicros(long clock) {
    hold();
    try {
      long now = advance(clock);
      long reset = 0;
      for (Count count : counts) {
        reset = Math.max(reset, count.resetMicros(now));
      }
      return reset + now - clock;
    } finally {
      release();
    }
  }

  private boolean fits(long now, long permits) {
    for (int i = 0; i < counts.length; i++) {
      if (!asked(i, now).fits(now, permits)) {
        return false;
      }
    }
    return true;
  }

  private void take(long now, long permits) {
    formers.settle(counts, now);
    for (int i = 0; i < counts.length; i++) {
      formers.take(i, counts[i], now, permits);
    }
  }

  private Count asked(int index, long now) {
    return formers.asked(index, counts[index], now);
  }

  private Decision decision(boolean allowed, long now, long permits) {
    if (counts.length == 1) {
      return decision(0, allowed, now, permits);
    }
    List<Decision> parts = new ArrayList<>(counts.length);
    for (int i = 0; i < counts.length; i++) {
      parts.add(decision(i, allowed || asked(i, now).fits(now, permits), now, permits));
    }
    return Decision.allOf(parts);
  }

  private Decision decision(int index, boolean allowed, long now, long permits) {
    Count count = asked(index, now);
    long reset = allowed ? count.resetMicros(now) : count.resetRefusedMicros(now, permits);
    return Decision.single(
        list.get(index),
        Decision.Source.MEMORY,
        allowed,
        permits,
        count.remaining(now),
        allowed ? 0 : Micros.nanos(count.retryMicros(now, permits)),
        Micros.nanos(reset));
  }

  private long waitMicros(int index, long now, long permits) {
    if (!counts[index].promisesTimes()) {
      throw new UnsupportedOperationException(
          "a "
              + list.get(index)
              + " limit can't promise a time; reserve and acquire need token buckets");
    }
    return asked(index, now).waitMicros(now, permits);
  }

  /** Two threads may read the clock in one order and come here in the other. */
  private long advance(long clock) {
    last = Math.max(last, clock);
    return last;
  }
}
