package io.bartizan.benchmarks.backtest;

import java.util.Arrays;

/**
 * Requests that wait for earlier ones, the earliest out first, of one time in the order of their
 * lines. What comes in order waits in a ring and costs nothing; only what does not goes to a heap.
 */
final class HeldRequests {
  private long[] times = new long[1024];
  private long[] lines = new long[1024];
  private int[] callers = new int[1024];
  private long head;
  private long tail;

  private long[] heapTimes = new long[1024];
  private long[] heapLines = new long[1024];
  private int[] heapCallers = new int[1024];
  private int heaped;

  /** The time and caller of the request that {@link #poll} took. */
  long micros;

  int caller;

  int size() {
    return (int) (tail - head) + heaped;
  }

  void add(long time, int newCaller, long line) {
    if (head == tail || time >= times[at(tail - 1)]) {
      if (tail - head == times.length) {
        growRing();
      }
      int at = at(tail++);
      times[at] = time;
      lines[at] = line;
      callers[at] = newCaller;
    } else {
      heapAdd(time, newCaller, line);
    }
  }

  /** The time of the earliest; there must be one. */
  long earliest() {
    return ringIsFirst() ? times[at(head)] : heapTimes[0];
  }

  /** Takes the earliest; there must be one. */
  void poll() {
    if (ringIsFirst()) {
      int at = at(head++);
      micros = times[at];
      caller = callers[at];
    } else {
      micros = heapTimes[0];
      caller = heapCallers[0];
      heapRemove();
    }
  }

  private boolean ringIsFirst() {
    if (heaped == 0 || head == tail) {
      return heaped == 0;
    }
    int at = at(head);
    return isBefore(times[at], lines[at], heapTimes[0], heapLines[0]);
  }

  private static boolean isBefore(long time, long line, long otherTime, long otherLine) {
    return time < otherTime || (time == otherTime && line < otherLine);
  }

  private int at(long index) {
    return (int) index & (times.length - 1);
  }

  private void growRing() {
    int length = times.length;
    long[] newTimes = new long[2 * length];
    long[] newLines = new long[2 * length];
    int[] newCallers = new int[2 * length];
    for (int i = 0; i < length; i++) {
      int at = at(head + i);
      newTimes[i] = times[at];
      newLines[i] = lines[at];
      newCallers[i] = callers[at];
    }
    times = newTimes;
    lines = newLines;
    callers = newCallers;
    head = 0;
    tail = length;
  }

  private void heapAdd(long time, int newCaller, long line) {
    if (heaped == heapTimes.length) {
      heapTimes = Arrays.copyOf(heapTimes, 2 * heaped);
      heapLines = Arrays.copyOf(heapLines, 2 * heaped);
      heapCallers = Arrays.copyOf(heapCallers, 2 * heaped);
    }
    int at = heaped++;
    while (at > 0) {
      int parent = (at - 1) / 2;
      if (!isBefore(time, line, heapTimes[parent], heapLines[parent])) {
        break;
      }
      move(parent, at);
      at = parent;
    }
    heapTimes[at] = time;
    heapLines[at] = line;
    heapCallers[at] = newCaller;
  }

  private void heapRemove() {
    int last = --heaped;
    long time = heapTimes[last];
    long line = heapLines[last];
    int at = 0;
    while (2 * at + 1 < last) {
      int child = 2 * at + 1;
      if (child + 1 < last
          && isBefore(
              heapTimes[child + 1], heapLines[child + 1], heapTimes[child], heapLines[child])) {
        child++;
      }
      if (!isBefore(heapTimes[child], heapLines[child], time, line)) {
        break;
      }
      move(child, at);
      at = child;
    }
    heapTimes[at] = time;
    heapLines[at] = line;
    heapCallers[at] = heapCallers[last];
  }

  private void move(int from, int to) {
    heapTimes[to] = heapTimes[from];
    heapLines[to] = heapLines[from];
    heapCallers[to] = heapCallers[from];
  }
}
