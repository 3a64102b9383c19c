package io.bartizan.ratelimit;

import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The contract in memory for one key among others, which come and go between the calls so that the
 * sweep takes away whatever it may.
 */
class MemoryKeyedContractTest extends LimiterContractTest {

  @Override
  protected boolean remembersFullBuckets() {
    return false;
  }

  @Override
  protected Place place(Limits limits, long startMicros) {
    ManualTicker ticker = new ManualTicker();
    AtomicReference<Limits> plan = new AtomicReference<>(limits);
    KeyedRateLimiter limiter =
        KeyedRateLimiter.builder(key -> plan.get(), 1000)
            .withTicker(ticker)
            .withClock(() -> Instant.EPOCH.plus(startMicros, ChronoUnit.MICROS))
            .build();
    return new MemoryContractTest.TickedPlace(ticker, startMicros) {
      private int others;

      @Override
      public Decision tryAcquire(long permits) {
        bustle();
        return limiter.tryAcquire("key", permits);
      }

      @Override
      public Decision peek(long permits) {
        bustle();
        return limiter.peek("key", permits);
      }

      @Override
      public Decision charge(long permits) {
        bustle();
        return limiter.charge("key", permits);
      }

      @Override
      public void refund(long permits) {
        limiter.refund("key", permits);
      }

      @Override
      public Reservation reserve(long permits, Duration maxWait) {
        bustle();
        return limiter.reserve("key", permits, maxWait);
      }

      /** A plan is asked again at the next call, so one is made. */
      @Override
      public void change(Limits next) {
        plan.set(next);
        Decision unused = limiter.peek("key", 1);
      }

      private void bustle() {
        Decision unused = limiter.tryAcquire("other" + others++ % 50);
      }
    };
  }
}
