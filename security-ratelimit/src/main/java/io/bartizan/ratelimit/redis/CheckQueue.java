package io.bartizan.ratelimit.redis;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A queue of checks in the order of their arrival: any thread adds, one at a time takes.
 *
 * <p>The checks themselves are the links (Vyukov's queue), so adding is one exchange and allocates
 * nothing. A check that was taken forgets its follower, for a caller may keep it for long.
 */
final class CheckQueue {

  private final AtomicReference<Check> tail;
  private volatile Check head;

  CheckQueue() {
    Check stub = Check.stub();
    this.head = stub;
    this.tail = new AtomicReference<>(stub);
  }

  void add(Check check) {
    Check before = tail.getAndSet(check);
    before.next(check);
  }

  /** The oldest check; for one thread at a time. */
  @Nullable Check poll() {
    Check taken = head;
    Check oldest = taken.next();
    if (oldest == null) {
      if (taken == tail.get()) {
        return null;
      }
      oldest = awaitNext(taken);
    }
    head = oldest;
    taken.next(null);
    return oldest;
  }

  boolean isEmpty() {
    return head == tail.get();
  }

  /** Whether there are at least so many; counts them, and may miss one that is being added. */
  boolean holds(int count) {
    Check at = head;
    for (int i = 0; i < count && at != null; i++) {
      at = at.next();
    }
    return at != null;
  }

  /**
   * Hands over the checks whose deadline has passed; they stay queued and are skipped later.
   *
   * @return the first deadline to come, or null if the queue is empty
   */
  @Nullable Long expire(long now, java.util.function.Consumer<Check> expired) {
    Check at = head;
    while (true) {
      Check next = at.next();
      if (next == null) {
        if (at == tail.get()) {
          return null;
        }
        // Somebody took `at` meanwhile, or is about to link its follower.
        Thread.onSpinWait();
        at = head;
        continue;
      }
      at = next;
      if (!at.isDone()) {
        if (at.deadlineNanos - now > 0) {
          return at.deadlineNanos;
        }
        expired.accept(at);
      }
    }
  }

  private static Check awaitNext(Check check) {
    Check next = check.next();
    while (next == null) {
      Thread.onSpinWait();
      next = check.next();
    }
    return next;
  }
}
