package io.bartizan.ratelimit.redis;

import io.bartizan.core.SecretBytes;
import io.bartizan.ratelimit.RateLimitListener;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The options that all limiters on Redis have. Not thread-safe.
 *
 * @param <B> the builder itself
 */
public abstract sealed class RedisOptions<B extends RedisOptions<B>>
    permits RedisRateLimiter.Builder, RedisConcurrencyLimiter.Builder {

  final ConnectionOptions options = new ConnectionOptions();
  final ServerQueues.Source source;

  RedisOptions(ServerQueues.Source source) {
    this.source = source;
  }

  abstract B self();

  /**
   * How long a call waits for Redis before the failure policy decides.
   *
   * @param timeout 1 ms to 10 s; 100 ms if not called
   * @return this builder
   * @throws NullPointerException if {@code timeout} is null
   * @throws IllegalArgumentException if it is outside its range
   */
  public B withTimeout(Duration timeout) {
    options.timeout(timeout);
    return self();
  }

  /**
   * How long {@code build()} waits for the first connection; where it takes longer the limiter
   * begins with its failure policy, goes on trying, and its {@code ready()} tells when it is there.
   *
   * @param most zero to 5 minutes; 10 s if not called
   * @return this builder
   * @throws NullPointerException if {@code most} is null
   * @throws IllegalArgumentException if it is outside its range
   */
  public B withConnectTimeout(Duration most) {
    options.connectTimeout(most);
    return self();
  }

  /**
   * What the names of this limiter's keys begin with, as in {@code prefix:name:{key}}.
   *
   * @param prefix 1 to 64 characters of {@code A-Za-z0-9._:-}; {@code bartizan} if not called
   * @return this builder
   * @throws NullPointerException if {@code prefix} is null
   * @throws IllegalArgumentException if it is outside its form
   */
  public B withKeyPrefix(String prefix) {
    options.prefix(prefix);
    return self();
  }

  /**
   * Hides keys from Redis: each is sent as its HMAC-SHA256, shortened to 128 bits.
   *
   * @param secret the same in all processes that count together; copied
   * @return this builder
   * @throws NullPointerException if {@code secret} is null
   */
  public B withHashedKeys(SecretBytes secret) {
    options.hashKey(secret);
    return self();
  }

  /**
   * What decides while Redis can't be reached.
   *
   * @param policy {@link FailurePolicy#failClosed()} if not called
   * @return this builder
   * @throws NullPointerException if {@code policy} is null
   */
  public B withFailurePolicy(FailurePolicy policy) {
    options.failurePolicy(policy);
    return self();
  }

  /**
   * How many calls may wait for the answer of one server at a time, of all limiters on the client;
   * the failure policy decides those of this limiter that come beyond, at once. It bounds the
   * memory that a stalled Redis costs: each waiting call holds a few hundred bytes and its key.
   * What gives permits back is sent all the same.
   *
   * @param calls 1 to 10 million; 100 000 if not called
   * @return this builder
   * @throws IllegalArgumentException if it is outside its range
   */
  public B withMaxPending(int calls) {
    options.maxPending(calls);
    return self();
  }

  /**
   * Adds someone who hears of outages, {@code serverLost} and {@code serverFound}, and of a rate
   * limiter also every decision; permits held at a time are not told.
   *
   * @param listener told after those that were added before
   * @return this builder
   * @throws NullPointerException if {@code listener} is null
   */
  public B withListener(RateLimitListener listener) {
    options.listener(listener);
    return self();
  }

  /**
   * Where stages complete, and so where what is attached to them runs: threads that may block and
   * wait. Otherwise that is a thread of the Lettuce client, or after a time-out one of the
   * limiter's, and must do neither. What the executor rejects completes there all the same.
   *
   * @param executor the application's; it stays so
   * @return this builder
   * @throws NullPointerException if {@code executor} is null
   */
  public B withCompletionExecutor(Executor executor) {
    options.completionExecutor(executor);
    return self();
  }
}
