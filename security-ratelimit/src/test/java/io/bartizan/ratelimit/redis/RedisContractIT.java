package io.bartizan.ratelimit.redis;

import io.bartizan.core.Health;
import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.LimiterContractTest;
import io.bartizan.ratelimit.Limits;
import io.bartizan.ratelimit.Reservation;
import io.bartizan.tests.Eventually;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract of every limit, kept by the script on a real Redis whose time the test moves. */
class RedisContractIT extends LimiterContractTest {

  @RegisterExtension static final RedisFixture REDIS = RedisFixture.connected();
  private final AtomicLong keys = new AtomicLong();

  @Override
  protected int cases() {
    return 3;
  }

  @Override
  protected boolean remembersFullBuckets() {
    return false;
  }

  @Override
  protected boolean keepsCountsOfOtherAlgorithms() {
    return false;
  }

  @Override
  protected Place place(Limits limits, long startMicros) {
    AtomicLong micros = new AtomicLong(startMicros);
    AtomicReference<Limits> plan = new AtomicReference<>(limits);
    RedisRateLimiter limiter =
        RedisRateLimiter.builder(REDIS.client(), key -> plan.get())
            .withKeyPrefix("bartizan")
            .withClock(micros::get)
            .withTimeout(Duration.ofSeconds(10))
            .withDenyCache(Duration.ZERO)
            .build();
    Eventually.within(
        Duration.ofSeconds(30),
        "the limiter is connected",
        () -> limiter.health().status() == Health.Status.UP);
    KeyedRateLimiter blocking = limiter.blocking();
    String key = "key" + keys.incrementAndGet();
    return new Place() {
      @Override
      public Decision tryAcquire(long permits) {
        return blocking.tryAcquire(key, permits);
      }

      @Override
      public Decision peek(long permits) {
        return blocking.peek(key, permits);
      }

      @Override
      public Decision charge(long permits) {
        return blocking.charge(key, permits);
      }

      @Override
      public void refund(long permits) {
        blocking.refund(key, permits);
      }

      @Override
      public Reservation reserve(long permits, Duration maxWait) {
        return blocking.reserve(key, permits, maxWait);
      }

      @Override
      public void change(Limits next) {
        plan.set(next);
      }

      @Override
      public void advance(long by) {
        micros.addAndGet(by);
      }

      @Override
      public long nowMicros() {
        return micros.get();
      }

      @Override
      public void close() {
        limiter.close();
      }
    };
  }
}
