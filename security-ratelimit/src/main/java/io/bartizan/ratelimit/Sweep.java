package io.bartizan.ratelimit;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Removes cells whose count has run out, a few at a time, on the threads that ask for permits: one
 * thread at a time, the others go on. A step looks at one key; the longest, across an empty
 * segment, is some ten microseconds.
 */
final class Sweep {

  private static final int SOME = 2;
  private static final int FOR_NEW_KEY = 4;
  private static final int WHEN_FULL = 16;

  private final List<ConcurrentHashMap<String, Cell>> segments;
  private final AtomicInteger size;
  private final AtomicBoolean busy = new AtomicBoolean();
  private int next;
  private Iterator<String> keys;

  Sweep(List<ConcurrentHashMap<String, Cell>> segments, AtomicInteger size) {
    this.segments = segments;
    this.size = size;
    this.keys = segments.get(0).keySet().iterator();
  }

  /** Now and then, so that keys vanish also where no new ones come. */
  void some(long now) {
    steps(now, SOME);
  }

  /** For each new key several old ones, so that what has run out can't pile up. */
  void forNewKey(long now, boolean full) {
    steps(now, full ? WHEN_FULL : FOR_NEW_KEY);
  }

  private void steps(long now, int count) {
    if (size.get() == 0 || !busy.compareAndSet(false, true)) {
      return;
    }
    try {
      for (int i = 0; i < count; i++) {
        step(now);
      }
    } finally {
      busy.set(false);
    }
  }

  private void step(long now) {
    ConcurrentHashMap<String, Cell> segment = segments.get(next);
    if (!keys.hasNext()) {
      next = (next + 1) % segments.size();
      keys = segments.get(next).keySet().iterator();
      return;
    }
    String key = keys.next();
    Cell cell = segment.get(key);
    if (cell != null && cell.retire(now) && segment.remove(key, cell)) {
      size.decrementAndGet();
    }
  }
}
