package io.bartizan.ratelimit;

/**
 * How much of one limit one subject has consumed: the state of an algorithm, for one thread at a
 * time. Every {@code now} is in microseconds since the epoch and not before the last one.
 */
abstract class Gauge {

  /** The limit that is counted. */
  abstract Limit limit();

  /** Whether so many permits can be taken now; does not change what later calls say. */
  abstract boolean fits(long now, long permits);

  /** Counts permits, whether they fit or not. */
  abstract void charge(long now, long permits);

  /** What to tell the caller; after {@link #charge} if allowed. */
  abstract Decision decision(boolean allowed, long now, long permits);

  /** Uncounts permits, down to nothing. */
  abstract void refund(long now, long permits);

  /** Permits that count now, rounded up. */
  abstract long used(long now);

  /** Whether a new gauge would be the same. */
  abstract boolean idle(long now);

  /**
   * Microseconds until permits would fit, counted after all that were charged before.
   *
   * @throws UnsupportedOperationException if the algorithm can't promise a time
   */
  long waitMicros(long now, long permits) {
    throw new UnsupportedOperationException(
        "a " + limit() + " limit can't promise a time; reserve and acquire need token buckets");
  }

  /** Where the permits charged last end, for {@link #cancel}. */
  long mark(long now) {
    throw new UnsupportedOperationException(limit().toString());
  }

  /** Uncounts a reservation that ended at {@code mark}, as far as it has not come back yet. */
  void cancel(long now, long permits, long mark) {
    throw new UnsupportedOperationException(limit().toString());
  }

  /** Takes over what another limit had counted. */
  void inherit(Gauge old, long now) {
    long used = Math.min(old.used(now), limit().capacity());
    if (used > 0) {
      charge(now, used);
    }
  }
}
