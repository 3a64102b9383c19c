package io.bartizan.ratelimit;

import java.time.Duration;

/**
 * Limits how many operations run at once in this JVM (a semaphore, or bulkhead).
 *
 * <pre>{@code
 * ConcurrencyLimiter downstream = ConcurrencyLimiter.of(20);
 * try (Permit permit = downstream.acquire(Duration.ofMillis(50))) {
 *   if (!permit.isGranted()) {
 *     return busy();
 *   }
 *   return call();
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public interface ConcurrencyLimiter {

  /**
   * A limiter in memory with nothing held. Waiters are served in the order in which they came, are
   * parked without a lock, and can be interrupted; {@code tryAcquire} does not pass waiters by.
   *
   * @param most how many permits may be held at a time; at least 1
   * @return a new limiter
   * @throws IllegalArgumentException if {@code most} is less than 1
   */
  static ConcurrencyLimiter of(int most) {
    return new MemoryConcurrencyLimiter(most);
  }

  /**
   * Takes one permit if one is free and nobody waits for it.
   *
   * @return the permit, granted or not; close it
   */
  default Permit tryAcquire() {
    return tryAcquire(1);
  }

  /**
   * Takes the permits of a heavier piece of work if they are free and nobody waits for them.
   *
   * @param permits how many; at least 1
   * @return one handle for all of them, granted or not; close it
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  Permit tryAcquire(int permits);

  /**
   * Waits for one permit.
   *
   * @param maxWait the longest wait; zero or more
   * @return the permit, not granted if none became free in time; close it
   * @throws NullPointerException if {@code maxWait} is null
   * @throws IllegalArgumentException if {@code maxWait} is negative
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  default Permit acquire(Duration maxWait) throws InterruptedException {
    return acquire(1, maxWait);
  }

  /**
   * Waits for the permits of a heavier piece of work; more than there are is refused at once.
   *
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return one handle for all of them, not granted if they did not become free in time; close it
   * @throws NullPointerException if {@code maxWait} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  Permit acquire(int permits, Duration maxWait) throws InterruptedException;

  /**
   * How many permits are held now.
   *
   * @return 0 to the most there are
   */
  int held();
}
