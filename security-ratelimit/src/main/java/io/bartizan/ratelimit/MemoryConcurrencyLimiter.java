package io.bartizan.ratelimit;

import io.bartizan.core.house.Require;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A fair semaphore; it is itself the hold of its permits, so that a permit is one object. */
class MemoryConcurrencyLimiter implements ConcurrencyLimiter, Permit.Hold {

  private final int most;
  private final Semaphore free;

  MemoryConcurrencyLimiter(int most) {
    this.most = Require.atLeast("most", most, 1);
    this.free = new Semaphore(most, true);
  }

  @Override
  public final Permit tryAcquire(int permits) {
    int wanted = Require.atLeast("permits", permits, 1);
    // a semaphore lets this call pass those who wait, fair or not
    return permit(wanted, !free.hasQueuedThreads() && free.tryAcquire(wanted));
  }

  @Override
  public final Permit acquire(int permits, Duration maxWait) throws InterruptedException {
    int wanted = Require.atLeast("permits", permits, 1);
    long micros = Waiting.micros(maxWait);
    return permit(wanted, wanted <= most && free.tryAcquire(wanted, micros, TimeUnit.MICROSECONDS));
  }

  private Permit permit(int permits, boolean granted) {
    int remaining = free.availablePermits();
    return granted
        ? Permit.granted(permits, remaining, Decision.Source.MEMORY, this)
        : Permit.refused(permits, remaining, Decision.Source.MEMORY);
  }

  @Override
  public void release(Permit permit) {
    free.release((int) permit.permits());
  }

  @Override
  public final int held() {
    return most - free.availablePermits();
  }

  @Override
  public String toString() {
    return "ConcurrencyLimiter[" + held() + " of " + most + " held]";
  }
}
