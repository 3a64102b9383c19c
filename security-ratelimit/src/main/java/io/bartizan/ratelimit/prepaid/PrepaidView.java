package io.bartizan.ratelimit.prepaid;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.RateLimitListener.Verb;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;

/** The limiter for callers that wait; a decision from a lot makes no stage. */
final class PrepaidView implements KeyedRateLimiter {

  private final PrepaidRateLimiter limiter;
  private final KeyedRateLimiter shared;

  PrepaidView(PrepaidRateLimiter limiter, KeyedRateLimiter shared) {
    this.limiter = limiter;
    this.shared = shared;
  }

  @Override
  public Decision tryAcquire(String key, long permits) {
    long now = limiter.now();
    KeyLots lots = limiter.lots(key, permits);
    Decision here = limiter.here(lots, permits, now);
    if (here != null) {
      return here;
    }
    KeyLots known = limiter.asksPlain(lots, key, now);
    return limiter.answered(known, shared.tryAcquire(key, permits), now);
  }

  @Override
  public Decision peek(String key, long permits) {
    Decision here = limiter.peekHere(key, permits);
    return here == null ? shared.peek(key, permits) : here;
  }

  @Override
  public Decision charge(String key, long permits) {
    limiter.requireOpen();
    return limiter.charged(shared.charge(key, permits));
  }

  @Override
  public void refund(String key, long permits) {
    limiter.forgetRefusal(key, permits);
    shared.refund(key, permits);
  }

  @Override
  public Reservation reserve(String key, long permits, Duration maxWait) {
    limiter.requireOpen();
    return limiter.reserved(key, shared.reserve(key, permits, maxWait));
  }

  @Override
  public Decision acquire(String key, long permits, Duration maxWait) throws InterruptedException {
    limiter.requireOpen();
    Decision decision = shared.acquire(key, permits, maxWait);
    limiter.tell(Verb.RESERVE, decision);
    return decision;
  }

  @Override
  public Health health() {
    return limiter.health();
  }

  @Override
  public String toString() {
    return limiter + ".blocking()";
  }
}
