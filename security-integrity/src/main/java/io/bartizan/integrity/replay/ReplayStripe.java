package io.bartizan.integrity.replay;

import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** One part of the ids with its own lock; all parts share one count. */
final class ReplayStripe {
  private final AtomicInteger count;
  private final int max;
  private final Set<RememberedId> ids = new HashSet<>();
  private final PriorityQueue<RememberedId> byEnd = new PriorityQueue<>();

  ReplayStripe(AtomicInteger count, int max) {
    this.count = count;
    this.max = max;
  }

  synchronized ReplayGuard.Use use(RememberedId id, long now) {
    forget(now);
    if (ids.contains(id)) {
      return ReplayGuard.Use.REPEATED;
    }
    if (count.incrementAndGet() > max) {
      count.decrementAndGet();
      return ReplayGuard.Use.UNDECIDED;
    }
    ids.add(id);
    byEnd.add(id);
    return ReplayGuard.Use.FIRST;
  }

  synchronized void forget(long now) {
    for (RememberedId first = byEnd.peek();
        first != null && first.isOver(now);
        first = byEnd.peek()) {
      byEnd.remove();
      ids.remove(first);
      count.decrementAndGet();
    }
  }
}
