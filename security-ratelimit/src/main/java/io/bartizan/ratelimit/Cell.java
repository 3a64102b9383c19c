package io.bartizan.ratelimit;

import io.bartizan.ratelimit.count.BucketCount;
import io.bartizan.ratelimit.count.Count;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one subject has consumed of its limits, for many threads. A cell that was retired stays
 * dead: every later call says so, and the caller looks for the one that took its place. Every
 * {@code now} is in microseconds since the epoch.
 */
abstract class Cell {

  /** A cell with nothing consumed. */
  static Cell of(Limits limits, long now) {
    TokenBucket bucket = limits.bucket();
    return bucket == null ? CountCell.of(limits, now) : new BucketCell(bucket, now);
  }

  /** A cell that goes on where counts of the same names stopped; others begin anew. */
  static Cell of(Limits limits, List<Counted> before, long now) {
    return of(limits, before, Long.MAX_VALUE, now);
  }

  /** The same for a subject that did no more than this part of the counting. */
  static Cell of(Limits limits, List<Counted> before, long taken, long now) {
    CountCell cell = CountCell.of(limits, now);
    cell.inherit(before, taken, now);
    TokenBucket bucket = limits.bucket();
    return bucket == null ? cell : new BucketCell(bucket, now, (BucketCount) cell.only());
  }

  /** Whether this cell counts these limits. */
  abstract boolean counts(Limits limits);

  /** Takes permits; null if dead. */
  abstract @Nullable Decision tryAcquire(long now, long permits);

  /** Takes nothing; null if dead. */
  abstract @Nullable Decision peek(long now, long permits);

  /** Gives permits back; false if dead. */
  abstract boolean refund(long now, long permits);

  /** Takes permits ahead of time; null if dead. */
  abstract @Nullable Reservation reserve(MicroClock clock, long permits, long maxWaitMicros);

  /**
   * Dies if a new cell would be the same and nothing was taken for so many microseconds (for a
   * bucket: since it became full); true if it is dead now.
   */
  abstract boolean retire(long now, long restMicros);

  /** Dies and hands over what was consumed; null if it was dead. */
  abstract @Nullable List<Counted> freeze();

  /** A cell for one of those who share this one, who took so many permits of it. */
  abstract Cell split(Limits limits, long taken, long now);

  /** Lets windows that a request opens last as long for whoever took last. */
  void prolong(long now) {}

  /** How long until nothing counts any more, if nobody takes more. */
  abstract long resetMicros(long now);

  /** What was consumed of one limit. */
  record Counted(Limit limit, Count count) {}
}
