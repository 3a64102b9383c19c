package io.bartizan.integrity.replay;

import org.jspecify.annotations.Nullable;

/** 128 bits of an id's salted hash, and the millisecond since 1970 at which it is forgotten. */
final class RememberedId implements Comparable<RememberedId> {
  private final long high;
  private final long low;
  private final long end;

  RememberedId(long high, long low, long end) {
    this.high = high;
    this.low = low;
    this.end = end;
  }

  boolean isOver(long now) {
    return end <= now;
  }

  @Override
  public int compareTo(RememberedId other) {
    return Long.compare(end, other.end);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RememberedId that && high == that.high && low == that.low;
  }

  @Override
  public int hashCode() {
    return (int) low;
  }
}
