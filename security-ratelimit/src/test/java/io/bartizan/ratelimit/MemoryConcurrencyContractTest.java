package io.bartizan.ratelimit;

import java.time.Duration;

/** The contract of permits in memory for one subject. */
class MemoryConcurrencyContractTest extends ConcurrencyContractTest {

  @Override
  protected Decision.Source source() {
    return Decision.Source.MEMORY;
  }

  @Override
  protected Place place(int most) {
    ConcurrencyLimiter limiter = ConcurrencyLimiter.of(most);
    return new Place() {
      @Override
      public Permit tryAcquire(int permits) {
        return limiter.tryAcquire(permits);
      }

      @Override
      public Permit acquire(int permits, Duration maxWait) throws InterruptedException {
        return limiter.acquire(permits, maxWait);
      }

      @Override
      public void close() {}
    };
  }
}
