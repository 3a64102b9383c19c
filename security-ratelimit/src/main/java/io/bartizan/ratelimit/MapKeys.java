package io.bartizan.ratelimit;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keys with cells of any kind, spread over segments: concurrent hash maps, whose bins become trees
 * when an attacker makes hashes collide. A cell is added and replaced only inside {@code compute}
 * of its key, so that a key never has two counts at a time.
 */
final class MapKeys implements Keys {

  private static final int KEYS_PER_SEGMENT = 16_384;
  private static final int MAX_SEGMENTS = 1024;

  private final Segment[] segments;
  private final AtomicInteger size = new AtomicInteger();
  private final int seed;

  private int swept;
  private Iterator<String> unswept;

  MapKeys(int maxKeys) {
    int wanted = Math.min(MAX_SEGMENTS, 1 + (maxKeys - 1) / KEYS_PER_SEGMENT);
    this.segments = new Segment[Integer.highestOneBit(2 * wanted - 1)];
    Arrays.setAll(segments, i -> new Segment());
    this.seed = new SecureRandom().nextInt();
    this.unswept = segments[0].keySet().iterator();
  }

  @Override
  public AtomicInteger size() {
    return size;
  }

  @Override
  public <R> @Nullable R ask(
      String key, Limits limits, long now, OverflowCells.Question<R> question) {
    Segment segment = segment(key);
    while (true) {
      Cell cell = segment.get(key);
      if (cell == null) {
        return null;
      }
      if (!cell.counts(limits)) {
        segment.computeIfPresent(
            key, (k, present) -> present == cell ? changed(cell, limits, now) : present);
        continue;
      }
      R answer = question.ask(cell, now);
      if (answer != null) {
        return answer;
      }
      boolean unused = remove(segment, key, cell);
    }
  }

  private @Nullable Cell changed(Cell cell, Limits limits, long now) {
    Cell.Frozen before = cell.freeze();
    if (before == null) {
      size.decrementAndGet();
      return null;
    }
    return Cell.of(limits, before, now);
  }

  @Override
  public void begin(String key, Supplier<@Nullable Cell> first) {
    segment(key).compute(key, (k, present) -> present == null ? first.get() : present);
  }

  @Override
  public Cell first(String key, Cell own) {
    return own;
  }

  @Override
  public boolean sweep(long now, long restMicros) {
    if (!unswept.hasNext()) {
      swept = (swept + 1) % segments.length;
      unswept = segments[swept].keySet().iterator();
      return false;
    }
    Segment segment = segments[swept];
    String key = unswept.next();
    Cell cell = segment.get(key);
    return cell != null && cell.retire(now, restMicros) && remove(segment, key, cell);
  }

  private boolean remove(Segment segment, String key, Cell dead) {
    boolean removed = segment.remove(key, dead);
    if (removed) {
      size.decrementAndGet();
    }
    return removed;
  }

  /** Mixed twice: a multiplication alone leaves segments empty where many keys are alike. */
  private Segment segment(String key) {
    int hash = (key.hashCode() ^ seed) * 0x85eb_ca6b;
    hash = (hash ^ hash >>> 15) * 0xc2b2_ae35;
    return segments[hash >>> 16 & segments.length - 1];
  }

  /** A name for the map, so that there can be an array of them. */
  private static final class Segment extends ConcurrentHashMap<String, Cell> {

    private static final long serialVersionUID = 1L;
  }
}
