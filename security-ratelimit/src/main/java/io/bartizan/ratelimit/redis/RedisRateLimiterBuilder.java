package io.bartizan.ratelimit.redis;

import io.bartizan.core.SecretBytes;
import io.bartizan.ratelimit.Limits;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Options of a {@link RedisRateLimiter}. Not thread-safe. */
public final class RedisRateLimiterBuilder {

  private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
  private static final Duration MAX_TIMEOUT = Duration.ofSeconds(10);

  final Limits limits;
  Duration timeout = Duration.ofMillis(100);
  String prefix = "bartizan";
  boolean coalescing = true;
  boolean failOpen;
  @Nullable SecretBytes hashKey;
  @Nullable LongSupplier clock;

  private final Function<RedisRateLimiterBuilder, RedisRateLimiter> build;

  RedisRateLimiterBuilder(
      Limits limits, Function<RedisRateLimiterBuilder, RedisRateLimiter> build) {
    this.limits = Objects.requireNonNull(limits, "limits");
    this.build = build;
  }

  /**
   * How long a check waits for Redis before the failure policy decides.
   *
   * @param timeout 1 ms to 10 s; 100 ms if not called
   * @return this builder
   * @throws NullPointerException if {@code timeout} is null
   * @throws IllegalArgumentException if it is outside its range
   */
  public RedisRateLimiterBuilder withTimeout(Duration timeout) {
    if (timeout.compareTo(MIN_TIMEOUT) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0) {
      throw new IllegalArgumentException("timeout is " + timeout + ", 1 ms to 10 s is accepted");
    }
    this.timeout = timeout;
    return this;
  }

  /**
   * What the names of this limiter's keys begin with, as in {@code prefix:limit:{key}}.
   *
   * @param prefix 1 to 64 characters of {@code A-Za-z0-9._:-}; {@code bartizan} if not called
   * @return this builder
   * @throws NullPointerException if {@code prefix} is null
   * @throws IllegalArgumentException if it is outside its form
   */
  public RedisRateLimiterBuilder withKeyPrefix(String prefix) {
    if (!prefix.matches("[A-Za-z0-9._:-]{1,64}")) {
      throw new IllegalArgumentException("prefix must be 1 to 64 of A-Za-z0-9._:-");
    }
    this.prefix = prefix;
    return this;
  }

  /**
   * Hides keys from Redis: each is sent as its HMAC-SHA256, shortened to 128 bits.
   *
   * @param secret the same in all processes that count together; copied
   * @return this builder
   * @throws NullPointerException if {@code secret} is null
   */
  public RedisRateLimiterBuilder withHashedKeys(SecretBytes secret) {
    this.hashKey = Objects.requireNonNull(secret, "secret");
    return this;
  }

  /**
   * Whether checks that come while a call is under way travel together in the next.
   *
   * @param on true if not called
   * @return this builder
   */
  public RedisRateLimiterBuilder withCoalescing(boolean on) {
    this.coalescing = on;
    return this;
  }

  /**
   * Opens the limiter's connection.
   *
   * @return a limiter; close it to close the connection
   * @throws io.lettuce.core.RedisConnectionException if Redis can't be reached
   */
  public RedisRateLimiter build() {
    return build.apply(this);
  }

  /** For tests: decides at the time in microseconds that the clock shows. */
  RedisRateLimiterBuilder withClock(LongSupplier micros) {
    this.clock = micros;
    return this;
  }
}
