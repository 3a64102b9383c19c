package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import io.bartizan.core.HealthSource;
import java.time.Duration;

/**
 * Limits how many operations run at once for each key in this JVM, such as exports per tenant.
 *
 * <pre>{@code
 * KeyedConcurrencyLimiter exports = KeyedConcurrencyLimiter.of(2, 10_000);
 * try (Permit permit = exports.tryAcquire(Key.of("tenant", tenant))) {
 *   if (!permit.isGranted()) {
 *     return busy();
 *   }
 *   return export();
 * }
 * }</pre>
 *
 * <p>Thread-safe. In memory nothing blocks but {@code acquire}; the blocking view of a shared
 * limiter waits for the shared place's answer, at most its time-out, and only {@code acquire} waits
 * on for its permits.
 */
public interface KeyedConcurrencyLimiter extends HealthSource {

  /**
   * A limiter in memory with nothing held. A key takes room only while one of its permits is held
   * or waited for; while {@code maxKeys} do, other keys are refused. Waiters of one key are served
   * in the order in which they came, and no key waits for another.
   *
   * @param most how many permits of one key may be held at a time; at least 1
   * @param maxKeys how many keys may have permits held or waited for; 1 to 100 million
   * @return a new limiter
   * @throws IllegalArgumentException if an argument is outside its range
   */
  static KeyedConcurrencyLimiter of(int most, int maxKeys) {
    return new MemoryKeyedConcurrencyLimiter(most, maxKeys);
  }

  /**
   * Takes one permit of the key if one is free and nobody waits for it.
   *
   * @param key any text
   * @return the permit, granted or not; close it
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code key} is outside its range
   */
  default Permit tryAcquire(String key) {
    return tryAcquire(key, 1);
  }

  /**
   * Takes the permits of a heavier piece of work if they are free and nobody waits for them.
   *
   * @param key any text
   * @param permits how many; at least 1; more than there are is refused
   * @return one handle for all of them, granted or not; close it
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code key} or {@code permits} is outside its range
   */
  Permit tryAcquire(String key, int permits);

  /**
   * Waits for one permit of the key.
   *
   * @param key any text
   * @param maxWait the longest wait; zero or more
   * @return the permit, not granted if none became free in time; close it
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if an argument is outside its range
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  default Permit acquire(String key, Duration maxWait) throws InterruptedException {
    return acquire(key, 1, maxWait);
  }

  /**
   * Waits for permits of the key; more than there are is refused at once.
   *
   * @param key any text
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return one handle for all of them, not granted if they did not become free in time; close it
   * @throws NullPointerException if {@code key} or {@code maxWait} is null
   * @throws IllegalArgumentException if an argument is outside its range
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  Permit acquire(String key, int permits, Duration maxWait) throws InterruptedException;

  /**
   * Whether this limiter decides as configured.
   *
   * @return degraded or down if there is no room for more keys, so that they are refused, or the
   *     shared place can't be reached
   */
  @Override
  Health health();
}
