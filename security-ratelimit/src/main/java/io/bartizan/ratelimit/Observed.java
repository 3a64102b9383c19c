package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import io.bartizan.core.house.Listeners;
import java.time.Duration;

/** Limiters in memory whose decisions are told; shared limiters tell theirs themselves. */
final class Observed {

  private Observed() {}

  private static Decision tried(Listeners<RateLimitListener> listeners, Decision decision) {
    listeners.tell(one -> one.decided(RateLimitListener.Verb.TRY_ACQUIRE, decision));
    return decision;
  }

  private static Decision charged(Listeners<RateLimitListener> listeners, Decision decision) {
    listeners.tell(one -> one.decided(RateLimitListener.Verb.CHARGE, decision));
    return decision;
  }

  private static Reservation reserved(Listeners<RateLimitListener> listeners, Reservation slot) {
    listeners.tell(one -> one.decided(RateLimitListener.Verb.RESERVE, slot.decision()));
    return slot;
  }

  /** One subject. */
  record Single(RateLimiter limiter, Listeners<RateLimitListener> listeners)
      implements RateLimiter {

    @Override
    public Decision tryAcquire(long permits) {
      return tried(listeners, limiter.tryAcquire(permits));
    }

    @Override
    public Decision peek(long permits) {
      return limiter.peek(permits);
    }

    @Override
    public Decision charge(long permits) {
      return charged(listeners, limiter.charge(permits));
    }

    @Override
    public void refund(long permits) {
      limiter.refund(permits);
    }

    @Override
    public Reservation reserve(long permits, Duration maxWait) {
      return reserved(listeners, limiter.reserve(permits, maxWait));
    }

    @Override
    public Decision acquire(long permits, Duration maxWait) throws InterruptedException {
      return Waiting.until(reserve(permits, maxWait));
    }

    @Override
    public void change(Limits limits) {
      limiter.change(limits);
    }

    @Override
    public String toString() {
      return limiter.toString();
    }
  }

  /** Many keys. */
  record Keyed(KeyedRateLimiter limiter, Listeners<RateLimitListener> listeners)
      implements KeyedRateLimiter {

    @Override
    public Decision tryAcquire(String key, long permits) {
      return tried(listeners, limiter.tryAcquire(key, permits));
    }

    @Override
    public Decision peek(String key, long permits) {
      return limiter.peek(key, permits);
    }

    @Override
    public Decision charge(String key, long permits) {
      return charged(listeners, limiter.charge(key, permits));
    }

    @Override
    public void refund(String key, long permits) {
      limiter.refund(key, permits);
    }

    @Override
    public Reservation reserve(String key, long permits, Duration maxWait) {
      return reserved(listeners, limiter.reserve(key, permits, maxWait));
    }

    @Override
    public Decision acquire(String key, long permits, Duration maxWait)
        throws InterruptedException {
      return Waiting.until(reserve(key, permits, maxWait));
    }

    @Override
    public Health health() {
      return limiter.health();
    }

    @Override
    public String toString() {
      return limiter.toString();
    }
  }
}
