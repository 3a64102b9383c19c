package io.bartizan.ratelimit;

import io.bartizan.ratelimit.Cell.Former;
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

  void refund(int index, long now, long permits) {
    Count former = count(index);
    if (former != null && permits > 0) {
      former.refund(now, permits);
    }
  }

  /** Whether anything that counts would be forgotten with the cell. */
  boolean isIdle(int index, Count current, long now) {
    Former former = places.length == 0 ? null : places[index];
    return former == null || former.counted().count().isIdle(now) || !former.isNeeded(current, now);
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
