package io.bartizan.ratelimit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Many keys with one and the same bucket in flat arrays: of each key a secret hash, its print, and
 * beside it the theoretical arrival time; 16 bytes a slot and no object a key.
 *
 * <p><b>Finding.</b> The print's upper half chooses a segment, its lower bits a slot; whatever is
 * taken is passed over until the print or a free slot comes. A slot never changes its print. A
 * check is a lookup and one CAS of the arrival time, without a lock.
 *
 * <p><b>Coming and going.</b> New prints are written under the segment's lock. A slot whose arrival
 * time is {@link BucketCell#DEAD} counts nothing; its key is as good as new. When too few slots are
 * free, or too many dead, the segment's live ones move to a new array, each by an exchange with
 * {@code DEAD}: a check that found the old slot fails there and looks again.
 *
 * <p><b>Two keys with one print</b> share a bucket. No one can aim at that, and by chance a new key
 * meets one of n others once in 2<sup>64</sup> / n.
 */
final class BucketTable implements Keys {

  private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final long FREE = 0;
  private static final long DEAD = BucketCell.DEAD;

  /** Full enough of the 1536 that are used of 2048 slots, and rarely more. */
  private static final int KEYS_PER_SEGMENT = 1400;

  /** So that threads with new keys seldom wait for each other in a small limiter either. */
  private static final int FEWEST_SEGMENTS = 16;

  private static final int SLOTS_PER_STEP = 32;

  private final TokenBucket bucket;
  private final SecretHash hash = SecretHash.random();
  private final Segment[] segments;
  private final AtomicInteger size = new AtomicInteger();

  private int sweptSegment;
  private int sweptSlot;
  private int sweptLive;

  BucketTable(TokenBucket bucket, int maxKeys) {
    this.bucket = bucket;
    int fewest = Math.min(maxKeys, FEWEST_SEGMENTS);
    this.segments = new Segment[Math.max(fewest, 1 + (maxKeys - 1) / KEYS_PER_SEGMENT)];
    Arrays.setAll(segments, i -> new Segment());
  }

  TokenBucket bucket() {
    return bucket;
  }

  @Override
  public AtomicInteger size() {
    return size;
  }

  /** What {@link BucketCell#take} says of the key's bucket; dead if it has none. */
  long take(String key, long now, long permits) {
    long print = print(key);
    long[] slots = segment(print).slots;
    int at = find(slots, print);
    long clock = now * bucket.perMicro;
    while (true) {
      long seen = arrival(slots, at);
      if (seen == DEAD) {
        return DEAD;
      }
      long outcome = BucketCell.outcome(bucket, seen, clock, permits);
      if (outcome < 0
          || SLOTS.compareAndSet(slots, at + 1, seen, BucketCell.alive(clock + outcome))) {
        return outcome;
      }
    }
  }

  @Override
  public <R> @Nullable R ask(
      String key, Limits limits, long now, OverflowCells.Question<R> question) {
    return ask(print(key), now, question);
  }

  /** Asks a copy of a bucket, until the bucket stayed the same meanwhile. */
  private <R> @Nullable R ask(long print, long now, OverflowCells.Question<R> question) {
    Segment segment = segment(print);
    while (true) {
      long[] slots = segment.slots;
      int at = find(slots, print);
      long seen = arrival(slots, at);
      if (seen == DEAD) {
        if (at < 0 || segment.keeps(slots)) {
          return null;
        }
        continue;
      }
      Copy copy = new Copy(print, seen);
      R answer = question.ask(copy, now);
      if (copy.arrival() == seen || SLOTS.compareAndSet(slots, at + 1, seen, copy.arrival())) {
        return answer;
      }
    }
  }

  @Override
  public Cell first(String key, Cell own) {
    return new Copy(print(key), ((BucketCell) own).arrival());
  }

  @Override
  public void begin(String key, Supplier<@Nullable Cell> first) {
    long print = print(key);
    Segment segment = segment(print);
    segment.lock.lock();
    try {
      long[] slots = segment.slots;
      if (arrival(slots, find(slots, print)) == DEAD && first.get() instanceof BucketCell cell) {
        segment.put(print, cell.arrival());
      }
    } finally {
      segment.lock.unlock();
    }
  }

  /** Looks at the next slots until one counts something, or at so many. */
  @Override
  public boolean sweep(long now, long rest) {
    for (int i = 0; i < SLOTS_PER_STEP; i++) {
      Segment segment = segments[sweptSegment];
      long[] slots = segment.slots;
      if (sweptSlot >= slots.length) {
        sweepNext(segment);
        continue;
      }
      int at = sweptSlot;
      sweptSlot += 2;
      long seen = (long) SLOTS.getAcquire(slots, at) == FREE ? DEAD : arrival(slots, at);
      if (seen != DEAD) {
        return retire(slots, at, seen, now - rest);
      }
    }
    return false;
  }

  private void sweepNext(Segment swept) {
    if (2 * sweptLive < swept.used) {
      swept.shrink();
    }
    sweptSegment = (sweptSegment + 1) % segments.length;
    sweptSlot = 0;
    sweptLive = 0;
  }

  private boolean retire(long[] slots, int at, long seen, long fullBy) {
    boolean gone =
        BucketCell.isFull(bucket, seen, fullBy) && SLOTS.compareAndSet(slots, at + 1, seen, DEAD);
    if (gone) {
      size.decrementAndGet();
    } else {
      sweptLive++;
    }
    return gone;
  }

  private long print(String key) {
    return print(hash.of(key));
  }

  static long print(long hash) {
    return hash == FREE ? 1 : hash;
  }

  private Segment segment(long print) {
    return segments[(int) (((print >>> 32) * segments.length) >>> 32)];
  }

  /** Where the print is, or the complement of the free slot where it would be. */
  private static int find(long[] slots, long print) {
    int mask = slots.length - 2;
    int at = (int) (print << 1) & mask;
    while (true) {
      long seen = (long) SLOTS.getAcquire(slots, at);
      if (seen == print) {
        return at;
      }
      if (seen == FREE) {
        return ~at;
      }
      at = (at + 2) & mask;
    }
  }

  /** The arrival time of what was found; dead if nothing was. */
  private static long arrival(long[] slots, int found) {
    return found < 0 ? DEAD : (long) SLOTS.getVolatile(slots, found + 1);
  }

  /** What is asked in the place of a bucket; reserved permits go back to where that is then. */
  private final class Copy extends BucketCell {

    private final long print;

    Copy(long print, long arrival) {
      super(arrival, bucket);
      this.print = print;
    }

    @Override
    void giveBack(long time, long permits, long slot) {
      Boolean unused =
          BucketTable.this.ask(
              print, time, (cell, now) -> ((BucketCell) cell).cancel(now, permits, slot));
    }
  }

  /** A part of the keys; what changes the array or a print holds its lock. */
  private static final class Segment {

    private final Lock lock = new ReentrantLock();
    private volatile long[] slots = new long[2];
    private volatile int used;

    /** Whether a slot found dead there is that, and has not moved; waits for who moves it. */
    boolean keeps(long[] found) {
      lock.lock();
      try {
        return slots == found;
      } finally {
        lock.unlock();
      }
    }

    void shrink() {
      lock.lock();
      try {
        renew(0);
      } finally {
        lock.unlock();
      }
    }

    /** Gives a print an arrival time; the lock is held. */
    void put(long print, long arrival) {
      int at = find(slots, print);
      if (at >= 0) {
        SLOTS.setVolatile(slots, at + 1, arrival);
        return;
      }
      int nowUsed = used + 1;
      if (4 * nowUsed > 3 * (slots.length / 2)) {
        renew(1);
        nowUsed = used + 1;
      }
      used = nowUsed;
      add(slots, print, arrival);
    }

    /**
     * Moves what counts to an array of which, with so many more, at most 5 in 8 are used; the lock
     * is held.
     */
    private void renew(int more) {
      long[] old = slots;
      int wanted = more;
      for (int at = 0; at < old.length; at += 2) {
        wanted += old[at] != FREE && arrival(old, at) != DEAD ? 1 : 0;
      }
      int places = 1;
      while (5 * places < 8 * wanted) {
        places *= 2;
      }
      long[] renewed = new long[2 * places];
      int moved = 0;
      for (int at = 0; at < old.length; at += 2) {
        long arrival = old[at] == FREE ? DEAD : (long) SLOTS.getAndSet(old, at + 1, DEAD);
        if (arrival != DEAD) {
          add(renewed, old[at], arrival);
          moved++;
        }
      }
      used = moved;
      slots = renewed;
    }

    private static void add(long[] slots, long print, long arrival) {
      int at = ~find(slots, print);
      slots[at + 1] = arrival;
      SLOTS.setRelease(slots, at, print);
    }
  }
}
