package io.bartizan.ratelimit.count;

/**
 * The count of a limit whose permits must have room in another definition's count as well, as long
 * as that one is known to be asked; what is granted is counted by both. What counts and when it
 * ends is told of the own count.
 */
public final class BothCounts extends Count {

  private final Count own;
  private final Count other;
  private final long until;

  private BothCounts(Count own, Count other, long until) {
    super(own.capacity());
    this.own = own;
    this.other = other;
    this.until = until;
  }

  /**
   * One count beside the other.
   *
   * @param own the count of the definition that is asked
   * @param other that of the other definition
   * @param until the last microsecond in which the other one must have room
   * @return a count that changes both
   */
  public static BothCounts of(Count own, Count other, long until) {
    return new BothCounts(own, other, until);
  }

  /**
   * The count of the definition that is asked.
   *
   * @return what was given
   */
  public Count own() {
    return own;
  }

  /**
   * The count of the other definition.
   *
   * @return what was given
   */
  public Count other() {
    return other;
  }

  @Override
  public boolean fits(long now, long permits) {
    return own.fits(now, permits) && other.fits(now, permits);
  }

  @Override
  public void charge(long now, long permits) {
    own.charge(now, permits);
    other.charge(now, permits);
  }

  @Override
  public void owe(long now, long permits, boolean asLast) {
    own.owe(now, permits, asLast);
    other.owe(now, permits, asLast);
  }

  @Override
  public void refund(long now, long permits) {
    own.refund(now, permits);
    other.refund(now, permits);
  }

  @Override
  public long used(long now) {
    return own.used(now);
  }

  @Override
  public boolean isIdle(long now) {
    return own.isIdle(now) && other.isIdle(now);
  }

  @Override
  public long remaining(long now) {
    return Math.min(own.remaining(now), other.remaining(now));
  }

  /** The other one is asked no more once its time is over, so it makes nobody wait for longer. */
  @Override
  public long retryMicros(long now, long permits) {
    return Math.max(
        own.fits(now, permits) ? 0 : own.retryMicros(now, permits), otherMicros(now, permits));
  }

  private long otherMicros(long now, long permits) {
    if (other.fits(now, permits)) {
      return 0;
    }
    long left = until + 1 - now;
    return permits > other.capacity() ? left : Math.min(left, other.retryMicros(now, permits));
  }

  @Override
  public long resetMicros(long now) {
    return own.resetMicros(now);
  }

  /** Where only the other one refuses, its wait may be longer. */
  @Override
  public long resetRefusedMicros(long now, long permits) {
    return Math.max(resetMicros(now), permits > capacity() ? 0 : otherMicros(now, permits));
  }

  @Override
  public boolean promisesTimes() {
    return own.promisesTimes() && other.promisesTimes();
  }

  @Override
  public long waitMicros(long now, long permits) {
    return Math.max(own.waitMicros(now, permits), other.waitMicros(now, permits));
  }

  @Override
  public long mark(long now) {
    return own.mark(now);
  }
}
