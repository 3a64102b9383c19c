package io.bartizan.integrity.replay;

import io.bartizan.integrity.replay.DeliveryGuard.Begin;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One part of the ids with its own lock; all parts share one count.
 *
 * <p>Ids past their end are forgotten when there is no room for others, not before: so a clock that
 * jumped ahead for a while has made nothing forgotten that is still accepted.
 */
final class ReplayStripe {
  private final AtomicInteger count;
  private final int max;
  private final Map<RememberedId, RememberedId> ids = new HashMap<>();
  private final PriorityQueue<RememberedId> byEnd = new PriorityQueue<>();

  ReplayStripe(AtomicInteger count, int max) {
    this.count = count;
    this.max = max;
  }

  synchronized ReplayGuard.Use use(RememberedId id, long now, long nanos) {
    RememberedId known = ids.get(id);
    if (known != null && !known.isOver(now, nanos)) {
      return ReplayGuard.Use.REPEATED;
    }
    return put(id, known) ? ReplayGuard.Use.FIRST : ReplayGuard.Use.UNDECIDED;
  }

  synchronized Begin begin(RememberedId id, long now, long nanos) {
    RememberedId known = ids.get(id);
    if (known != null && !known.isOver(now, nanos)) {
      if (known.holder == null) {
        return known.form == id.form ? Begin.REPLAYED : Begin.DUPLICATE;
      }
      if (!known.holder.equals(id.holder)) {
        return Begin.BUSY;
      }
    }
    return put(id, known) ? Begin.BEGUN : Begin.UNDECIDED;
  }

  /** Holds it no longer, whoever holds it now: what was handled was handled. */
  synchronized boolean complete(RememberedId id) {
    RememberedId known = ids.get(id);
    return (known != null && known.holder == null) || put(id, known);
  }

  synchronized void abandon(RememberedId id) {
    RememberedId known = ids.get(id);
    if (known != null && known.holder != null && known.holder.equals(id.holder)) {
      remove(known);
    }
  }

  /** How many are not past their end. */
  synchronized int kept(long now, long nanos) {
    int kept = 0;
    for (RememberedId each : ids.keySet()) {
      kept += each.isOver(now, nanos) ? 0 : 1;
    }
    return kept;
  }

  private boolean put(RememberedId id, @Nullable RememberedId known) {
    if (known != null) {
      ids.remove(known); // its place is not given up, another stripe could take it
    } else if (count.incrementAndGet() > max) {
      count.decrementAndGet();
      return false;
    }
    ids.put(id, id);
    byEnd.add(id);
    if (byEnd.size() > 2 * ids.size() + 64) { // mostly what was completed or abandoned
      byEnd.clear();
      byEnd.addAll(ids.values());
    }
    return true;
  }

  /** It stays in the queue, where looking for it would take a walk over all. */
  private void remove(RememberedId known) {
    ids.remove(known);
    count.decrementAndGet();
  }

  @SuppressWarnings("ReferenceEquality") // another of the same id may have taken its place
  synchronized void forget(long now, long nanos) {
    for (RememberedId first = byEnd.peek();
        first != null && first.isOver(now, nanos);
        first = byEnd.peek()) {
      byEnd.remove();
      if (ids.get(first) == first) {
        remove(first);
      }
    }
  }
}
