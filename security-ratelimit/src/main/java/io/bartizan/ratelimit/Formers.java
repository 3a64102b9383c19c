package io.bartizan.ratelimit;

import io.bartizan.ratelimit.Cell.Former;
import io.bartizan.ratelimit.count.BothCounts;
import io.bartizan.ratelimit.count.Count;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the former definitions of a cell's limits count of the same permits, a place for each limit.
 * For one thread at a time.
 */
final class Formers {

  /** Most subjects never see a definition change. */
  static final Formers NONE = new Formers(new Former[0]);

  private final @Nullable Former[] places;

  private Formers(@Nullable Former[] places) {
    this.places = places;
  }

  static Formers of(int limits) {
    return new Formers(new Former[limits]);
  }

  void remember(int index, @Nullable Former former) {
    places[index] = former;
  }

  /** Before anything is counted: what is not needed is forgotten. */
  void settle(Count[] counts, long now) {
    for (int i = 0; i < places.length; i++) {
      Former former = places[i];
      if (former != null && !former.isNeeded(counts[i], now)) {
        places[i] = null;
      }
    }
  }

  /** The count by a limit's former definition. */
  @Nullable Count count(int index) {
    Former former = places.length == 0 ? null : places[index];
    return former == null ? null : former.counted().count();
  }

  /** What must have room for permits of a limit, and is charged with them. */
  Count asked(int index, Count current, long now) {
    Former former = places.length == 0 ? null : places[index];
    return former != null && former.isBinding(now)
        ? BothCounts.of(current, former.counted().count(), former.until())
        : current;
  }

  /** Charges a limit, and its former definition as far as that could have granted it. */
  void take(int index, Count current, long now, long permits) {
    Count asked = asked(index, current, now);
    asked.charge(now, permits);
    Count former = count(index);
    if (asked == current && former != null) {
      former.also(now, permits);
    }
  }

  void refund(int index, long now, long permits) {
    Count former = count(index);
    if (former != null && permits > 0) {
      former.refund(now, permits);
    }
  }

  /** Whether nothing that counts or binds would be forgotten with the cell. */
  boolean isIdle(int index, Count current, long now) {
    Former former = places.length == 0 ? null : places[index];
    return former == null
        || !former.isNeeded(current, now)
        || (!former.isBinding(now) && former.counted().count().isIdle(now));
  }

  List<Former> all() {
    List<Former> all = new ArrayList<>();
    for (Former former : places) {
      if (former != null) {
        all.add(former);
      }
    }
    return all;
  }
}
