package io.bartizan.ratelimit;

import io.bartizan.core.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;

/**
 * A token bucket in one {@code long}.
 *
 * <p>The state is the theoretical arrival time in units since this limiter was made, changed by one
 * CAS; a refusal only reads. Units wrap after 2<sup>64</sup> of them (8.9 years at the finest
 * scale, over 500 000 years at whole microseconds): a bucket left alone for so long may, until it
 * is full, look as it did then, which lets too little through and never too much.
 */
final class TokenBucketLimiter implements RateLimiter {

  /** No bucket is ever further from full: 2^61 of capacity and as much of reservations. */
  private static final long MAX_BACKLOG = 1L << 62;

  private static final VarHandle TAT;

  static {
    try {
      TAT = MethodHandles.lookup().findVarHandle(TokenBucketLimiter.class, "tat", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final TokenBucket bucket;
  private final Ticker ticker;
  private final long originNanos;
  private final long unitsPerMicro;
  private final long unitsPerPermit;
  private final long capacity;
  private final long full;
  private volatile long tat;

  TokenBucketLimiter(TokenBucket bucket, Ticker ticker) {
    this.bucket = Objects.requireNonNull(bucket, "limit");
    this.ticker = Objects.requireNonNull(ticker, "ticker");
    this.originNanos = ticker.nanos();
    this.unitsPerMicro = bucket.unitsPerMicro();
    this.unitsPerPermit = bucket.unitsPerPermit();
    this.capacity = bucket.capacity();
    this.full = bucket.fullUnits();
  }

  @Override
  public Decision tryAcquire(long permits) {
    Permits.check(permits);
    long now = now();
    while (true) {
      long seen = tat;
      long backlog = backlog(seen, now);
      if (permits > capacity) {
        return decision(false, permits, backlog);
      }
      long next = backlog + permits * unitsPerPermit;
      if (next > full) {
        return decision(false, permits, backlog);
      }
      if (TAT.compareAndSet(this, seen, now + next)) {
        return decision(true, permits, next);
      }
    }
  }

  @Override
  public Decision peek(long permits) {
    Permits.check(permits);
    long backlog = backlog(tat, now());
    boolean fits = permits <= capacity && backlog + permits * unitsPerPermit <= full;
    return decision(fits, permits, backlog);
  }

  @Override
  public void refund(long permits) {
    Permits.check(permits);
    long now = now();
    while (true) {
      long seen = tat;
      long backlog = backlog(seen, now);
      long left = permits > backlog / unitsPerPermit ? 0 : backlog - permits * unitsPerPermit;
      if (backlog == 0 || TAT.compareAndSet(this, seen, now + left)) {
        return;
      }
    }
  }

  @Override
  public Reservation reserve(long permits, Duration maxWait) {
    Permits.check(permits);
    long maxUnits = maxWaitUnits(maxWait);
    long now = now();
    while (true) {
      long seen = tat;
      long backlog = backlog(seen, now);
      Decision refused = decision(false, permits, backlog);
      long next = permits > capacity ? Long.MAX_VALUE : backlog + permits * unitsPerPermit;
      if (next - full > maxUnits || next > MAX_BACKLOG) {
        return Reservation.of(refused, refused.retryAfter(), () -> {});
      }
      if (TAT.compareAndSet(this, seen, now + next)) {
        Duration delay = Duration.ofNanos(bucket.retryNanos(next, 0));
        return Reservation.of(decision(true, permits, next), delay, () -> refund(permits));
      }
    }
  }

  @Override
  public Decision acquire(long permits, Duration maxWait) throws InterruptedException {
    return Waiting.until(reserve(permits, maxWait));
  }

  private long maxWaitUnits(Duration maxWait) {
    if (maxWait.isNegative()) {
      throw new IllegalArgumentException("maxWait is " + maxWait + ", zero or more is accepted");
    }
    long most = MAX_BACKLOG / unitsPerMicro;
    return maxWait.compareTo(Rate.MAX_PERIOD) > 0
        ? MAX_BACKLOG
        : Math.min(most, Rate.micros(maxWait)) * unitsPerMicro;
  }

  private long now() {
    return (ticker.nanos() - originNanos) / 1000 * unitsPerMicro;
  }

  private static long backlog(long tat, long now) {
    long ahead = tat - now;
    return ahead < 0 || ahead > MAX_BACKLOG ? 0 : ahead;
  }

  private Decision decision(boolean allowed, long permits, long backlog) {
    return new Decision(bucket, Decision.Source.MEMORY, allowed, permits, backlog);
  }

  @Override
  public String toString() {
    return "RateLimiter[" + bucket.name() + ": " + bucket + "]";
  }
}
