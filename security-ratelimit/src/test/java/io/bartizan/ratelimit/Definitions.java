package io.bartizan.ratelimit;

import io.bartizan.ratelimit.count.Micros;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * One limit of a subject, as its definition of now and the former one count the same permits: what
 * the former counts is remembered for a whole window after the two met last, and then as long as
 * more counts in it than it would begin with, or permits count longer.
 */
final class Definitions {

  private final Oracle now;
  private @Nullable Oracle former;
  private long until;

  Definitions(Oracle now) {
    this.now = now;
  }

  /** The definition that decides. */
  Oracle oracle() {
    return now;
  }

  /** The limit that the subject was held to before, if its count is remembered. */
  @Nullable Limit before() {
    return former == null ? null : former.limit;
  }

  /** Whether nothing counts by either. */
  boolean isIdle(long time) {
    return idle(now, time) && (former == null || idle(former, time));
  }

  private static boolean idle(Oracle oracle, long time) {
    return oracle.fits(time, oracle.limit.capacity());
  }

  void take(long time, long permits) {
    settle(time);
    now.charge(time, permits);
    if (former != null) {
      former.also(time, permits);
    }
  }

  /** Oracles know no bound of a debt, so that debts stay below it. */
  boolean mayOwe(long time, long permits) {
    return mayOwe(now, time, permits) && (former == null || mayOwe(former, time, permits));
  }

  private static boolean mayOwe(Oracle oracle, long time, long permits) {
    return oracle.used(time) + permits <= 15 * oracle.limit.capacity();
  }

  void owe(long time, long permits) {
    settle(time);
    boolean asLast = now.isFull(time);
    now.owe(time, permits, asLast);
    if (former != null) {
      former.owe(time, permits, asLast);
    }
  }

  void refund(long time, long permits) {
    settle(time);
    now.refund(time, permits);
    if (former != null) {
      former.refund(time, permits);
    }
  }

  void cancel(long time, long permits, BigInteger mark) {
    settle(time);
    long before = now.used(time);
    now.cancel(time, permits, mark);
    long back = before - now.used(time);
    if (former != null && back > 0) {
      former.refund(time, back);
    }
  }

  /** The same subject, held to another limit from now on, or to the same beside others that are. */
  Definitions changed(Limit next, long time) {
    settle(time);
    if (next.equals(now.limit)) {
      until = former == null ? until : end(former.limit, time);
      return this;
    }
    Oracle oracle = former;
    if (oracle == null || !oracle.limit.equals(next)) {
      oracle = now.changed(next, time);
    }
    Definitions changed = new Definitions(oracle);
    changed.former = now;
    changed.until = end(now.limit, time);
    return changed;
  }

  private static long end(Limit limit, long time) {
    long window = Micros.of(limit.window());
    return time + (limit instanceof SlidingWindowCounter ? 2 * window : window);
  }

  private void settle(long time) {
    boolean needed =
        former != null && (time <= until || former.outlasts(now) || former.exceeds(now, time));
    if (!needed) {
      former = null;
    }
  }
}
