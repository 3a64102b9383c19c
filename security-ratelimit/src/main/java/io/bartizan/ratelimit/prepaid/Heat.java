package io.bartizan.ratelimit.prepaid;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Finds the keys that are asked for often, in constant memory.
 *
 * <p>Each slot counts one of the keys that fall on it within the current stretch of time; another
 * key on the same slot takes one off, and has the slot once nothing is left (the majority vote of
 * Boyer and Moore). So a flood of keys that come once heats none of them and hides no hot one.
 * Threads that count at the same moment may lose a count: a key then becomes hot a little later.
 */
final class Heat {

  private static final int SLOTS = 8192;
  private static final int SLOT_BITS = 13;
  private static final long COUNT = 0xFFFF;
  private static final long STRETCH = 0xFF_FFFF;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
  private final long stretchNanos;

  Heat(long stretchNanos) {
    this.stretchNanos = stretchNanos;
  }

  /** Counts a check; how many of this key there were within the stretch of time. */
  int add(String key, long now) {
    int hash = key.hashCode() * 0x9E37_79B9;
    int slot = hash >>> (Integer.SIZE - SLOT_BITS);
    long mark = hash & STRETCH;
    long stretch = now / stretchNanos & STRETCH;
    long state = slots.get(slot);
    long count = state & COUNT;
    boolean isNow = (state >>> 16 & STRETCH) == stretch;
    if (isNow && count > 0 && state >>> 40 != mark) {
      slots.set(slot, state - 1);
      return 0;
    }
    long after = isNow && state >>> 40 == mark ? Math.min(COUNT, count + 1) : 1;
    slots.set(slot, mark << 40 | stretch << 16 | after);
    return (int) after;
  }
}
