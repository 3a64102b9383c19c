package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * A distributed rate limiter with one counter per key, kept on a shared server such as Redis;
 * asynchronous.
 *
 * <p>A call that crosses the network is another thing than a call in memory, so this is another
 * type: every verb gives a stage, and no verb blocks. Arguments are checked before anything is
 * sent: a bad one is thrown, not a failed stage. Thread-safe.
 *
 * <p><b>Order.</b> Calls that do not await each other's stages may be decided in another order than
 * they were made in, also those of one thread about one key: whoever charges or refunds and then
 * asks awaits the first stage before the second call.
 */
public interface AsyncKeyedRateLimiter extends HealthSource {

  /**
   * Takes one permit of a key if it can be had now.
   *
   * @param key whose permits
   * @return the decision to come
   * @throws NullPointerException if {@code key} is null
   */
  default CompletionStage<Decision> tryAcquire(String key) {
    return tryAcquire(key, 1);
  }

  /**
   * Takes some permits of a key if all of them can be had now, else none.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @return the decision to come
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  CompletionStage<Decision> tryAcquire(String key, long permits);

  /**
   * What {@link #tryAcquire(String, long)} would say; takes nothing.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @return the decision to come
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  CompletionStage<Decision> peek(String key, long permits);

  /**
   * Charges permits that a key has used already, in full and below zero if need be, as {@link
   * KeyedRateLimiter#charge} does. It is never refused.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @return what {@link #peek} of one permit then says
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1
   * @throws UnsupportedOperationException if the shared place has no such call
   */
  CompletionStage<Decision> charge(String key, long permits);

  /**
   * Gives permits back that were taken and not used; never above what the limit holds.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @return completes when they were given back
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  CompletionStage<Void> refund(String key, long permits);

  /**
   * Takes permits of a key now for use later, if the wait is short enough.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @param maxWait the longest wait that is still of use; zero or more
   * @return the reservation to come, granted or not
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   * @throws UnsupportedOperationException if the limit can't promise a time
   */
  CompletionStage<Reservation> reserve(String key, long permits, Duration maxWait);

  /**
   * Takes permits of a key; the stage completes when they may be used, or at once with a refusal
   * when that would be too late.
   *
   * @param key whose permits
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return the decision to come
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   * @throws UnsupportedOperationException if the limit can't promise a time
   */
  CompletionStage<Decision> acquire(String key, long permits, Duration maxWait);

  /**
   * The same limiter for callers that wait for each answer.
   *
   * @return a view; every call waits at most the time-out of this limiter
   */
  KeyedRateLimiter blocking();

  /**
   * Whether the shared place decides.
   *
   * @return degraded or down if it can't be reached, as the failure policy has it
   */
  @Override
  Health health();
}
