package io.bartizan.ratelimit.prepaid;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Decision.Source;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.LimiterContractTest;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Reservation;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

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
    AtomicReference<Limits> plan = new AtomicReference<>(limits);
    FarPlace place = new FarPlace(time, key -> plan.get(), startMicros, () -> 0);
    PrepaidRateLimiter limiter =
        PrepaidRateLimiter.builder(place.client())
            .withTicker(time)
            .withHold(Duration.ofSeconds(10))
            .withoutTimer()
            .build();
    KeyedRateLimiter leasing = limiter.blocking();
    KeyedRateLimiter plain = place.client().blocking();
    return new Place() {
      /** Limits of which lots may be taken have other bounds, as long as they hold. */
      private KeyedRateLimiter limiter() {
        boolean small = plan.get().list().stream().allMatch(limit -> limit.capacity() < 128);
        return small ? leasing : plain;
      }

      @Override
      public Decision tryAcquire(long permits) {
        return judged(limiter().tryAcquire("key", permits), permits);
      }

      @Override
      public Decision peek(long permits) {
        return judged(limiter().peek("key", permits), permits);
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
      public Decision charge(long permits) {
        return judged(limiter().charge("key", permits), 1);
      }

      @Override
      public void refund(long permits) {
        limiter().refund("key", permits);
      }

      @Override
      public void change(Limits next) {
        plan.set(next);
        limiter.forgetRefusal("key", 1); // which is a second old at most, but here it must be none
      }

      @Override
      public Reservation reserve(long permits, Duration maxWait) {
        return limiter().reserve("key", permits, maxWait);
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
