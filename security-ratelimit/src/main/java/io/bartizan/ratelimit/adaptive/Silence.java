package io.bartizan.ratelimit.adaptive;

/**
 * The time in which callers are refused and no permit comes back, by which work that hangs is told
 * from work that takes long. Thread-safe.
 */
final class Silence {

  /** How many times the time of work that does not hang. */
  private static final int HANGS = 10;

  private static final long LEAST = 1_000_000_000L;

  /** While nobody knows what work takes. */
  private static final long UNKNOWN = 10_000_000_000L;

  private volatile long lastBack;
  private volatile long refusedSince;

  Silence(long now) {
    lastBack = now;
    refusedSince = now;
  }

  void cameBack(long now) {
    lastBack = now;
  }

  /** Notes that somebody was refused; whether that may have lasted long enough. */
  boolean refused(long now) {
    if (refusedSince - lastBack <= 0) {
      refusedSince = now;
    }
    return now - refusedSince >= LEAST;
  }

  /**
   * Whether work hangs.
   *
   * @param usual nanoseconds that work takes; 0 while that is unknown
   */
  boolean isTooLong(long now, long usual) {
    return now - refusedSince >= (usual == 0 ? UNKNOWN : Math.max(LEAST, HANGS * usual));
  }

  /** Begins anew, for something was done about it. */
  void end(long now) {
    refusedSince = now;
  }
}
