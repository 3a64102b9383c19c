package io.bartizan.ratelimit;

import java.time.Duration;
import java.util.Objects;

/** One cell and a clock. */
class MemoryRateLimiter implements RateLimiter {

  final MicroClock clock;
  private volatile Limits current;
  volatile Cell cell;

  MemoryRateLimiter(Limits limits, MicroClock clock) {
    this.clock = clock;
    this.current = limits;
    this.cell = Cell.of(limits, clock.micros());
  }

  @Override
  public Decision tryAcquire(long permits) {
    Waiting.check(permits);
    while (true) {
      Decision decision = cell.tryAcquire(clock.micros(), permits);
      if (decision != null) {
        return decision;
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public Decision peek(long permits) {
    Waiting.check(permits);
    while (true) {
      Decision decision = cell.peek(clock.micros(), permits);
      if (decision != null) {
        return decision;
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public Decision charge(long permits) {
    Waiting.check(permits);
    while (true) {
      Decision decision = cell.charge(clock.micros(), permits);
      if (decision != null) {
        return decision;
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void refund(long permits) {
    Waiting.check(permits);
    while (!cell.refund(clock.micros(), permits)) {
      Thread.onSpinWait();
    }
  }

  @Override
  public Reservation reserve(long permits, Duration maxWait) {
    Waiting.check(permits);
    long maxMicros = Waiting.micros(maxWait);
    while (true) {
      Reservation reservation = cell.reserve(clock, permits, maxMicros);
      if (reservation != null) {
        return reservation;
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public Decision acquire(long permits, Duration maxWait) throws InterruptedException {
    return Waiting.until(reserve(permits, maxWait));
  }

  @Override
  public void change(Limits limits) {
    Objects.requireNonNull(limits, "limits");
    Cell.Frozen before = cell.freeze();
    while (before == null) {
      // another change is under way; this one comes after it
      Thread.onSpinWait();
      before = cell.freeze();
    }
    current = limits;
    cell = Cell.of(limits, before, clock.micros());
  }

  @Override
  public String toString() {
    return "RateLimiter[" + current + "]";
  }
}
