package io.bartizan.ratelimit;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Removes cells whose count has run out and that nobody asked for since, a few at a time, on the
 * threads that ask for permits: one thread at a time, the others go on. A step looks at one key;
 * the longest, across an empty segment, is some ten microseconds.
 */
final class Sweep {

  /**
   * A key that was asked for a moment ago will be asked for again, so its cell rests first; unless
   * new keys need the room.
   */
  private static final long REST_MICROS = 10_000_000;

  private static final int WORTHWHILE = 1024;
  private static final int SOME = 2;
  private static final int WHILE_FOUND = 8;
  private static final int FOR_NEW_KEY = 4;
  private static final int WHEN_FULL = 16;

  private final Keys keys;
  private final AtomicInteger size;
  private final int maxKeys;
  private final AtomicBoolean busy = new AtomicBoolean();

  /** Whether most keys that were looked at last had run out, so that more will have. */
  private volatile boolean found;

  Sweep(Keys keys, int maxKeys) {
    this.keys = keys;
    this.size = keys.size();
    this.maxKeys = maxKeys;
  }

  /**
   * At one check of 64, so that keys vanish also where no new ones come; at each check while most
   * of them have run out, so that the room after a burst comes back within minutes.
   */
  void some(long now) {
    boolean more = found;
    if ((more || (now & 63) == 0) && size.get() >= WORTHWHILE) {
      steps(now, more ? WHILE_FOUND : SOME, REST_MICROS);
    }
  }

  /** For each new key several old ones, so that what has run out can't pile up. */
  void forNewKey(long now) {
    int held = size.get();
    steps(
        now,
        held >= maxKeys ? WHEN_FULL : FOR_NEW_KEY,
        held >= maxKeys - maxKeys / 4 ? 0 : REST_MICROS);
  }

  private void steps(long now, int count, long rest) {
    if (size.get() == 0 || !busy.compareAndSet(false, true)) {
      return;
    }
    try {
      int gone = 0;
      for (int i = 0; i < count; i++) {
        gone += keys.sweep(now, rest) ? 1 : 0;
      }
      found = 2 * gone >= count;
    } finally {
      busy.set(false);
    }
  }
}
