package io.bartizan.ratelimit;

import io.bartizan.ratelimit.count.BucketCount;
import io.bartizan.ratelimit.count.BucketUnits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket in one {@code long}, its theoretical arrival time, changed by one CAS; a refusal
 * only reads. 24 bytes.
 *
 * <p>Units wrap after 2<sup>64</sup> of them (8.9 years at the finest scale, over 500 000 years at
 * whole microseconds), so arrival times are compared by their difference: a bucket left alone for
 * so long may, until it is full, look as it did then, which lets too little through and never too
 * much.
 */
class BucketCell extends Cell {

  /** An outcome and a state: the cell is dead. */
  static final long DEAD = Long.MIN_VALUE;

  /** Above every backlog. */
  private static final long SHARED = 1L << 62;

  private static final VarHandle TAT;

  static {
    try {
      TAT = MethodHandles.lookup().findVarHandle(BucketCell.class, "tat", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final TokenBucket bucket;
  private volatile long tat;

  BucketCell(TokenBucket bucket, long now) {
    this.bucket = bucket;
    this.tat = alive(now * bucket.perMicro + bucket.units().first(bucket.initialPermits()));
  }

  /** Goes on where a count stopped. */
  BucketCell(TokenBucket bucket, long now, BucketCount count) {
    this.bucket = bucket;
    this.tat = alive(now * bucket.perMicro + count.backlog(now));
  }

  /** A bucket with this theoretical arrival time. */
  BucketCell(long arrival, TokenBucket bucket) {
    this.bucket = bucket;
    this.tat = arrival;
  }

  /** The theoretical arrival time in units. */
  long arrival() {
    return tat;
  }

  TokenBucket limit() {
    return bucket;
  }

  @Override
  boolean counts(Limits limits) {
    return bucket.equals(limits.bucket());
  }

  @Override
  @Nullable Decision tryAcquire(long now, long permits) {
    long outcome = take(now, permits);
    return outcome == DEAD ? null : decision(bucket, outcome, permits);
  }

  /**
   * Takes permits and says so in one number, so that whoever asks can make the decision in one
   * place: there the compiler can do without it. The backlog if they were taken, its complement
   * (negative) if not, or {@link #DEAD}.
   */
  long take(long now, long permits) {
    TokenBucket limit = bucket;
    long clock = now * limit.perMicro;
    while (true) {
      long seen = tat;
      if (seen == DEAD) {
        return DEAD;
      }
      long outcome = outcome(limit, seen, clock, permits);
      if (outcome < 0 || TAT.compareAndSet(this, seen, alive(clock + outcome))) {
        return outcome;
      }
    }
  }

  /** The backlog if permits were taken at this clock, or the complement of what it is. */
  static long outcome(TokenBucket limit, long arrival, long clock, long permits) {
    long backlog = BucketUnits.backlog(arrival, clock);
    return fits(limit, backlog, permits) ? backlog + permits * limit.perPermit : ~backlog;
  }

  /** The same outcome, of a cell that several keys share. */
  static long shared(long outcome) {
    return outcome ^ SHARED;
  }

  /** The decision of an outcome that is not {@link #DEAD}. */
  static Decision decision(TokenBucket limit, long outcome, long permits) {
    long flagged = outcome >= 0 ? outcome : ~outcome;
    return new Decision(
        limit,
        flagged >= SHARED ? Decision.Source.OVERFLOW : Decision.Source.MEMORY,
        outcome >= 0,
        permits,
        flagged & (SHARED - 1));
  }

  @Override
  @Nullable Decision peek(long now, long permits) {
    long seen = tat;
    if (seen == DEAD) {
      return null;
    }
    long backlog = BucketUnits.backlog(seen, now * bucket.perMicro);
    long outcome = fits(bucket, backlog, permits) ? backlog : ~backlog;
    return decision(bucket, outcome, permits);
  }

  @Override
  @Nullable Decision charge(long now, long permits) {
    long clock = now * bucket.perMicro;
    while (true) {
      long seen = tat;
      if (seen == DEAD) {
        return null;
      }
      long owed = bucket.units().owed(BucketUnits.backlog(seen, clock), permits);
      if (TAT.compareAndSet(this, seen, alive(clock + owed))) {
        return decision(bucket, fits(bucket, owed, 1) ? owed : ~owed, 1);
      }
    }
  }

  @Override
  boolean refund(long now, long permits) {
    return uncount(now, bucket.units().cost(permits));
  }

  /** Brings the arrival time nearer, not below now; false if dead. */
  private boolean uncount(long now, long units) {
    long clock = now * bucket.perMicro;
    while (true) {
      long seen = tat;
      if (seen == DEAD) {
        return false;
      }
      long backlog = BucketUnits.backlog(seen, clock);
      long left = Math.max(0, backlog - units);
      if (backlog == left || TAT.compareAndSet(this, seen, alive(clock + left))) {
        return true;
      }
    }
  }

  @Override
  @Nullable Reservation reserve(MicroClock time, long permits, long maxWaitMicros) {
    long clock = time.micros() * bucket.perMicro;
    while (true) {
      long seen = tat;
      if (seen == DEAD) {
        return null;
      }
      long backlog = BucketUnits.backlog(seen, clock);
      long waitMicros = bucket.units().waitMicros(backlog, permits);
      if (waitMicros > maxWaitMicros) {
        Decision refused = decision(bucket, ~backlog, permits);
        return Reservation.of(refused, refused.retryAfter(), () -> {});
      }
      long next = backlog + permits * bucket.perPermit;
      long slot = alive(clock + next);
      if (TAT.compareAndSet(this, seen, slot)) {
        return Reservation.of(
            decision(bucket, next, permits),
            Duration.ofNanos(waitMicros * 1000),
            () -> giveBack(time.micros(), permits, slot));
      }
    }
  }

  /** Of a reservation that had its last permit at this arrival time. */
  void giveBack(long now, long permits, long slot) {
    boolean unused = cancel(now, permits, slot);
  }

  /** Gives back what has not come back by itself; false if dead. */
  final boolean cancel(long now, long permits, long slot) {
    long notBack = BucketUnits.backlog(slot, now * bucket.perMicro);
    return uncount(now, Math.min(notBack, bucket.units().cost(permits)));
  }

  @Override
  boolean retire(long now, long restMicros) {
    long seen = tat;
    return seen == DEAD
        || (isFull(bucket, seen, now - restMicros) && TAT.compareAndSet(this, seen, DEAD));
  }

  static boolean isFull(TokenBucket limit, long arrival, long now) {
    return BucketUnits.backlog(arrival, now * limit.perMicro) == 0;
  }

  @Override
  @Nullable Frozen freeze() {
    long seen = (long) TAT.getAndSet(this, DEAD);
    return seen == DEAD ? null : new Frozen(counted(seen), List.of(), Long.MIN_VALUE);
  }

  private List<Counted> counted(long seen) {
    return List.of(new Counted(bucket, BucketCount.at(bucket.units(), seen)));
  }

  @Override
  Cell split(Limits limits, long taken, long now) {
    return Cell.of(limits, counted(tat), taken, now);
  }

  @Override
  long resetMicros(long now) {
    return bucket.units().micros(BucketUnits.backlog(tat, now * bucket.perMicro));
  }

  private static boolean fits(TokenBucket limit, long backlog, long permits) {
    return BucketUnits.fits(backlog, permits, limit.capacity(), limit.perPermit, limit.full);
  }

  /** One arrival time in 2^64 says dead; a bucket that meets it arrives one unit later. */
  static long alive(long tat) {
    return tat == DEAD ? tat + 1 : tat;
  }
}
