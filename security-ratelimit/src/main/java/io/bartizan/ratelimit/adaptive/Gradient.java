package io.bartizan.ratelimit.adaptive;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds the limit from the time that work takes.
 *
 * <p><b>How it works.</b> Times are compared by the mean of their square roots, in which a short
 * queue shows before the chance of long work hides it. {@code baseline} is that mean for work that
 * does not queue. A window is 100 ms, 30 samples, as many as are in flight, and the longest sample
 * (a second at most), whichever is longest. Once work is slower than {@code TOLERANCE × baseline}
 * (more at limits below ten), beyond two standard errors, the limit shrinks by a power of that
 * proportion, never by more than half; what was in flight then is passed over before the next
 * window. Else the limit grows as long as it is used, by 1, 2, 4 and so on up to its root a window.
 * Each window whose work was partly reported as overload shrinks it by that part.
 *
 * <p>The baseline sinks as soon as work is certainly faster. It can't rise by looking, for slower
 * work may be work that queues. So every ten seconds, and when the limit has sunk much since, a
 * limit that is used is lowered to what fits, stage by stage. If work takes what it was known to
 * take, the measure is added to the baseline; else the stages go on until a lower limit makes it no
 * faster, and what it takes then is the baseline. Every sixth time nothing counts as known. Work
 * that is alone can't queue, and is always believed: so no limit stays at its lowest.
 *
 * <p>Work that hangs holds permits and gives no sample. If callers are refused for a second, or ten
 * times the baseline if that is longer, while nothing comes back, then one more permit than is held
 * is let in. A measurement ends then, and later ones stay above what has been held ever since.
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

  private static final long SECOND = 1_000_000_000L;
  private static final int WINDOW_SAMPLES = 30;

  /** How many standard errors may be chance when work is slower. */
  private static final double CHANCE = 2;

  private static final double TOLERANCE = 1.2;

  /** What is tolerated besides at low limits: few servers idle without a few who queue. */
  private static final double FEW = 2500;

  private static final double SHRINK_POWER = 0.4;

  /** The part of the samples that the next window begins with if the limit did not shrink. */
  private static final double KEPT = 0.6;

  /** The part of the highest limit since the last measurement below which it is measured anew. */
  private static final double SUNK = 0.6;

  private static final int PROBE_SAMPLES = 200;
  private static final int STAGE_SAMPLES = 100;
  private static final int FEWEST_SAMPLES = 16;
  private static final double MOST_WEIGHT = 400;
  private static final int DOUBTED = 6;

  /** The part of what fits without a queue that is let in while the baseline is measured. */
  private static final double DRAINED = 0.95;

  private final ReentrantLock lock = new ReentrantLock();
  private final int least;
  private final int most;
  private double limit;
  private double step = 1;
  private long windowStart;
  private long nextLook;
  private final Times times = new Times();
  private int ended;
  private int overloads;
  private int peak;
  // the most calls that were in flight, each taken for as large as the one that ended
  private int peakCalls;

  // how many samples, and until when, are of work from before the limit changed
  private int flushing;
  private long flushUntil;

  private double baseline;
  private double variance;
  private double weight;
  private boolean known;
  private int probes;
  private volatile boolean pressed;
  private final Silence silence;
  // permits that were never given back since nothing came back
  private int hanging;

  private volatile boolean probing;
  private boolean drained;
  private int probeLimit;
  private long probeStart;
  private long probedAt;
  private long nextProbe;
  private double highest;
  private double before;
  private double beforeError;

  Gradient(int least, int initial, int most, long now) {
    this.least = least;
    this.most = most;
    this.limit = initial;
    this.highest = initial;
    this.probedAt = now;
    this.nextProbe = now;
    this.silence = new Silence(now);
    begin(now, 0, 0);
  }

  /**
   * Adds a sample.
   *
   * @param started when the work began
   * @param now when it ended
   * @param others how many permits were held besides
   * @param permits how many the work held
   * @param overloaded whether the service said that it is too busy
   * @return the limit that holds from now on
   */
  int add(long started, long now, int others, int permits, boolean overloaded) {
    silence.cameBack(now);
    if (overloaded) {
      lock.lock();
    } else if (!lock.tryLock()) {
      return UNCHANGED;
    }
    try {
      return added(Math.max(1, now - started), now, others, permits, overloaded);
    } finally {
      lock.unlock();
    }
  }

  private int added(long took, long now, int others, int permits, boolean overloaded) {
    hanging = Math.min(hanging, others);
    int calls = (int) (((long) others + permits - 1) / permits);
    if (overloaded) {
      if (probing) {
        probing = false;
        nextProbe = now + SECOND;
        begin(now, 0, 0);
      }
      overloads++;
    } else if (flushing > 0 || now - flushUntil < 0) {
      flushing--;
      windowStart = now;
      return UNCHANGED;
    } else if (probing) {
      return probed(took, now, others, calls);
    } else {
      times.add(took);
    }
    ended++;
    peak = Math.max(peak, others + permits);
    peakCalls = Math.max(peakCalls, calls + 1);
    int needed = overloads > 0 ? WINDOW_SAMPLES : Math.max(WINDOW_SAMPLES, peakCalls);
    if (ended < needed || now - nextLook < 0) {
      return UNCHANGED;
    }
    nextLook = now + WINDOW;
    double gradient = gradient();
    if (gradient == 1 && overloads == 0 && now - windowStart < times.longest()) {
      return UNCHANGED;
    }
    judge(gradient, now);
    return probing ? probeLimit : (int) limit;
  }

  private double baselineError() {
    return weight == 0 ? 0 : variance / weight;
  }

  /** How much faster work was without a queue; 1 if it is not certainly slower than that. */
  private double gradient() {
    if (times.count() == 0 || weight == 0 || peakCalls <= 1) {
      return 1;
    }
    double root = times.mean() - CHANCE * Math.sqrt(times.error() + baselineError());
    double tolerated = TOLERANCE + FEW / Math.pow(limit, 4);
    return root <= 0 ? 1 : Math.min(1, tolerated * baseline * baseline / (root * root));
  }

  private void judge(double gradient, long now) {
    double share = (double) overloads / ended;
    boolean calm = overloads == 0;
    boolean slower = gradient < 1;
    boolean used = pressed || peak >= Math.floor(limit) * 0.9;
    if (times.count() > 0) {
      learnFaster();
    }
    double grown = 0;
    if (slower || !calm) {
      step = 1;
    } else if (used) {
      grown = Math.min(step, Math.max(1, Math.sqrt(limit)));
      step = 2 * grown;
    }
    double next = (limit * Math.pow(gradient, SHRINK_POWER) + grown) * (1 - share);
    limit = Math.max(least, Math.min(most, Math.max(limit / 2, next)));
    highest = Math.max(highest, limit);
    boolean sunk = limit < highest * SUNK && now - probedAt >= SECOND;
    if (calm && (used || slower) && (sunk || now - nextProbe >= 0)) {
      probing = true;
      probeStart = now;
      before = Double.MAX_VALUE;
      beforeError = 0;
      stage(Math.min(limit, peak) * Math.max(0.5, gradient * DRAINED), now);
    } else {
      begin(now, slower ? 0 : KEPT, slower ? peakCalls : 0);
    }
  }

  /** The first work, work that was alone, and work that is certainly faster. */
  private void learnFaster() {
    if (weight == 0 || peakCalls <= 1) {
      learn();
    } else if (times.mean() + Times.SURE * Math.sqrt(times.error() + baselineError()) < baseline) {
      baseline = (baseline + times.mean()) / 2;
      variance = times.spread();
      weight = times.count();
    }
  }

  /** Takes the mean for the baseline, or into it if the two are alike. */
  private void learn() {
    double kept = isBaseline() ? Math.min(weight, MOST_WEIGHT) : 0;
    baseline = (baseline * kept + times.sum()) / (kept + times.count());
    variance = (variance * kept + times.spread() * times.count()) / (kept + times.count());
    weight = kept + times.count();
  }

  private boolean isBaseline() {
    return weight > 0 && times.isAlike(baseline, baselineError());
  }

  private void stage(double at, long now) {
    probeLimit = (int) Math.max(least, Math.min(most, Math.max(at, hanging + 1)));
    drained = false;
    begin(now, 0, 0);
  }

  private int probed(long took, long now, int others, int calls) {
    if (!drained) {
      drained = others < probeLimit;
      flushing = drained ? calls : 0;
      flushUntil = drained ? now + times.longest() : now;
      return UNCHANGED;
    }
    times.add(took);
    long lasted = now - windowStart;
    int needed = lasted > SECOND ? FEWEST_SAMPLES : known ? PROBE_SAMPLES : STAGE_SAMPLES;
    if (times.count() < needed || lasted < times.longest()) {
      return UNCHANGED;
    }
    boolean fell = times.mean() < before && !times.isAlike(before, beforeError);
    if (fell && probeLimit > least && !(known && isBaseline())) {
      before = times.mean();
      beforeError = times.error();
      stage(probeLimit * (known ? 0.7 : 0.5), now);
      return probeLimit;
    }
    learn();
    probes++;
    known = probes % DOUBTED != 0 && weight >= STAGE_SAMPLES;
    probedAt = now;
    highest = limit;
    nextProbe = now + Math.max(PROBE_EVERY, 10 * (now - probeStart));
    probing = false;
    begin(now, 0, 0);
    return (int) limit;
  }

  private void begin(long now, double kept, int flushed) {
    windowStart = now;
    nextLook = now + WINDOW;
    flushUntil = now;
    flushing = flushed;
    times.begin(kept);
    ended = 0;
    overloads = 0;
    peak = 0;
    peakCalls = 0;
    pressed = false;
  }

  /** Says that permits came back of work whose time says nothing. */
  void cameBack(long now) {
    silence.cameBack(now);
  }

  /**
   * Says that somebody was refused or has to wait, so that the limit is used.
   *
   * @param now the time
   * @param held how many permits are held
   * @return the limit that holds from now on, or {@link #UNCHANGED}
   */
  int pressed(long now, int held) {
    if (!pressed) {
      pressed = true;
    }
    if (!silence.refused(now) || !lock.tryLock()) {
      return UNCHANGED;
    }
    try {
      long usual = weight == 0 ? 0 : (long) (baseline * baseline);
      return silence.isTooLong(now, usual) ? fed(now, held) : UNCHANGED;
    } finally {
      lock.unlock();
    }
  }

  /** What is held hangs: one more is let in, which tells what work takes. */
  private int fed(long now, int held) {
    silence.end(now);
    hanging = held;
    limit = Math.max(limit, Math.min(most, held + 1));
    highest = limit;
    if (probing) {
      probing = false;
      probedAt = now;
      nextProbe = now + Math.max(PROBE_EVERY, 10 * (now - probeStart));
      begin(now, 0, 0);
    }
    return (int) limit;
  }

  /** Whether the limit is lowered for a measurement. */
  boolean isProbing() {
    return probing;
  }

  /** What work takes that does not queue, in nanoseconds; 0 before the first window. */
  long baseline() {
    lock.lock();
    try {
      return Math.round(baseline * baseline);
    } finally {
      lock.unlock();
    }
  }
}
