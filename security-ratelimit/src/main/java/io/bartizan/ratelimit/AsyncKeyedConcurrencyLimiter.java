package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * A distributed concurrency limiter (semaphore, bulkhead) with permits per key that are kept on a
 * shared server such as Redis; asynchronous.
 *
 * <p>A call that crosses the network is another thing than a call in memory, so this is another
 * type: every verb gives a stage, and no verb blocks. Arguments are checked before anything is
 * sent: a bad one is thrown, not a failed stage. Thread-safe.
 *
 * <p><b>Order.</b> Calls that do not await each other's stages may be decided in another order than
 * they were made in, also those of one thread about one key.
 */
public interface AsyncKeyedConcurrencyLimiter extends HealthSource {

  /**
   * Takes one permit of the key if one is free.
   *
   * @param key any text
   * @return the permit to come, granted or not; close it
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code key} is outside its range
   */
  default CompletionStage<Permit> tryAcquire(String key) {
    return tryAcquire(key, 1);
  }

  /**
   * Takes the permits of a heavier piece of work if they are free.
   *
   * @param key any text
   * @param permits how many; at least 1; more than there are is refused
   * @return one handle for all of them to come, granted or not; close it
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code key} or {@code permits} is outside its range
   */
  CompletionStage<Permit> tryAcquire(String key, int permits);

  /**
   * Takes permits of the key once they are free; more than there are is refused at once.
   *
   * @param key any text
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return one handle for all of them to come, not granted if they did not become free in time;
   *     close it
   * @throws NullPointerException if {@code key} or {@code maxWait} is null
   * @throws IllegalArgumentException if an argument is outside its range
   */
  CompletionStage<Permit> acquire(String key, int permits, Duration maxWait);

  /**
   * The same limiter for callers that wait for each answer.
   *
   * @return a view; every {@code tryAcquire} waits at most the time-out of this limiter
   */
  KeyedConcurrencyLimiter blocking();

  /**
   * Whether the shared place decides.
   *
   * @return degraded or down if it can't be reached, as the failure policy has it
   */
  @Override
  Health health();
}
