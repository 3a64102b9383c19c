package io.bartizan.ratelimit.adaptive;

import org.jspecify.annotations.Nullable;

/**
 * Who waits, by priority. The most important come first; of one priority those who came first, as
 * long as the line is emptied now and then, and those who came last once it has not been empty for
 * a while: in a standing line first come first served would make everybody wait as long as the
 * callers' patience and serve those who are about to give up. Not thread-safe.
 */
final class WaitingLine {

  /** How long a line must stand before the last comers are served first, in nanoseconds. */
  static final long STANDING = 100_000_000L;

  private final int most;
  private final @Nullable Waiter[] firsts = new @Nullable Waiter[Priority.ALL.size()];
  private final @Nullable Waiter[] lasts = new @Nullable Waiter[Priority.ALL.size()];
  private int size;
  private long since;

  WaitingLine(int most) {
    this.most = most;
  }

  int size() {
    return size;
  }

  /**
   * Adds one.
   *
   * @return who has to go for it: the last of those less important, the newcomer itself if there
   *     are none, or null if there was room
   */
  @Nullable Waiter add(Waiter newcomer, long now) {
    Waiter gone = null;
    if (size >= most) {
      gone = lastBelow(newcomer.priority);
      if (gone == null) {
        return newcomer;
      }
      boolean unused = remove(gone);
    }
    if (size == 0) {
      since = now;
    }
    int rank = newcomer.priority.rank;
    Waiter last = lasts[rank];
    newcomer.before = last;
    if (last == null) {
      firsts[rank] = newcomer;
    } else {
      last.after = newcomer;
    }
    lasts[rank] = newcomer;
    newcomer.isInLine = true;
    size++;
    return gone;
  }

  private @Nullable Waiter lastBelow(Priority priority) {
    for (int i = lasts.length - 1; i > priority.rank; i--) {
      if (lasts[i] != null) {
        return lasts[i];
      }
    }
    return null;
  }

  /** Who is served next; null if nobody waits. */
  @Nullable Waiter next(long now) {
    int rank = first();
    if (rank == Integer.MAX_VALUE) {
      return null;
    }
    return now - since >= STANDING ? lasts[rank] : firsts[rank];
  }

  /** Takes one out, however long the line is; false if it is not in the line any more. */
  boolean remove(Waiter waiter) {
    if (!waiter.isInLine) {
      return false;
    }
    int rank = waiter.priority.rank;
    Waiter before = waiter.before;
    Waiter after = waiter.after;
    if (before == null) {
      firsts[rank] = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      lasts[rank] = before;
    } else {
      after.before = before;
    }
    waiter.before = null;
    waiter.after = null;
    waiter.isInLine = false;
    size--;
    return true;
  }

  /** The most important priority that waits, as its rank; {@link Integer#MAX_VALUE} if none. */
  int first() {
    for (int i = 0; i < firsts.length; i++) {
      if (firsts[i] != null) {
        return i;
      }
    }
    return Integer.MAX_VALUE;
  }
}
