package io.bartizan.ratelimit.prepaid;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Permits of one key that were taken together and are spent one by one, until they end.
 *
 * <p>One word holds the permits that are left (below) and the draws that were made (above), so that
 * a draw is a single compare-and-set and counting costs nothing.
 */
final class Lot {

  /** The most permits of a lot; so many draws fit above them. */
  static final long MOST = (1L << 28) - 1;

  private static final int DRAWS_AT = 32;
  private static final long LEFT = (1L << DRAWS_AT) - 1;
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Lot.class, "state", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Holds nothing and has ended. */
  static final Lot NONE = new Lot();

  final long size;
  final long sentNanos;
  final long endNanos;

  /** Once fewer are left, it is time for the next lot. */
  final long low;

  /** When it came to be drawn from; under the lock of its key. */
  long openNanos;

  /** The state at the last sweep; under the lock of its key. */
  long swept = -1;

  private final @Nullable Decision told;
  private final @Nullable Terms terms;
  private final boolean isSingle;
  private final long toldRemaining;
  private final long toldResetNanos;

  @SuppressWarnings("unused") // by STATE
  private volatile long state;

  private Lot() {
    size = 0;
    sentNanos = 0;
    endNanos = 0;
    low = 0;
    told = null;
    terms = null;
    isSingle = true;
    toldRemaining = 0;
    toldResetNanos = 0;
  }

  /** A lot from what the shared place said when it was asked for as many permits. */
  Lot(long size, Decision told, Terms terms, long sentNanos, long holdNanos) {
    this.size = size;
    this.sentNanos = sentNanos;
    this.endNanos = terms.endNanos(sentNanos, holdNanos);
    this.low = size - size / 2;
    this.told = told;
    this.terms = terms;
    this.isSingle = told.parts().size() == 1;
    this.toldRemaining = told.remaining();
    this.toldResetNanos = told.resetAfter().toNanos();
    this.state = size;
  }

  /** Takes permits; how many are left then, or a negative number if nothing was taken. */
  long take(long permits, long now) {
    while (true) {
      long before = state;
      if ((before & LEFT) < permits || now - endNanos >= 0) {
        return -1;
      }
      long after = before - permits + (1L << DRAWS_AT);
      if (STATE.weakCompareAndSet(this, before, after)) {
        return after & LEFT;
      }
    }
  }

  /** Takes all that is left. */
  long drain() {
    while (true) {
      long before = state;
      if (STATE.weakCompareAndSet(this, before, before & ~LEFT)) {
        return before & LEFT;
      }
    }
  }

  long left() {
    return state & LEFT;
  }

  long draws() {
    return state >>> DRAWS_AT;
  }

  long state() {
    return state;
  }

  boolean hasEnded(long now) {
    return this != NONE && now - endNanos >= 0;
  }

  /** Whether nothing can be drawn from it any more. */
  boolean isDone(long now) {
    return left() == 0 || now - endNanos >= 0;
  }

  /** How much of what was drained may be given back now. */
  long givenBack(long unused, long now) {
    return terms == null ? 0 : terms.givenBack(unused, sentNanos, now);
  }

  /**
   * What a draw is told: the amounts of the shared place are those of the moment when this lot was
   * taken, with what is left of the lot.
   */
  @SuppressWarnings("NullAway") // nothing is drawn from NONE
  Decision decision(long permits, long left, long now) {
    long age = Math.max(0, now - sentNanos);
    if (isSingle) {
      return part(told.limit(), permits, left + toldRemaining, toldResetNanos - age);
    }
    List<Decision> parts = new ArrayList<>(told.parts().size());
    for (Decision part : told.parts()) {
      long reset = part.resetAfter().toNanos() - age;
      parts.add(part(part.limit(), permits, left + part.remaining(), reset));
    }
    return Decision.allOf(parts);
  }

  private static Decision part(Limit limit, long permits, long remaining, long resetNanos) {
    return Decision.allowed(limit, permits, Decision.Source.PREPAID)
        .leavingNanos(Math.min(limit.capacity(), remaining), Math.max(0, resetNanos));
  }
}
