package io.bartizan.ratelimit;

import io.bartizan.ratelimit.count.BucketCount;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
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
  static Cell of(Limits limits, Frozen before, long now) {
    long time = Math.max(now, before.last());
    CountCell cell = CountCell.of(limits, time);
    cell.inherit(before, time);
    return cell;
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

  /** Counts permits that were used already, and tells of one more; null if dead. */
  abstract @Nullable Decision charge(long now, long permits);

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
  abstract @Nullable Frozen freeze();

  /** A cell for one of those who share this one, who took so many permits of it. */
  abstract Cell split(Limits limits, long taken, long now);

  /** Lets windows that a request opens last as long for whoever took last. */
  void prolong(long now) {}

  /** How long until nothing counts any more, if nobody takes more. */
  abstract long resetMicros(long now);

  /** What was consumed of one limit. */
  record Counted(Limit limit, Count count) {}

  /**
   * What a limit's former definition counts of the same permits: whoever asks by the former one
   * meanwhile finds what both let through. It is needed as long as a count that began with what the
   * definition of now counts could let more through: for a whole window after the two met last,
   * then while more counts in it, or while it lets permits go later. In that window who asks by the
   * smaller of the two is bound by the larger.
   */
  record Former(Counted counted, long until, boolean isLarger) {

    static Former of(Counted counted, Limit current, long now) {
      Limit limit = counted.limit();
      long window = Micros.of(limit.window());
      long until = now + (limit instanceof SlidingWindowCounter ? 2 : 1) * window;
      return new Former(counted, until, Larger.binds(limit, current));
    }

    /** Whether it must have room for what is asked now. */
    boolean isBinding(long now) {
      return isLarger && now <= until;
    }

    boolean isNeeded(Count current, long now) {
      Count count = counted.count();
      return now <= until || count.outlasts(current) || count.exceeds(current, now);
    }
  }

  /** What a cell had counted when it died, and that of former definitions. */
  record Frozen(List<Counted> counts, List<Former> formers, long last) {

    @Nullable Counted count(String name) {
      for (Counted counted : counts) {
        if (counted.limit().name().equals(name)) {
          return counted;
        }
      }
      return null;
    }

    /** That of the limit which counts this now. */
    @Nullable Former former(String name, Count current, long now) {
      for (Former former : formers) {
        if (former.counted().limit().name().equals(name) && former.isNeeded(current, now)) {
          return former;
        }
      }
      return null;
    }
  }
}
