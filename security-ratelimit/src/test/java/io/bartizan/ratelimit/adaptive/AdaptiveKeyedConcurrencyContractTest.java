package io.bartizan.ratelimit.adaptive;

import io.bartizan.ratelimit.ConcurrencyContractTest;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Permit;
import java.time.Duration;

/** The contract of one key among others, where two keys have room. */
class AdaptiveKeyedConcurrencyContractTest extends ConcurrencyContractTest {

  private int others;

  @Override
  protected Decision.Source source() {
    return Decision.Source.MEMORY;
  }

  @Override
  protected Place place(int most) {
    AdaptiveKeyedConcurrencyLimiter limiter =
        AdaptiveKeyedConcurrencyLimiter.builder(most, 100).withMinimum(most).build();
    return new Place() {
      @Override
      public Permit tryAcquire(int permits) {
        try (Permit unused = limiter.tryAcquire("other" + others++, most)) {
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
