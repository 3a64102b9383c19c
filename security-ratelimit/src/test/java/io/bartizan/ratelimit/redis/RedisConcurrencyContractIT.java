package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.ConcurrencyContractTest;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Permit;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of permits, kept by leases on a real Redis. */
class RedisConcurrencyContractIT extends ConcurrencyContractTest {

  @RegisterExtension static final RedisFixture REDIS = new RedisFixture();

  private final AtomicLong keys = new AtomicLong();

  @Override
  protected Decision.Source source() {
    return Decision.Source.REMOTE;
  }

  @Override
  protected int tries() {
    return 100;
  }

  @Override
  protected Place place(int most) {
    RedisConcurrencyLimiter limiter =
        RedisConcurrencyLimiter.builder(REDIS.client(), "jobs", most, Duration.ofMinutes(1))
            .withTimeout(Duration.ofSeconds(10))
            .build();
    String key = "key" + keys.incrementAndGet();
    return new Place() {
      @Override
      public Permit tryAcquire(int permits) {
        return limiter.blocking().tryAcquire(key, permits);
      }

      @Override
      public Permit acquire(int permits, Duration maxWait) throws InterruptedException {
        return limiter.blocking().acquire(key, permits, maxWait);
      }

      @Override
      public void close() {
        limiter.close();
      }
    };
  }
}
