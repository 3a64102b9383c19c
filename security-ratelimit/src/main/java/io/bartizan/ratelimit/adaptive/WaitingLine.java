package io.bartizan.ratelimit.adaptive;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
  private final List<ArrayDeque<Waiter>> lines = new ArrayList<>();
  private int size;
  private long since;

  WaitingLine(int most) {
    this.most = most;
    for (int i = 0; i < Priority.ALL.size(); i++) {
      lines.add(new ArrayDeque<>(2));
    }
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
    lines.get(newcomer.priority.rank).addLast(newcomer);
    size++;
    return gone;
  }

  private @Nullable Waiter lastBelow(Priority priority) {
    for (int i = lines.size() - 1; i > priority.rank; i--) {
      if (!lines.get(i).isEmpty()) {
        return lines.get(i).peekLast();
      }
    }
    return null;
  }

  /** Who is served next; null if nobody waits. */
  @Nullable Waiter next(long now) {
    boolean standing = size > 0 && now - since >= STANDING;
    for (ArrayDeque<Waiter> line : lines) {
      if (!line.isEmpty()) {
        return standing ? line.peekLast() : line.peekFirst();
      }
    }
    return null;
  }

  /** Takes one out; false if it is not in the line any more. */
  boolean remove(Waiter waiter) {
    ArrayDeque<Waiter> line = lines.get(waiter.priority.rank);
    boolean was =
        line.peekLast() == waiter ? line.pollLast() != null : line.removeFirstOccurrence(waiter);
    if (was) {
      size--;
    }
    return was;
  }

  /** The most important priority that waits, as its rank; {@link Integer#MAX_VALUE} if none. */
  int first() {
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isEmpty()) {
        return i;
      }
    }
    return Integer.MAX_VALUE;
  }
}
