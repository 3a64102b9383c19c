package io.bartizan.ratelimit;

import io.bartizan.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The contract in memory, for one subject. */
class MemoryContractTest extends LimiterContractTest {

  @Override
  protected boolean remembersFullBuckets() {
    return true;
  }

  @Override
  protected Place place(Limits limits, long startMicros) {
    ManualTicker ticker = new ManualTicker();
    RateLimiter limiter =
        RateLimiter.builder(limits)
            .withTicker(ticker)
            .withClock(() -> Instant.EPOCH.plus(startMicros, ChronoUnit.MICROS))
            .build();
    return new TickedPlace(ticker, startMicros) {
      @Override
      public Decision tryAcquire(long permits) {
        return limiter.tryAcquire(permits);
      }

      @Override
      public Decision peek(long permits) {
        return limiter.peek(permits);
      }

      @Override
      public Decision charge(long permits) {
        return limiter.charge(permits);
      }

      @Override
      public void refund(long permits) {
        limiter.refund(permits);
      }

      @Override
      public Reservation reserve(long permits, Duration maxWait) {
        return limiter.reserve(permits, maxWait);
      }

      @Override
      public void change(Limits next) {
        limiter.change(next);
      }
    };
  }

  /** A place on a manual ticker. */
  abstract static class TickedPlace implements Place {
    private final ManualTicker ticker;
    private long now;

    TickedPlace(ManualTicker ticker, long startMicros) {
      this.ticker = ticker;
      this.now = startMicros;
    }

    @Override
    public void advance(long micros) {
      ticker.advance(Duration.of(micros, ChronoUnit.MICROS));
      now += micros;
    }

    @Override
    public long nowMicros() {
      return now;
    }

    @Override
    public void close() {}
  }
}
