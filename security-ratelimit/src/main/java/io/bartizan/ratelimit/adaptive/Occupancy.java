package io.bartizan.ratelimit.adaptive;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The limit and how many permits are held, in one word, so that a grant is decided by the limit of
 * that very moment. Thread-safe, lock-free.
 */
final class Occupancy {

  private static final int LIMIT_SHIFT = 32;
  private static final long HELD_MASK = 0xffff_ffffL;

  private final AtomicLong word;

  Occupancy(int limit) {
    this.word = new AtomicLong((long) limit << LIMIT_SHIFT);
  }

  int limit() {
    return (int) (word.get() >>> LIMIT_SHIFT);
  }

  int held() {
    return (int) (word.get() & HELD_MASK);
  }

  /** The most that may be held when work of that share is let in. */
  static int share(int limit, int percent) {
    return (int) (((long) limit * percent + 99) / 100);
  }

  /** How many more of that share fit; less than zero if the limit sank below what is held. */
  long free(int percent) {
    long seen = word.get();
    return share((int) (seen >>> LIMIT_SHIFT), percent) - (seen & HELD_MASK);
  }

  /**
   * Takes permits if they fit.
   *
   * @return how many more of that share fit then, or -1 if these do not
   */
  int take(int permits, int percent) {
    while (true) {
      long seen = word.get();
      long left = share((int) (seen >>> LIMIT_SHIFT), percent) - (seen & HELD_MASK) - permits;
      if (left < 0) {
        return -1;
      }
      if (word.compareAndSet(seen, seen + permits)) {
        return (int) left;
      }
    }
  }

  /**
   * Takes permits that the limit is too low for if nothing else is held, or work that needs more
   * than the limit would never start, and its time never be known. The limit stays: nothing else
   * fits besides.
   *
   * @return how many more of that share fit then, or -1 if something is held
   */
  int takeAlone(int permits, int percent) {
    while (true) {
      long seen = word.get();
      if ((seen & HELD_MASK) != 0) {
        return -1;
      }
      if (word.compareAndSet(seen, seen + permits)) {
        return Math.max(0, share((int) (seen >>> LIMIT_SHIFT), percent) - permits);
      }
    }
  }

  /** Gives permits back; returns how many were held before. */
  int giveBack(int permits) {
    return (int) (word.getAndAdd(-permits) & HELD_MASK);
  }

  /** Sets the limit and leaves what is held. */
  void setLimit(int limit) {
    long unused = word.updateAndGet(seen -> (long) limit << LIMIT_SHIFT | (seen & HELD_MASK));
  }
}
