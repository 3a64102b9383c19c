package io.bartizan.ratelimit.count;

import org.jspecify.annotations.Nullable;

/**
 * The log of a sliding window: for each microsecond in which permits were taken, how many had been
 * taken in all by then. Blocks are linked and never copied, so that no call pays for growth.
 */
public final class LogCount extends Count {

  private static final int FIRST_BLOCK = 4;
  private static final int LARGEST_BLOCK = 256;

  /** A thousand times the largest capacity. */
  private static final long MOST_LOGGED = 1_000_000_000L;

  private final long period;
  private @Nullable Block oldest;
  private @Nullable Block newest;

  /** Taken in all; gone of these, because they left the window or were given back. */
  private long taken;

  private long gone;

  /** The moments in all blocks. */
  private long moments;

  private LogCount(long capacity, long periodMicros) {
    super(capacity);
    this.period = periodMicros;
  }

  /**
   * An empty log.
   *
   * @param capacity permits in a window
   * @param periodMicros how long a permit counts
   * @return a count with nothing in it
   */
  public static LogCount of(long capacity, long periodMicros) {
    return new LogCount(capacity, periodMicros);
  }

  @Override
  public long used(long now) {
    forget(now);
    return taken - gone;
  }

  @Override
  public boolean fits(long now, long permits) {
    return permits <= capacity() - used(now);
  }

  @Override
  public void charge(long now, long permits) {
    forget(now);
    taken += permits;
    Block last = newest;
    if (last != null && last.times[last.to - 1] == now) {
      last.takenBy[last.to - 1] = taken;
      return;
    }
    if (last == null) {
      last = new Block(FIRST_BLOCK);
      oldest = last;
      newest = last;
    } else if (last.to == last.times.length) {
      Block added = new Block(Math.min(2 * last.to, LARGEST_BLOCK));
      last.next = added;
      last = added;
      newest = added;
    }
    last.times[last.to] = now;
    last.takenBy[last.to] = taken;
    last.to++;
    moments++;
  }

  @Override
  public boolean isFull(long now) {
    forget(now);
    return moments >= capacity();
  }

  /** What was taken last and becomes now counts longer, never shorter. */
  @Override
  public void owe(long now, long permits, boolean asLast) {
    long used = used(now);
    long more = owed(used, permits, MOST_LOGGED) - used;
    Block last = newest;
    if (asLast && last != null) {
      taken += more;
      last.times[last.to - 1] = now;
      last.takenBy[last.to - 1] = taken;
    } else if (more > 0) {
      charge(now, more);
    }
  }

  /** Gives back what is oldest: what stays counts longer, never shorter, than what was taken. */
  @Override
  public void refund(long now, long permits) {
    long used = used(now); // which changes `gone`
    gone += Math.min(permits, used);
    forget(now);
  }

  private void forget(long now) {
    Block block = oldest;
    while (block != null
        && (block.times[block.from] <= now - period || block.takenBy[block.from] <= gone)) {
      gone = Math.max(gone, block.takenBy[block.from]);
      block.from++;
      moments--;
      if (block.from == block.to) {
        block = block.next;
        oldest = block;
      }
    }
    if (block == null) {
      newest = null;
    }
  }

  @Override
  public long retryMicros(long now, long permits) {
    long tooMany = used(now) + Math.min(permits, capacity()) - capacity();
    return tooMany <= 0 ? 0 : whenGone(gone + tooMany) - now;
  }

  @Override
  public long resetMicros(long now) {
    forget(now);
    Block last = newest;
    return last == null ? 0 : last.times[last.to - 1] + period - now;
  }

  /** When as many of those taken in all will have left the window; there are as many. */
  private long whenGone(long count) {
    Block block = oldest;
    while (block != null && block.takenBy[block.to - 1] < count) {
      block = block.next;
    }
    if (block == null) {
      throw new AssertionError(count + " of " + taken);
    }
    int low = block.from;
    int high = block.to - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (block.takenBy[middle] < count) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return block.times[low] + period;
  }

  @Override
  public boolean isIdle(long now) {
    return used(now) == 0;
  }

  /** A log that inherits has the same entries. */
  @Override
  public boolean exceeds(Count current, long now) {
    return !(current instanceof LogCount) && super.exceeds(current, now);
  }

  @Override
  public boolean outlasts(Count current) {
    return current instanceof LogCount that && period > that.period;
  }

  /** Permits keep the times at which they were taken, also those beyond a smaller limit. */
  @Override
  public void inherit(Count old, long now) {
    if (!(old instanceof LogCount log)) {
      super.inherit(old, now);
      return;
    }
    log.forget(now);
    long counted = log.gone;
    for (Block block = log.oldest; block != null; block = block.next) {
      for (int i = block.from; i < block.to; i++) {
        charge(block.times[i], block.takenBy[i] - counted);
        counted = block.takenBy[i];
      }
    }
  }

  /** Entries from {@code from} to before {@code to}, oldest first. */
  private static final class Block {

    private final long[] times;
    private final long[] takenBy;
    private int from;
    private int to;
    private @Nullable Block next;

    Block(int size) {
      times = new long[size];
      takenBy = new long[size];
    }
  }
}
