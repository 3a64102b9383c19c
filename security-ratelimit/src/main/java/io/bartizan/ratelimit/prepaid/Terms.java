package io.bartizan.ratelimit.prepaid;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.FixedWindow;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.SlidingWindow;
import io.bartizan.ratelimit.SlidingWindowCounter;
import io.bartizan.ratelimit.TokenBucket;
import java.time.Duration;
import java.util.List;

/**
 * What the limits of a key let a process hold, read out of the shared place's own answer: how large
 * a lot may be, when it must be used up, and how much of it may still be given back.
 *
 * <p><b>When.</b> Window counters, fixed windows and buckets refilled in steps change at moments
 * that the answer tells by its reset time. A lot ends before the next of them, so that what is
 * admitted in a window was counted in it. A bucket that is refilled evenly knows no such moment;
 * there the hold time alone ends a lot.
 *
 * <p><b>How much back.</b> Within one window everything. Of a bucket refilled evenly, what was kept
 * for g is worth rate × g less: had it never been taken, the bucket might have been full for that
 * long and have gained nothing, which cannot be seen from here. Without that a process that takes
 * and gives back again and again would pile up more than the bucket can hold.
 *
 * @param capacity the smallest capacity
 * @param remaining the fewest permits that were left
 * @param edgeNanos how long until the next edge, from the moment the question was sent; never too
 *     long
 * @param perNano the fastest even refill
 * @param isExact whether one of the limits is an exact window, which is never held ahead
 */
record Terms(long capacity, long remaining, long edgeNanos, double perNano, boolean isExact) {

  /** No lot is more than this part of a capacity, and of what remains no more than a fourth. */
  private static final int SHARE = 16;

  private static final int SHARE_OF_REST = 4;

  /** How long a give-back may be under way without a bucket noticing. */
  private static final long WAY_NANOS = Duration.ofMillis(100).toNanos();

  /** Nothing is given back to a window that ends sooner than this: it could reach the next. */
  private static final long WAY_TO_EDGE_NANOS = Duration.ofSeconds(1).toNanos();

  /** Of a key that was never asked for: nothing may be held. */
  static final Terms UNKNOWN = new Terms(0, 0, Long.MAX_VALUE, 0, false);

  static Terms of(Decision told) {
    long capacity = Long.MAX_VALUE;
    long remaining = Long.MAX_VALUE;
    long edge = Long.MAX_VALUE;
    double perNano = 0;
    boolean exact = false;
    List<Decision> parts = told.parts();
    for (Decision part : parts) {
      Limit limit = part.limit();
      capacity = Math.min(capacity, limit.capacity());
      remaining = Math.min(remaining, part.remaining());
      edge = Math.min(edge, edge(limit, part.resetAfter().toNanos()));
      exact |= limit instanceof SlidingWindow;
      if (limit instanceof TokenBucket bucket && !bucket.isStepped()) {
        double rate = (double) bucket.refill().permits() / bucket.refill().period().toNanos();
        perNano = Math.max(perNano, rate);
      }
    }
    return new Terms(capacity, remaining, edge, perNano, exact);
  }

  /** How long until the limit's next edge at least; the clocks may run apart by a thousandth. */
  private static long edge(Limit limit, long resetNanos) {
    long edge = Long.MAX_VALUE;
    if (limit instanceof FixedWindow) {
      edge = resetNanos;
    } else if (limit instanceof SlidingWindowCounter counter) {
      long period = counter.rate().period().toNanos();
      edge = resetNanos > period ? resetNanos - period : resetNanos;
    } else if (limit instanceof TokenBucket bucket && bucket.isStepped()) {
      long period = bucket.refill().period().toNanos();
      edge = resetNanos == 0 ? 0 : (resetNanos - 1) % period + 1;
    }
    return edge == Long.MAX_VALUE ? edge : edge - edge / 1000;
  }

  /** The largest lot. */
  long mostOfLot() {
    return isExact ? 0 : Math.min(Lot.MOST, Math.min(capacity / SHARE, remaining / SHARE_OF_REST));
  }

  /** When a lot ends whose question was sent then. */
  long endNanos(long sentNanos, long holdNanos) {
    return sentNanos + Math.min(holdNanos, edgeNanos);
  }

  /** How many of these unused permits may be given back now. */
  long givenBack(long unused, long sentNanos, long now) {
    long age = now - sentNanos;
    if (edgeNanos != Long.MAX_VALUE && edgeNanos - age < WAY_TO_EDGE_NANOS) {
      return 0;
    }
    double refilled = perNano == 0 ? 0 : Math.ceil(perNano * (age + WAY_NANOS)) + 1;
    return refilled >= unused ? 0 : unused - (long) refilled;
  }
}
