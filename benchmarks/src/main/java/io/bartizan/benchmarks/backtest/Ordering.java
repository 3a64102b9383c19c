package io.bartizan.benchmarks.backtest;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Puts requests into the order of their times. A request waits until one is seen that is later by
 * the window; what comes after a later one was let go is late and left out.
 *
 * <p>A time that jumps ahead by more than a gap may be one forged or broken line, which would make
 * all others late. It is believed once {@value #CONFIRMED_BY} lines in a row agree on it.
 */
final class Ordering {
  /** How many lines in a row make a jump believable. */
  static final int CONFIRMED_BY = 16;

  private static final long UNKNOWN = Long.MIN_VALUE;

  private final long window;
  private final long gap;
  private final int mostHeld;
  private final Spool spool;
  private final Callers callers;
  private final Faults faults;
  private final HeldRequests held = new HeldRequests();
  private final long[] jumpTimes = new long[CONFIRMED_BY];
  private final long[] jumpLines = new long[CONFIRMED_BY];
  private final int[] jumpCallers = new int[CONFIRMED_BY];
  private int jumped;
  private long newest = UNKNOWN;
  private long released = UNKNOWN;

  Ordering(
      Duration window, Duration gap, int mostHeld, Spool spool, Callers callers, Faults faults) {
    this.window = micros(window);
    this.gap = micros(gap);
    this.mostHeld = mostHeld;
    this.spool = spool;
    this.callers = callers;
    this.faults = faults;
  }

  void add(long time, int caller, long line) throws IOException {
    if (newest == UNKNOWN || time - newest > gap) {
      jump(time, caller, line);
      return;
    }
    forgetJump();
    accept(time, caller, line);
  }

  /** No more will come. */
  void end() throws IOException {
    if (newest == UNKNOWN) {
      believeJump();
    } else {
      forgetJump();
    }
    while (held.size() > 0) {
      release();
    }
  }

  private void jump(long time, int caller, long line) throws IOException {
    if (jumped > 0 && Math.abs(time - jumpTimes[0]) > gap) {
      forgetJump();
    }
    jumpTimes[jumped] = time;
    jumpCallers[jumped] = caller;
    jumpLines[jumped] = line;
    jumped++;
    if (jumped == CONFIRMED_BY) {
      believeJump();
    }
  }

  private void believeJump() throws IOException {
    int count = jumped;
    jumped = 0;
    for (int i = 0; i < count; i++) {
      newest = Math.max(newest, jumpTimes[i]);
    }
    for (int i = 0; i < count; i++) {
      accept(jumpTimes[i], jumpCallers[i], jumpLines[i]);
    }
  }

  private void forgetJump() {
    for (int i = 0; i < jumped; i++) {
      faults.add(Fault.FAR_OFF, jumpLines[i], instant(jumpTimes[i]).toString());
    }
    jumped = 0;
  }

  private void accept(long time, int caller, long line) throws IOException {
    if (released != UNKNOWN && time < released) {
      boolean far = newest - time > gap;
      faults.add(far ? Fault.FAR_OFF : Fault.LATE, line, instant(time).toString());
      return;
    }
    newest = Math.max(newest, time);
    held.add(time, caller, line);
    while (held.size() > 0 && (held.earliest() <= newest - window || held.size() > mostHeld)) {
      release();
    }
  }

  private void release() throws IOException {
    held.poll();
    released = held.micros;
    callers.count(held.caller);
    spool.add(held.micros, held.caller);
  }

  static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  static long micros(Duration span) {
    return span.getSeconds() * 1_000_000 + span.getNano() / 1000;
  }
}
