package io.bartizan.ratelimit.adaptive;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds the limit from the time that work takes.
 *
 * <p><b>How it works.</b> Samples are gathered in windows of 100 ms or 30 samples, whichever is
 * longer. {@code baseline} is the mean time of work that does not queue. At the end of a window
 * whose mean time is R, more than two standard errors of that mean away from chance, the limit
 * becomes {@code limit × min(1, TOLERANCE × baseline / R) + √limit}, never less than half: work
 * that queues takes longer in the proportion in which the limit is too high, and the root leaves
 * room for a queue that keeps the service busy. The limit grows only while it is used. Each window
 * whose work was partly reported as overload shrinks it by that part besides.
 *
 * <p>The baseline sinks as soon as work is certainly faster. It can't rise by looking, for slower
 * work may be work that queues; so every ten seconds a limit that is used is lowered until no work
 * queues. Then, by Little's law, work takes as long as is held divided by what ends in a second:
 * counted so, work that takes long and has not ended yet does not go missing.
 *
 * <p>Thread-safe; a sample that comes while another is being added is left out.
 */
final class Gradient {

  /** Says that nothing was decided. */
  static final int UNCHANGED = -1;

  /** The shortest window, in nanoseconds. */
  static final long WINDOW = 100_000_000L;

  /** How old the baseline may get before it is measured anew. */
  static final long PROBE_EVERY = 10_000_000_000L;

  /** When it is measured first. */
  static final long FIRST_PROBE = 1_000_000_000L;

  /** How many standard errors may be chance. */
  private static final double CHANCE = 2;

  private static final int WINDOW_SAMPLES = 30;
  private static final int PROBE_SAMPLES = 150;
  private static final long LONGEST_PROBE = 1_000_000_000L;
  private static final double TOLERANCE = 1.1;

  /** The part of what fits without a queue that is let in while the baseline is measured. */
  private static final double DRAINED = 0.7;

  private final ReentrantLock lock = new ReentrantLock();
  private final int least;
  private final int most;
  private double limit;

  private long windowStart;
  private double sum;
  private double squares;
  private int count;
  private int overloads;
  private int peak;

  private double baseline;
  private long measuredAt;
  private volatile boolean probing;
  private volatile boolean pressed;
  private boolean drained;
  private int probeLimit;
  private long probeStart;

  Gradient(int least, int initial, int most, long now) {
    this.least = least;
    this.most = most;
    this.limit = initial;
    this.windowStart = now;
    this.measuredAt = now - PROBE_EVERY + FIRST_PROBE;
  }

  /**
   * Adds a sample.
   *
   * @param started when the work began
   * @param now when it ended
   * @param held how many permits were held with it
   * @param overloaded whether the service said that it is too busy
   * @return the limit that holds from now on
   */
  int add(long started, long now, int held, boolean overloaded) {
    if (overloaded) {
      lock.lock();
    } else if (!lock.tryLock()) {
      return UNCHANGED;
    }
    try {
      return added(started, now, held, overloaded);
    } finally {
      lock.unlock();
    }
  }

  private int added(long started, long now, int held, boolean overloaded) {
    if (probing) {
      return probed(now, held);
    }
    peak = Math.max(peak, held);
    if (overloaded) {
      overloads++;
    } else {
      double took = Math.max(1, now - started);
      sum += took;
      squares += took * took;
      count++;
    }
    long elapsed = now - windowStart;
    if (count + overloads < WINDOW_SAMPLES || elapsed < Math.max(WINDOW, (long) baseline)) {
      return UNCHANGED;
    }
    judge(now);
    begin(now);
    return probing ? probeLimit : whole();
  }

  private void judge(long now) {
    double share = (double) overloads / (count + overloads);
    double gradient = 1;
    boolean used = pressed || peak >= Math.floor(limit) * 0.9;
    if (count > 0) {
      double mean = sum / count;
      double chance = CHANCE * Math.sqrt(Math.max(0, squares / count - mean * mean) / count);
      learn(mean, chance, used, now);
      gradient = TOLERANCE * baseline / Math.max(TOLERANCE * baseline, mean - chance);
    }
    double grown = limit * gradient + (used && overloads == 0 ? Math.sqrt(limit) : 0);
    double next = Math.max(limit / 2, grown * (1 - share));
    limit = Math.max(least, Math.min(most, next));
    if (used && overloads == 0 && now - measuredAt >= PROBE_EVERY) {
      drain(gradient, now);
    }
  }

  /** Faster work is the new baseline; so is any work that had room. */
  private void learn(double mean, double chance, boolean used, long now) {
    if (baseline == 0) {
      baseline = mean;
    } else if (mean + chance < baseline) {
      baseline = (baseline + mean) / 2;
    } else if (!used && peak <= limit / 2) {
      baseline += (mean - baseline) / 8;
      measuredAt = now;
    }
  }

  private void drain(double gradient, long now) {
    probing = true;
    drained = false;
    probeStart = now;
    probeLimit = (int) Math.max(least, limit * gradient / TOLERANCE * DRAINED);
  }

  /** The sum is of what was held and how long, up to each moment when work ended. */
  private int probed(long now, int held) {
    boolean later = now - windowStart > 0;
    if (!drained) {
      drained = held <= probeLimit;
      windowStart = now;
      return UNCHANGED;
    }
    boolean over = now - probeStart > LONGEST_PROBE + 2 * (long) baseline;
    if (!over && (count < PROBE_SAMPLES || !later)) {
      // what ends at the moment at which the measuring begins belongs to the time before
      sum += (double) held * (now - windowStart);
      count += later || count > 0 ? 1 : 0;
      windowStart = now;
      return UNCHANGED;
    }
    if (count >= WINDOW_SAMPLES) {
      double measured = sum / count;
      boolean chance = Math.abs(measured - baseline) < CHANCE * measured / Math.sqrt(count);
      baseline = chance ? (baseline + measured) / 2 : measured;
    }
    measuredAt = now;
    probing = false;
    begin(now);
    return whole();
  }

  private void begin(long now) {
    windowStart = now;
    sum = 0;
    squares = 0;
    count = 0;
    overloads = 0;
    peak = 0;
    pressed = false;
  }

  /** Says that somebody was refused or has to wait, so that the limit is used. */
  void pressed() {
    if (!pressed) {
      pressed = true;
    }
  }

  /** Whether the limit is lowered for a measurement. */
  boolean isProbing() {
    return probing;
  }

  private int whole() {
    return (int) limit;
  }

  /** The mean time of work that does not queue, in nanoseconds; 0 before the first window. */
  long baseline() {
    lock.lock();
    try {
      return (long) baseline;
    } finally {
      lock.unlock();
    }
  }
}
