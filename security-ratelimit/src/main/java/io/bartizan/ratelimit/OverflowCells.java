package io.bartizan.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of cells that keys without a cell of their own share, by a hash that nobody
 * outside can aim.
 *
 * <p>Each slot remembers who took its permits while these may count. So a key that gets a cell of
 * its own begins with nothing consumed if it took nothing here, else with at least what it took: no
 * more passes than if the key had had one count all the time, and slots run dry as soon as there is
 * room for keys.
 */
final class OverflowCells {

  private static final int FEWEST_TAKERS = 64;

  /** Each tier of a plan needs a cell, or the keys of one would keep out those of all others. */
  private static final int MOST_DEFINITIONS = 8;

  private final AtomicReferenceArray<Slot> slots;
  private final int takers;
  private final SecretHash hash = SecretHash.random();

  OverflowCells(int count, int maxKeys) {
    this.slots = new AtomicReferenceArray<>(count);
    this.takers = Math.max(FEWEST_TAKERS, 2 * (maxKeys / count));
  }

  /** A cell of its own for a key, with at least what the key has consumed here. */
  Cell own(String key, Limits limits, long now) {
    long print = hash.of(key);
    Slot slot = slots.get(index(print));
    if (slot == null) {
      return Cell.of(limits, now);
    }
    slot.hold();
    try {
      long time = slot.advance(now);
      slot.forget(time);
      Cell from = null;
      long most = 0;
      for (Shared shared : slot.cells) {
        long taken = slot.takers.permits(shared.print(print), time);
        if (taken > most || (taken == most && taken > 0 && shared.cell.counts(limits))) {
          from = shared.cell;
          most = taken;
        }
      }
      return from == null ? Cell.of(limits, time) : from.split(limits, most, time);
    } finally {
      slot.release();
    }
  }

  /** Asks the key's shared cell; null if too many others count other limits just now. */
  <R> @Nullable R ask(String key, Limits limits, long now, Question<R> question) {
    long print = hash.of(key);
    Slot slot = slot(index(print));
    slot.hold();
    try {
      long time = slot.advance(now);
      while (true) {
        Shared shared = slot.of(limits, time);
        if (shared == null) {
          return null;
        }
        Cell cell = shared.cell;
        R answer = question.ask(cell, time);
        if (answer != null) {
          long taken = question.taken(answer);
          if (taken > 0) {
            cell.prolong(time);
            slot.takers.add(shared.print(print), taken, time, time + cell.resetMicros(time));
          }
          return answer;
        }
      }
    } finally {
      slot.release();
    }
  }

  /** Whether nothing that was consumed here still counts. */
  boolean isEmpty(long now) {
    for (int i = 0; i < slots.length(); i++) {
      Slot slot = slots.get(i);
      if (slot != null && !slot.isEmpty(now)) {
        return false;
      }
    }
    return true;
  }

  private Slot slot(int index) {
    Slot slot = slots.get(index);
    if (slot != null) {
      return slot;
    }
    Slot added = new Slot(takers);
    Slot other = slots.compareAndExchange(index, null, added);
    return other == null ? added : other;
  }

  private int index(long print) {
    return (int) ((print >>> 33) % slots.length());
  }

  /** One verb; null if the cell is dead. */
  @FunctionalInterface
  interface Question<R> {
    @Nullable R ask(Cell cell, long now);

    /** The permits that an answer says were taken. */
    default long taken(R answer) {
      return 0;
    }
  }

  /** A cell, and which of its slot's: whoever takes of it is remembered by both. */
  private record Shared(Cell cell, int number) {

    int print(long key) {
      return (int) key + number * 0x9E37_79B9;
    }
  }

  /**
   * Shared cells, one for each definition of limits, and who took of them; behind a flag that is
   * held for less than a microsecond.
   */
  private static final class Slot {

    private final AtomicBoolean held = new AtomicBoolean();
    private final Takers takers;
    private final List<Shared> cells = new ArrayList<>(1);
    private int made;
    private long last = Long.MIN_VALUE;

    Slot(int mostTakers) {
      this.takers = new Takers(mostTakers);
    }

    /** The cell of these limits; null if there is no room for one. */
    @Nullable Shared of(Limits limits, long now) {
      forget(now);
      for (Shared shared : cells) {
        if (shared.cell.counts(limits)) {
          return shared;
        }
      }
      if (cells.size() >= MOST_DEFINITIONS) {
        return null;
      }
      Shared fresh = new Shared(Cell.of(limits, now), made++);
      cells.add(fresh);
      return fresh;
    }

    /** Drops cells in which nothing counts any more. */
    void forget(long now) {
      boolean dropped = cells.removeIf(shared -> shared.cell.retire(now, 0));
      if (dropped && cells.isEmpty()) {
        takers.clear();
      }
    }

    boolean isEmpty(long now) {
      hold();
      try {
        forget(advance(now));
        return cells.isEmpty();
      } finally {
        release();
      }
    }

    /** Two threads may read the clock in one order and come here in the other. */
    long advance(long now) {
      last = Math.max(last, now);
      return last;
    }

    @SuppressWarnings("ThreadPriorityCheck") // whoever holds the flag lost its processor meanwhile
    void hold() {
      int tries = 0;
      while (!held.compareAndSet(false, true)) {
        if (++tries % 64 == 0) {
          Thread.yield();
        } else {
          Thread.onSpinWait();
        }
      }
    }

    void release() {
      held.set(false);
    }
  }
}
