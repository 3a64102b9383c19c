package io.bartizan.ratelimit.redis;

import io.bartizan.core.SecretBytes;
import io.bartizan.ratelimit.Plan;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Options of a {@link RedisRateLimiter}. Not thread-safe. */
public final class RedisRateLimiterBuilder {

  final Plan plan;
  final ConnectionOptions options = new ConnectionOptions();
  boolean coalescing = true;
  Duration denyCacheAge = Duration.ofSeconds(1);
  @Nullable LongSupplier clock;

  private final Links.Source source;

  RedisRateLimiterBuilder(Plan plan, Links.Source source) {
    this.plan = Objects.requireNonNull(plan, "plan");
    this.source = source;
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
    options.timeout(timeout);
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
  public RedisRateLimiterBuilder withHashedKeys(SecretBytes secret) {
    options.hashKey(secret);
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
   * What decides while Redis can't be reached.
   *
   * @param policy {@link FailurePolicy#failClosed()} if not called
   * @return this builder
   * @throws NullPointerException if {@code policy} is null
   */
  public RedisRateLimiterBuilder withFailurePolicy(FailurePolicy policy) {
    options.failurePolicy(policy);
    return this;
  }

  /**
   * How many checks may wait for the answer of one server at a time; the failure policy decides
   * those that come beyond, at once. It bounds the memory that a stalled Redis costs: each waiting
   * check holds a few hundred bytes and its key.
   *
   * @param checks 1 to 10 million; 100 000 if not called
   * @return this builder
   * @throws IllegalArgumentException if it is outside its range
   */
  public RedisRateLimiterBuilder withMaxPending(int checks) {
    options.maxPending(checks);
    return this;
  }

  /**
   * How long a refusal may be repeated here without asking Redis: until its retry time, but no
   * longer than this.
   *
   * <p>It answers checks of the same or a larger weight. It never allows anything; a refund by
   * another process, or a limit that was raised, shows after this age at the latest.
   *
   * @param maxAge zero, which turns it off, to one minute; 1 s if not called
   * @return this builder
   * @throws NullPointerException if {@code maxAge} is null
   * @throws IllegalArgumentException if it is outside its range
   */
  public RedisRateLimiterBuilder withDenyCache(Duration maxAge) {
    if (maxAge.isNegative() || maxAge.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException("maxAge is " + maxAge + ", zero to 1 min is accepted");
    }
    this.denyCacheAge = maxAge;
    return this;
  }

  /**
   * Who hears of outages.
   *
   * @param listener nobody if not called
   * @return this builder
   * @throws NullPointerException if {@code listener} is null
   */
  public RedisRateLimiterBuilder withListener(RedisLimiterListener listener) {
    options.listener(listener);
    return this;
  }

  /**
   * Opens the limiter's connection; if Redis can't be reached within two seconds, the limiter
   * begins with its failure policy and goes on trying.
   *
   * @return a limiter; close it to close the connection
   * @throws IllegalArgumentException if a limit has no name and the limiter no prefix of its own; a
   *     plan that chooses by key is told so by the check
   * @throws io.lettuce.core.RedisException if Redis refuses the client, as for a wrong password
   */
  public RedisRateLimiter build() {
    return new RedisRateLimiter(this, source).connect();
  }

  /** For tests: decides at the time in microseconds that the clock shows. */
  RedisRateLimiterBuilder withClock(LongSupplier micros) {
    this.clock = micros;
    return this;
  }

  /** Every option but secrets. */
  @Override
  public String toString() {
    return String.format(
        "RedisRateLimiter[%s; %s, deny cache %s, coalescing %s]",
        plan, options, denyCacheAge, coalescing ? "on" : "off");
  }
}
