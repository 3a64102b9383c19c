package io.bartizan.ratelimit.prepaid;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.LimiterContractTest;
import io.bartizan.ratelimit.Limits;
import java.time.Duration;

/**
 * The contract of every limit over lots: the contract's limits are small ones, so every decision is
 * the place's own, or a refusal that the place would repeat. What lots may do besides is held by
 * {@link PrepaidBoundsPropertyTest}.
 */
class PrepaidContractTest extends LimiterContractTest {

  @Override
  protected boolean remembersFullBuckets() {
    return false;
  }

  @Override
  protected Place place(Limits limits, long startMicros) {
    VirtualTime time = new VirtualTime();
    FarPlace place = new FarPlace(time, limits, startMicros, () -> 0);
    PrepaidRateLimiter limiter =
        PrepaidRateLimiter.builder(place.client())
            .withTicker(time)
            .withHold(Duration.ofSeconds(10))
            .withoutTimer()
            .build();
    KeyedRateLimiter blocking = limiter.blocking();
    return new Place() {
      @Override
      public Decision tryAcquire(long permits) {
        return judged(blocking.tryAcquire("key", permits), permits);
      }

      @Override
      public Decision peek(long permits) {
        return judged(blocking.peek("key", permits), permits);
      }

      /** A remembered refusal has the amounts of its moment; the place still refuses. */
      private Decision judged(Decision told, long permits) {
        assertThat(told.source()).isIn(Source.REMOTE, Source.DENY_CACHE);
        if (told.source() == Source.REMOTE) {
          return told;
        }
        Decision real = place.counts.peek("key", permits);
        assertThat(told.isAllowed()).isFalse();
        assertThat(told.retryAfter()).isLessThanOrEqualTo(real.retryAfter());
        return real;
      }

      @Override
      public void refund(long permits) {
        blocking.refund("key", permits);
      }

      @Override
      public void advance(long micros) {
        time.pass(micros * 1000);
      }

      @Override
      public long nowMicros() {
        return startMicros + time.nanos() / 1000;
      }

      @Override
      public void close() {
        limiter.close();
      }
    };
  }
}
