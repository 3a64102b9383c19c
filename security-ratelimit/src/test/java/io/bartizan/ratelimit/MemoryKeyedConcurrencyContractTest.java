package io.bartizan.ratelimit;

import java.time.Duration;

/** The contract of permits in memory for one key among others, which come and go between. */
class MemoryKeyedConcurrencyContractTest extends ConcurrencyContractTest {

  @Override
  protected Decision.Source source() {
    return Decision.Source.MEMORY;
  }

  @Override
  protected Place place(int most) {
    KeyedConcurrencyLimiter limiter = KeyedConcurrencyLimiter.of(most, 100);
    return new Place() {
      @Override
      public Permit tryAcquire(int permits) {
        try (Permit unused = limiter.tryAcquire("other", most)) {
          return limiter.tryAcquire("key", permits);
        }
      }

      @Override
      public Permit acquire(int permits, Duration maxWait) throws InterruptedException {
        return limiter.acquire("key", permits, maxWait);
      }

      @Override
      public void close() {}
    };
  }
}
