package io.bartizan.benchmarks.backtest;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

/**
 * Puts requests into the order of their times. A request waits until one is seen that is later by
 * the window; what comes after a later one was let go is late and left out.
 *
 * <p>A time that jumps ahead by more than the window may be that of one forged or broken line,
 * which would make all others late. So it waits aside: if two lines come that go on where the
 * others were, the jump was false; if {@value #CONFIRMED_BY} have jumped or the log ends, it was
 * true. Those that the others have caught up with have not jumped. Of those that jumped, the
 * largest group without a gap in it counts.
 */
final class Ordering {
  /** How many lines make a jump believable. */
  static final int CONFIRMED_BY = 16;

  private static final int REFUTED_BY = 2;
  private static final long SHORTEST_JUMP = 1_000_000;

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
  private int returned;
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
    if (newest == UNKNOWN || isJump(time)) {
      jumpTimes[jumped] = time;
      jumpCallers[jumped] = caller;
      jumpLines[jumped] = line;
      jumped++;
      if (jumped == CONFIRMED_BY) {
        believeJump();
      }
    } else if (accept(time, caller, line) && jumped > 0) {
      rejoin();
      if (jumped > 0 && ++returned == REFUTED_BY) {
        forgetJump();
      }
    }
  }

  private boolean isJump(long time) {
    return time - newest > Math.max(window, SHORTEST_JUMP);
  }

  /**
   * Accepts those that have jumped and whom the others have caught up with; the earliest first, or
   * a later one would make it late.
   */
  private void rejoin() throws IOException {
    sortJumps();
    int before = jumped;
    jumped = 0;
    for (int i = 0; i < before; i++) {
      if (isJump(jumpTimes[i])) {
        keepJump(i);
      } else {
        boolean unused = accept(jumpTimes[i], jumpCallers[i], jumpLines[i]);
      }
    }
  }

  /** By time; those of one time stay as they are. */
  private void sortJumps() {
    for (int i = 1; i < jumped; i++) {
      long time = jumpTimes[i];
      int caller = jumpCallers[i];
      long line = jumpLines[i];
      int to = i;
      for (; to > 0 && jumpTimes[to - 1] > time; to--) {
        moveJump(to - 1, to);
      }
      jumpTimes[to] = time;
      jumpCallers[to] = caller;
      jumpLines[to] = line;
    }
  }

  private void keepJump(int from) {
    moveJump(from, jumped++);
  }

  private void moveJump(int from, int to) {
    jumpTimes[to] = jumpTimes[from];
    jumpCallers[to] = jumpCallers[from];
    jumpLines[to] = jumpLines[from];
  }

  /** No more will come. */
  void end() throws IOException {
    if (newest == UNKNOWN && jumped > 0) {
      believeJump();
    }
    long[] sorted = sortedJumps();
    long reached = newest;
    for (int i = 0; i < sorted.length && sorted[i] - reached <= gap; i++) {
      reached = sorted[i];
    }
    for (int i = 0; i < jumped; i++) {
      if (jumpTimes[i] <= reached) {
        boolean unused = accept(jumpTimes[i], jumpCallers[i], jumpLines[i]);
      } else {
        farOff(i);
      }
    }
    jumped = 0;
    while (held.size() > 0) {
      release();
    }
    spool.end();
  }

  /** Accepts what is no later than the middle one and a window; the others have jumped again. */
  private void believeJump() throws IOException {
    long[] sorted = sortedJumps();
    int at = (jumped - 1) / 2;
    long middle = sorted[at];
    int count = jumped;
    jumped = 0;
    returned = 0;
    if (newest == UNKNOWN) {
      while (at > 0 && sorted[at] - sorted[at - 1] <= gap) {
        at--;
      }
      newest = sorted[at];
    }
    for (int i = 0; i < count; i++) {
      if (jumpTimes[i] <= middle + Math.max(window, SHORTEST_JUMP)) {
        boolean unused = accept(jumpTimes[i], jumpCallers[i], jumpLines[i]);
      } else {
        keepJump(i);
      }
    }
    rejoin();
  }

  private long[] sortedJumps() {
    long[] sorted = Arrays.copyOf(jumpTimes, jumped);
    Arrays.sort(sorted);
    return sorted;
  }

  private void forgetJump() {
    for (int i = 0; i < jumped; i++) {
      farOff(i);
    }
    jumped = 0;
    returned = 0;
  }

  private void farOff(int jump) {
    faults.add(Fault.FAR_OFF, jumpLines[jump], instant(jumpTimes[jump]).toString());
  }

  /** False if it is left out. */
  private boolean accept(long time, int caller, long line) throws IOException {
    boolean far = newest != UNKNOWN && newest - time > gap;
    if (far || (released != UNKNOWN && time < released)) {
      faults.add(far ? Fault.FAR_OFF : Fault.LATE, line, instant(time).toString());
      return false;
    }
    newest = Math.max(newest, time);
    held.add(time, caller, line);
    while (held.size() > 0 && (held.earliest() <= newest - window || held.size() > mostHeld)) {
      release();
    }
    return true;
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
