package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.Permit;
import io.bartizan.ratelimit.Rate;
import io.bartizan.ratelimit.RateLimitListener;
import io.bartizan.ratelimit.RateLimiter;
import io.bartizan.ratelimit.TokenBucket;
import io.bartizan.ratelimit.adaptive.AdaptiveConcurrencyLimiter;
import io.bartizan.ratelimit.adaptive.AdaptiveKeyedConcurrencyLimiter;
import io.bartizan.ratelimit.bucket4j.Bucket4jRateLimiter;
import io.bartizan.ratelimit.prepaid.PrepaidRateLimiter;
import io.bartizan.testkit.ManualTicker;
import io.bartizan.tests.ListenerContract;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.RegisterExtension;

class LimiterListenersIT extends ListenerContract {

  private static final TokenBucket LIMIT =
      Limit.tokenBucket(2, Rate.per(2, ChronoUnit.DAYS)).named("daily");
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @RegisterExtension final RedisFixture redis = new RedisFixture();
  private int keys;

  @Override
  protected List<Teller<?>> tellers() {
    return List.of(
        new Teller<>(RateLimiter.class, RateLimitListener.class, LimiterListenersIT::one),
        new Teller<>(KeyedRateLimiter.class, RateLimitListener.class, this::keyed),
        new Teller<>(RedisRateLimiter.class, RateLimitListener.class, this::shared),
        new Teller<>(Bucket4jRateLimiter.class, RateLimitListener.class, this::grid),
        new Teller<>(PrepaidRateLimiter.class, RateLimitListener.class, this::leased),
        new Teller<>(
            AdaptiveConcurrencyLimiter.class, RateLimitListener.class, LimiterListenersIT::moving),
        new Teller<>(
            AdaptiveKeyedConcurrencyLimiter.class,
            RateLimitListener.class,
            LimiterListenersIT::movingByKey),
        // The last, for it ends the server.
        new Teller<>(RedisConcurrencyLimiter.class, RateLimitListener.class, this::lost));
  }

  private static List<Boolean> one(List<RateLimitListener> listeners) {
    RateLimiter.Builder builder = RateLimiter.builder(LIMIT);
    for (RateLimitListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    RateLimiter limiter = builder.build();
    return List.of(limiter.tryAcquire(2).isAllowed(), limiter.tryAcquire().isAllowed());
  }

  private static Integer moving(List<RateLimitListener> listeners) {
    ManualTicker ticker = new ManualTicker();
    AdaptiveConcurrencyLimiter.Builder builder =
        AdaptiveConcurrencyLimiter.builder(100).withTicker(ticker);
    for (RateLimitListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    AdaptiveConcurrencyLimiter limiter = builder.build();
    overload(ticker, limiter::tryAcquire);
    return limiter.limit();
  }

  private static Integer movingByKey(List<RateLimitListener> listeners) {
    ManualTicker ticker = new ManualTicker();
    AdaptiveKeyedConcurrencyLimiter.Builder builder =
        AdaptiveKeyedConcurrencyLimiter.builder(100, 10).withTicker(ticker);
    for (RateLimitListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    AdaptiveKeyedConcurrencyLimiter limiter = builder.build();
    overload(ticker, () -> limiter.tryAcquire("key"));
    return limiter.limit("key");
  }

  private static void overload(ManualTicker ticker, Supplier<Permit> work) {
    for (int i = 0; i < 40; i++) {
      Permit permit = work.get();
      ticker.advance(Duration.ofMillis(10));
      permit.close(Permit.Outcome.OVERLOADED);
    }
  }

  private List<Boolean> keyed(List<RateLimitListener> listeners) {
    KeyedRateLimiter.Builder builder = KeyedRateLimiter.builder(LIMIT, 100);
    for (RateLimitListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    return three(builder.build());
  }

  private List<Boolean> leased(List<RateLimitListener> listeners) {
    try (RedisRateLimiter plain =
        RedisRateLimiter.builder(redis.client(), LIMIT).withTimeout(TIMEOUT).build()) {
      PrepaidRateLimiter.Builder builder = PrepaidRateLimiter.builder(plain);
      for (RateLimitListener listener : listeners) {
        builder = builder.withListener(listener);
      }
      try (PrepaidRateLimiter limiter = builder.build()) {
        return three(limiter.blocking());
      }
    }
  }

  private List<Boolean> shared(List<RateLimitListener> listeners) {
    RedisRateLimiter.Builder builder =
        RedisRateLimiter.builder(redis.client(), LIMIT).withTimeout(TIMEOUT);
    for (RateLimitListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    try (RedisRateLimiter limiter = builder.build()) {
      return three(limiter.blocking());
    }
  }

  private List<Boolean> grid(List<RateLimitListener> listeners) {
    Bucket4jRateLimiter.Builder builder =
        Bucket4jRateLimiter.builder(
            Bucket4jLettuce.casBasedBuilder(redis.client())
                .build()
                .withMapper((String key) -> key.getBytes(StandardCharsets.UTF_8)),
            LIMIT,
            TIMEOUT);
    for (RateLimitListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    return three(builder.build().blocking());
  }

  /** Each time a key that nobody asked before. */
  private List<Boolean> three(KeyedRateLimiter limiter) {
    String key = "key" + keys++;
    List<Boolean> allowed = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      allowed.add(limiter.tryAcquire(key).isAllowed());
    }
    return allowed;
  }

  private List<Boolean> lost(List<RateLimitListener> listeners) throws InterruptedException {
    RedisConcurrencyLimiter.Builder builder =
        RedisConcurrencyLimiter.builder(redis.client(), "jobs", 1, Duration.ofMinutes(1))
            .withFailurePolicy(FailurePolicy.failClosed());
    for (RateLimitListener listener : listeners) {
      builder = builder.withListener(listener);
    }
    CountDownLatch told = new CountDownLatch(1);
    RateLimitListener last =
        new RateLimitListener() {
          @Override
          public void decided(Verb verb, Decision decision) {}

          @Override
          public void serverLost(String server, String reason) {
            told.countDown();
          }
        };
    try (RedisConcurrencyLimiter limiter = builder.withListener(last).build()) {
      redis.server().kill();
      List<Boolean> granted = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        try (Permit permit = limiter.blocking().tryAcquire("key")) {
          granted.add(permit.isGranted());
        }
      }
      assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
      return granted;
    } finally {
      redis.server().restartEmpty();
    }
  }
}
