package io.bartizan.ratelimit.count;

/**
 * The consumption of one limit by one key: the state of an algorithm, for one thread at a time.
 * Every {@code now} is in microseconds since the epoch and not before the last one.
 */
public abstract class Count {

  /** The most permits that are charged at a time, and that {@link #owe} lets a count grow to. */
  public static final long MOST_OWED = 4_000_000_000_000L;

  /** The longest debt of a bucket: 36 525 days, in microseconds. */
  static final long LONGEST_DEBT = 3_155_760_000_000_000L;

  private final long capacity;

  protected Count(long capacity) {
    this.capacity = capacity;
  }

  /**
   * The most permits that can be had at once.
   *
   * @return at least 1
   */
  public final long capacity() {
    return capacity;
  }

  /**
   * Whether so many permits can be taken now; does not change what later calls say.
   *
   * @param now the time
   * @param permits any number of at least 1
   * @return false if not, and always if they are more than the capacity
   */
  public abstract boolean fits(long now, long permits);

  /**
   * Counts permits, whether they fit or not.
   *
   * @param now the time
   * @param permits at most the capacity
   */
  public abstract void charge(long now, long permits);

  /**
   * Counts permits that were used already, whether they fit or not, up to the bounds of the
   * algorithm. What was counted before stays, also beyond these.
   *
   * @param now the time
   * @param permits any number of at least 1; {@link #MOST_OWED} of them count
   * @param asLast whether a log counts them as taken with its last ones, which then count from now
   */
  public abstract void owe(long now, long permits, boolean asLast);

  /**
   * Whether a log remembers as many moments as it has permits, so that nothing fits and permits
   * that are owed must be counted with its last ones.
   *
   * @param now the time
   * @return false if this is no log
   */
  public boolean isFull(long now) {
    return false;
  }

  /** What a count grows to: never less than it is, never over a bound. */
  static long owed(long used, long permits, long most) {
    return Math.max(used, Math.min(most, used + Math.min(permits, MOST_OWED)));
  }

  /**
   * Counts permits that another definition of the limit let through, as far as this one could have.
   *
   * @param now the time
   * @param permits any number of at least 1
   */
  public void also(long now, long permits) {
    charge(now, permits);
  }

  /**
   * Makes what counts last for whoever was charged last as if it had begun with that charge; for a
   * count that several subjects share.
   *
   * @param now the time of the charge
   */
  public void prolong(long now) {}

  /**
   * Uncounts permits, down to nothing.
   *
   * @param now the time
   * @param permits any number of at least 1
   */
  public abstract void refund(long now, long permits);

  /**
   * Permits that count now.
   *
   * @param now the time
   * @return zero or more, rounded up
   */
  public abstract long used(long now);

  /**
   * Whether a new count would be the same.
   *
   * @param now the time
   * @return false while anything counts
   */
  public abstract boolean isIdle(long now);

  /**
   * Permits that could be taken now.
   *
   * @param now the time
   * @return zero or more, rounded down
   */
  public long remaining(long now) {
    return Math.max(0, capacity - used(now));
  }

  /**
   * How long until permits that do not fit now will, if nobody takes others.
   *
   * @param now the time
   * @param permits any number; more than the capacity count as the capacity
   * @return microseconds, rounded up
   */
  public abstract long retryMicros(long now, long permits);

  /**
   * How long until nothing counts any more, if nobody takes more.
   *
   * @param now the time
   * @return microseconds, rounded up
   */
  public abstract long resetMicros(long now);

  /**
   * How long until nothing counts any more, as told of a refusal.
   *
   * @param now the time
   * @param permits what was refused
   * @return microseconds, rounded up
   */
  public long resetRefusedMicros(long now, long permits) {
    return resetMicros(now);
  }

  /**
   * Whether {@link #waitMicros}, {@link #mark} and {@link #cancel} are supported.
   *
   * @return false if the algorithm can't promise a time
   */
  public boolean promisesTimes() {
    return false;
  }

  /**
   * How long until permits would fit, counted after all that were charged before.
   *
   * @param now the time
   * @param permits any number of at least 1
   * @return microseconds, {@code Long.MAX_VALUE} if never
   * @throws UnsupportedOperationException if the algorithm can't promise a time
   */
  public long waitMicros(long now, long permits) {
    throw timeless();
  }

  /**
   * Where the permits charged last end, for {@link #cancel}.
   *
   * @param now the time
   * @return a number that {@link #cancel} understands
   * @throws UnsupportedOperationException if the algorithm can't promise a time
   */
  public long mark(long now) {
    throw timeless();
  }

  /**
   * Uncounts a reservation as far as it has not come back yet.
   *
   * @param now the time
   * @param permits how many were reserved
   * @param mark where they end
   * @throws UnsupportedOperationException if the algorithm can't promise a time
   */
  public void cancel(long now, long permits, long mark) {
    throw timeless();
  }

  /** Microseconds until nothing is reserved beyond the capacity. */
  long aheadMicros(long now) {
    return 0;
  }

  /**
   * Takes over what another limit had counted, into a count with nothing in it.
   *
   * @param old the other's count
   * @param now the time
   */
  public void inherit(Count old, long now) {
    long used = Math.min(old.used(now), capacity);
    if (used > 0) {
      charge(now, used);
    }
  }

  /**
   * Whether more counts here than would in a count that inherited another one just now.
   *
   * @param current what another definition of the limit counts of the same permits
   * @param now the time
   * @return false if nothing is lost where this one is forgotten
   */
  public boolean exceeds(Count current, long now) {
    return used(now) > Math.min(current.used(now), capacity);
  }

  /**
   * Whether permits count here longer than in another count of the same kind, so that it would not
   * do to inherit that one later.
   *
   * @param current what another definition of the limit counts of the same permits
   * @return false if not, for buckets always
   */
  public boolean outlasts(Count current) {
    return false;
  }

  private static UnsupportedOperationException timeless() {
    return new UnsupportedOperationException("only token buckets promise a time");
  }
}
