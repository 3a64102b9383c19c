package io.bartizan.ratelimit.redis;

import io.bartizan.core.SecretBytes;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Options of a {@link RedisConcurrencyLimiter}. Not thread-safe. */
public final class RedisConcurrencyLimiterBuilder {

  private static final int MOST_PERMITS = 10_000;
  private static final Duration MIN_LEASE = Duration.ofMillis(10);
  private static final Duration MAX_LEASE = Duration.ofDays(1);

  final ConnectionOptions options = new ConnectionOptions();
  final String name;
  final int most;
  final Duration lease;
  @Nullable LongSupplier clock;

  private final Links.Source source;

  RedisConcurrencyLimiterBuilder(String name, int most, Duration lease, Links.Source source) {
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException("name must be 1 to 64 of A-Za-z0-9._-");
    }
    if (most < 1 || most > MOST_PERMITS) {
      throw new IllegalArgumentException(
          "most is " + most + ", 1 to " + MOST_PERMITS + " is accepted");
    }
    if (lease.compareTo(MIN_LEASE) < 0 || lease.compareTo(MAX_LEASE) > 0) {
      throw new IllegalArgumentException("lease is " + lease + ", 10 ms to 1 day is accepted");
    }
    this.name = name;
    this.most = most;
    this.lease = lease;
    this.source = source;
  }

  /**
   * How long a call waits for Redis before the failure policy decides.
   *
   * @param timeout 1 ms to 10 s, less than the lease; 100 ms if not called
   * @return this builder
   * @throws NullPointerException if {@code timeout} is null
   * @throws IllegalArgumentException if it is outside its range
   */
  public RedisConcurrencyLimiterBuilder withTimeout(Duration timeout) {
    options.timeout(timeout);
    return this;
  }

  /**
   * What the names of this limiter's keys begin with, as in {@code prefix:name:H:{key}}.
   *
   * @param prefix 1 to 64 characters of {@code A-Za-z0-9._:-}; {@code bartizan} if not called
   * @return this builder
   * @throws NullPointerException if {@code prefix} is null
   * @throws IllegalArgumentException if it is outside its form
   */
  public RedisConcurrencyLimiterBuilder withKeyPrefix(String prefix) {
    options.prefix(prefix);
    return this;
  }

  /**
   * Hides keys from Redis: each is sent as its HMAC-SHA256, shortened to 128 bits.
   *
   * @param secret the same in all processes that count together; copied
   * @return this builder
   * @throws NullPointerException if {@code secret} is null
   */
  public RedisConcurrencyLimiterBuilder withHashedKeys(SecretBytes secret) {
    options.hashKey(secret);
    return this;
  }

  /**
   * What decides while Redis can't be reached. A local share is ⌈most / processes⌉ permits of each
   * key; leases that Redis granted before are not counted among them.
   *
   * @param policy {@link FailurePolicy#failClosed()} if not called
   * @return this builder
   * @throws NullPointerException if {@code policy} is null
   */
  public RedisConcurrencyLimiterBuilder withFailurePolicy(FailurePolicy policy) {
    options.failurePolicy(policy);
    return this;
  }

  /**
   * How many calls may wait for Redis at a time; the failure policy decides those that come beyond,
   * at once. Permits can always be given back.
   *
   * @param calls 1 to 10 million; 100 000 if not called
   * @return this builder
   * @throws IllegalArgumentException if it is outside its range
   */
  public RedisConcurrencyLimiterBuilder withMaxPending(int calls) {
    options.maxPending(calls);
    return this;
  }

  /**
   * Who hears of outages.
   *
   * @param listener nobody if not called
   * @return this builder
   * @throws NullPointerException if {@code listener} is null
   */
  public RedisConcurrencyLimiterBuilder withListener(RedisLimiterListener listener) {
    options.listener(listener);
    return this;
  }

  /**
   * Opens the limiter's connection; if Redis can't be reached within two seconds, the limiter
   * begins with its failure policy and goes on trying.
   *
   * @return a limiter; close it to close the connection
   * @throws IllegalArgumentException if the lease is not longer than the time-out
   * @throws io.lettuce.core.RedisException if Redis refuses the client, as for a wrong password
   */
  public RedisConcurrencyLimiter build() {
    if (lease.compareTo(options.timeout) <= 0) {
      throw new IllegalArgumentException(
          "lease is " + lease + ", more than the time-out of " + options.timeout + " is accepted");
    }
    return new RedisConcurrencyLimiter(this, source).connect();
  }

  /** For tests: decides at the time in microseconds that the clock shows. */
  RedisConcurrencyLimiterBuilder withClock(LongSupplier micros) {
    this.clock = micros;
    return this;
  }

  /** Every option but secrets. */
  @Override
  public String toString() {
    return String.format(
        "RedisConcurrencyLimiter[%s: %d at a time, lease %s; %s]", name, most, lease, options);
  }
}
