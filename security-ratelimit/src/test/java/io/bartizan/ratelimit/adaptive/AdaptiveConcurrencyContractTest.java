package io.bartizan.ratelimit.adaptive;

import io.bartizan.ratelimit.ConcurrencyContractTest;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Permit;
import java.time.Duration;

/** The contract of permits of a limit that may move, held between equal bounds. */
class AdaptiveConcurrencyContractTest extends ConcurrencyContractTest {

  @Override
  protected Decision.Source source() {
    return Decision.Source.MEMORY;
  }

  @Override
  protected Place place(int most) {
    AdaptiveConcurrencyLimiter limiter =
        AdaptiveConcurrencyLimiter.builder(most).withMinimum(most).build();
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
