package io.bartizan.ratelimit;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of cells that keys without a cell of their own share, by a hash that nobody
 * outside can aim.
 */
final class OverflowCells {

  private final AtomicReferenceArray<Cell> slots;
  private final long secret;

  OverflowCells(int count, long secret) {
    this.slots = new AtomicReferenceArray<>(count);
    this.secret = secret | 1;
  }

  /** The cell that the key must use, because what it may have consumed there still counts. */
  @Nullable Cell inUse(String key, long now) {
    int slot = slot(key);
    Cell cell = slots.get(slot);
    if (cell != null && cell.retire(now, 0)) {
      slots.compareAndSet(slot, cell, null);
      return null;
    }
    return cell;
  }

  /** Asks the key's shared cell; null if that counts other limits just now. */
  <R> @Nullable R ask(String key, Limits limits, long now, Question<R> question) {
    int slot = slot(key);
    while (true) {
      Cell cell = slots.get(slot);
      if (cell == null) {
        cell = Cell.of(limits, now);
        if (!slots.compareAndSet(slot, null, cell)) {
          continue;
        }
      }
      if (!cell.counts(limits) && !cell.retire(now, 0)) {
        return null;
      }
      R answer = question.ask(cell, now);
      if (answer != null) {
        return answer;
      }
      slots.compareAndSet(slot, cell, null);
    }
  }

  /** Whether nothing that was consumed here still counts. */
  boolean isEmpty(long now) {
    for (int i = 0; i < slots.length(); i++) {
      Cell cell = slots.get(i);
      if (cell != null && !cell.retire(now, 0)) {
        return false;
      }
      slots.compareAndSet(i, cell, null);
    }
    return true;
  }

  private int slot(String key) {
    long hash = secret;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * secret;
      hash ^= hash >>> 29;
    }
    // The last character has been multiplied once only, which leaves patterns of the secret.
    hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
    return (int) ((hash >>> 33) % slots.length());
  }

  /** One verb; null if the cell is dead. */
  @FunctionalInterface
  interface Question<R> {
    @Nullable R ask(Cell cell, long now);
  }
}
