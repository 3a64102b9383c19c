package io.bartizan.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.SeededCases;
import java.math.BigInteger;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Token buckets anywhere in their domain, also where the interval has to be rounded. */
class TokenBucketPropertyTest {

  @Test
  void rounding_never_lets_too_much_through_and_stays_within_its_bound() {
    SeededCases.check(
        5000,
        random -> {
          TokenBucket bucket = any(random);
          BigInteger given =
              big(bucket.units().perPermit()).multiply(big(bucket.refill().permits()));
          BigInteger exact =
              big(bucket.units().perMicro()).multiply(big(bucket.refill().periodMicros()));
          BigInteger surplus = given.subtract(exact);
          if (bucket.units().isExact()) {
            assertThat(surplus).isZero();
          } else {
            // the interval is rounded up by less than one unit
            assertThat(surplus).isPositive().isLessThan(big(bucket.refill().permits()));
          }
          assertThat(bucket.units().perMicro()).isBetween(1L, 65_536L);
          BigInteger full = big(bucket.capacity()).multiply(big(bucket.units().perPermit()));
          assertThat(full.bitLength()).isLessThanOrEqualTo(62);
        });
  }

  @Test
  void saturated_bucket_admits_exactly_capacity_plus_rate_times_time() {
    SeededCases.check(
        300,
        random -> {
          TokenBucket bucket = any(random);
          ManualTicker ticker = new ManualTicker();
          RateLimiter limiter =
              RateLimiter.builder(bucket.limitsOf("any")).withTicker(ticker).build();
          BigInteger admitted = BigInteger.ZERO;
          long elapsed = 0;
          long interval = bucket.units().perPermit() / bucket.units().perMicro() + 1;
          for (int step = 0; step < 60; step++) {
            long left = limiter.peek(1).remaining();
            if (left > 0) {
              assertThat(limiter.tryAcquire(left).isAllowed()).isTrue();
              admitted = admitted.add(big(left));
            }
            assertThat(limiter.tryAcquire().isAllowed()).isFalse();
            // never so long that the bucket overflows and loses permits
            long pause = Math.min(random.nextLong(3 * interval) + 1, Long.MAX_VALUE / 100_000);
            BigInteger full = big(bucket.capacity()).multiply(big(bucket.units().perPermit()));
            long most = full.divide(big(bucket.units().perMicro())).longValueExact() - interval;
            if (pause > most) {
              break;
            }
            ticker.advance(Duration.of(pause, ChronoUnit.MICROS));
            elapsed += pause;
          }
          long left = limiter.peek(1).remaining();
          BigInteger promised =
              big(elapsed)
                  .multiply(big(bucket.units().perMicro()))
                  .divide(big(bucket.units().perPermit()))
                  .add(big(bucket.capacity()));
          assertThat(admitted.add(big(left))).isEqualTo(promised);
        });
  }

  @Test
  void change_keeps_what_was_consumed() {
    SeededCases.check(
        1000,
        random -> {
          TokenBucket before = any(random);
          TokenBucket after = any(random);
          ManualTicker ticker = new ManualTicker();
          RateLimiter limiter =
              RateLimiter.builder(before.limitsOf("any")).withTicker(ticker).build();
          long consumed = random.nextLong(before.capacity()) + 1;
          assertThat(limiter.tryAcquire(consumed).isAllowed()).isTrue();
          limiter.change(after.limitsOf("any"));
          assertThat(limiter.peek(1).remaining())
              .isEqualTo(Math.max(0, after.capacity() - consumed));
        });
  }

  private static TokenBucket any(SplittableRandom random) {
    while (true) {
      long period = 1000 + (random.nextLong() >>> random.nextInt(12, 60));
      long permits = 1 + (random.nextLong() >>> random.nextInt(24, 63));
      long capacity = 1 + (random.nextLong() >>> random.nextInt(24, 63));
      try {
        Rate rate = Rate.per(permits, Duration.of(period, ChronoUnit.MICROS));
        return Limit.tokenBucket(capacity, rate);
      } catch (IllegalArgumentException outside) {
        assertThat(outside).hasMessageContaining(" is ");
      }
    }
  }

  private static BigInteger big(long value) {
    return BigInteger.valueOf(value);
  }
}
