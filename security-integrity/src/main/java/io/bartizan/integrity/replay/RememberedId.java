package io.bartizan.integrity.replay;

import org.jspecify.annotations.Nullable;

/**
 * 128 bits of an id's salted hash, and until when it is kept: by the wall clock, and by a clock
 * that never jumps.
 */
final class RememberedId implements Comparable<RememberedId> {
  private final long high;
  private final long low;
  private final long end;
  private final long endNanos;

  /** Who handles it now; null if it was used or completed. */
  final @Nullable String holder;

  /** 64 bits of the hash of the form in which it came. */
  final long form;

  RememberedId(long high, long low, long end, long endNanos, @Nullable String holder, long form) {
    this.high = high;
    this.low = low;
    this.end = end;
    this.endNanos = endNanos;
    this.holder = holder;
    this.form = form;
  }

  /**
   * An id by both clocks. A lease is a span of time and no moment, so the wall clock, which may
   * jump back, counts for it only where there is no other one (whose end is then 0).
   */
  boolean isOver(long now, long nanos) {
    return endNanos - nanos <= 0 && (end <= now || (holder != null && endNanos != 0));
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
