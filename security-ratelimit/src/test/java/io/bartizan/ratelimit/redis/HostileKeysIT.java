package io.bartizan.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.bartizan.core.SecretBytes;
import io.bartizan.ratelimit.HostileKeys;
import io.bartizan.ratelimit.KeyedConcurrencyLimiter;
import io.bartizan.ratelimit.KeyedRateLimiter;
import io.bartizan.ratelimit.Limit;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The subjects of {@link HostileKeys} on Redis: counted as in memory. */
class HostileKeysIT {

  @RegisterExtension static final RedisFixture REDIS = new RedisFixture();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void RL03_each_subject_is_counted_apart_and_nothing_is_thrown(boolean hashed) {
    RedisRateLimiter.Builder builder =
        RedisRateLimiter.builder(REDIS.client(), Limit.parse("3 burst, 1/h"))
            .withKeyPrefix("hostile")
            .withTimeout(Duration.ofSeconds(10));
    if (hashed) {
      builder = builder.withHashedKeys(SecretBytes.copyOf(new byte[32]));
    }
    List<String> subjects = HostileKeys.subjects();
    try (RedisRateLimiter limiter = builder.build()) {
      KeyedRateLimiter blocking = limiter.blocking();
      for (int left = 2; left >= 0; left--) {
        for (String subject : subjects) {
          assertThat(blocking.tryAcquire(subject).remaining()).isEqualTo(left);
          assertThat(blocking.peek(subject).remaining()).isEqualTo(left);
        }
      }
      for (String subject : subjects) {
        assertThat(blocking.tryAcquire(subject).isAllowed()).isFalse();
        blocking.refund(subject, 2);
        blocking.reserve(subject, 1, Duration.ZERO).cancel();
      }
      for (String subject : subjects) {
        assertThat(blocking.peek(subject).remaining()).isEqualTo(2);
      }
      assertThat(REDIS.command("KEYS", "*").lines()).hasSize(subjects.size());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void RL03_leases_of_any_subject_are_held_apart(boolean hashed) {
    RedisConcurrencyLimiter.Builder builder =
        RedisConcurrencyLimiter.builder(REDIS.client(), "hostile", 1, Duration.ofMinutes(1))
            .withTimeout(Duration.ofSeconds(10));
    if (hashed) {
      builder = builder.withHashedKeys(SecretBytes.copyOf(new byte[32]));
    }
    try (RedisConcurrencyLimiter limiter = builder.build()) {
      KeyedConcurrencyLimiter blocking = limiter.blocking();
      for (String subject : HostileKeys.subjects()) {
        assertThat(blocking.tryAcquire(subject).isGranted()).isTrue();
        assertThat(blocking.tryAcquire(subject).isGranted()).isFalse();
      }
    }
  }
}
