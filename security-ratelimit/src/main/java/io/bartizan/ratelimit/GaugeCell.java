package io.bartizan.ratelimit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Any limits of one subject behind one flag that is held for some tens of nanoseconds: never while
 * anything waits, allocates much, or runs code of the application. A check looks at all gauges,
 * then charges all or none.
 */
final class GaugeCell extends Cell {

  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(GaugeCell.class, "held", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Limits limits;
  private final Gauge[] gauges;

  @SuppressWarnings("UnusedVariable") // through HELD
  private volatile boolean held;

  private boolean dead;
  private long last;

  private GaugeCell(Limits limits, Gauge[] gauges, long now) {
    this.limits = limits;
    this.gauges = gauges;
    this.last = now;
  }

  static GaugeCell of(Limits limits, long now) {
    Gauge[] gauges = new Gauge[limits.list().size()];
    for (int i = 0; i < gauges.length; i++) {
      gauges[i] = limits.list().get(i).gauge(now);
    }
    return new GaugeCell(limits, gauges, now);
  }

  /** Before this cell is shared. */
  void inherit(List<Gauge> before, long now) {
    for (Gauge gauge : gauges) {
      for (Gauge old : before) {
        if (old.limit().name().equals(gauge.limit().name())) {
          gauge.inherit(old, now);
        }
      }
    }
  }

  Gauge gauge(int index) {
    return gauges[index];
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
        charge(now, permits);
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
  boolean refund(long clock, long permits) {
    hold();
    try {
      if (dead) {
        return false;
      }
      long now = advance(clock);
      for (Gauge gauge : gauges) {
        gauge.refund(now, permits);
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
      for (Gauge gauge : gauges) {
        wait = Math.max(wait, gauge.waitMicros(now, permits));
      }
      if (wait > maxWaitMicros) {
        Decision refused = decision(false, now, permits);
        return Reservation.of(refused, refused.retryAfter(), () -> {});
      }
      charge(now, permits);
      long[] marks = new long[gauges.length];
      for (int i = 0; i < marks.length; i++) {
        marks[i] = gauges[i].mark(now);
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
      for (int i = 0; i < marks.length && !dead; i++) {
        gauges[i].cancel(now, permits, marks[i]);
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
      for (int i = 0; i < gauges.length && idle; i++) {
        idle = gauges[i].idle(now);
      }
      dead |= idle;
      return dead;
    } finally {
      release();
    }
  }

  @Override
  @Nullable List<Gauge> freeze() {
    hold();
    try {
      if (dead) {
        return null;
      }
      dead = true;
      return List.of(gauges);
    } finally {
      release();
    }
  }

  private boolean fits(long now, long permits) {
    for (Gauge gauge : gauges) {
      if (permits > gauge.limit().capacity() || !gauge.fits(now, permits)) {
        return false;
      }
    }
    return true;
  }

  private void charge(long now, long permits) {
    for (Gauge gauge : gauges) {
      gauge.charge(now, permits);
    }
  }

  private Decision decision(boolean allowed, long now, long permits) {
    if (gauges.length == 1) {
      return gauges[0].decision(allowed, now, permits);
    }
    List<Decision> parts = new ArrayList<>(gauges.length);
    for (Gauge gauge : gauges) {
      boolean fits = allowed || (permits <= gauge.limit().capacity() && gauge.fits(now, permits));
      parts.add(gauge.decision(fits, now, permits));
    }
    return Decision.allOf(parts);
  }

  /** Two threads may read the clock in one order and come here in the other. */
  private long advance(long clock) {
    last = Math.max(last, clock);
    return last;
  }

  @SuppressWarnings("ThreadPriorityCheck") // whoever holds the flag lost its processor meanwhile
  private void hold() {
    int tries = 0;
    while (!HELD.compareAndSet(this, false, true)) {
      if (++tries % 64 == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }

  private void release() {
    HELD.setRelease(this, false);
  }
}
