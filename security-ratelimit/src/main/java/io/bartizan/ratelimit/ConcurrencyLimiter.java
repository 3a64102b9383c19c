package io.bartizan.ratelimit;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets so many things happen at a time: permits are held while the work runs, and closed.
 *
 * <pre>{@code
 * ConcurrencyLimiter downstream = ConcurrencyLimiter.of(20);
 * Optional<ConcurrencyLimiter.Permit> permit = downstream.acquire(Duration.ofMillis(50));
 * if (permit.isEmpty()) {
 *   return busy();
 * }
 * try (ConcurrencyLimiter.Permit held = permit.get()) {
 *   return call();
 * }
 * }</pre>
 *
 * <p>Thread-safe. Waiters are served in the order in which they came, are parked without a lock of
 * this class, and can be interrupted; {@code tryAcquire} does not pass waiters by.
 */
public final class ConcurrencyLimiter {

  private final int most;
  private final Semaphore free;

  private ConcurrencyLimiter(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("most is " + most + ", at least 1 is accepted");
    }
    this.most = most;
    this.free = new Semaphore(most, true);
  }

  /**
   * A limiter with nothing held.
   *
   * @param most how many permits may be held at a time; at least 1
   * @return a new limiter
   * @throws IllegalArgumentException if {@code most} is less than 1
   */
  public static ConcurrencyLimiter of(int most) {
    return new ConcurrencyLimiter(most);
  }

  /**
   * Takes one permit if one is free and nobody waits for it.
   *
   * @return the permit, or empty
   */
  public Optional<Permit> tryAcquire() {
    return tryAcquire(1);
  }

  /**
   * Takes the permits of a heavier piece of work if they are free and nobody waits for them.
   *
   * @param permits how many; at least 1
   * @return one handle for all of them, or empty
   * @throws IllegalArgumentException if {@code permits} is less than 1
   */
  public Optional<Permit> tryAcquire(int permits) {
    Permits.check(permits);
    // a semaphore lets this call pass those who wait, fair or not
    boolean taken = !free.hasQueuedThreads() && free.tryAcquire(permits);
    return taken ? Optional.of(new Permit(() -> free.release(permits))) : Optional.empty();
  }

  /**
   * Waits for one permit.
   *
   * @param maxWait the longest wait; zero or more
   * @return the permit, or empty if none became free in time
   * @throws NullPointerException if {@code maxWait} is null
   * @throws IllegalArgumentException if {@code maxWait} is negative
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  public Optional<Permit> acquire(Duration maxWait) throws InterruptedException {
    return acquire(1, maxWait);
  }

  /**
   * Waits for the permits of a heavier piece of work; more than there are is refused at once.
   *
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return one handle for all of them, or empty if they did not become free in time
   * @throws NullPointerException if {@code maxWait} is null
   * @throws IllegalArgumentException if {@code permits} is less than 1 or {@code maxWait} negative
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  public Optional<Permit> acquire(int permits, Duration maxWait) throws InterruptedException {
    Permits.check(permits);
    long micros = Waiting.micros(maxWait);
    boolean taken = permits <= most && free.tryAcquire(permits, micros, TimeUnit.MICROSECONDS);
    return taken ? Optional.of(new Permit(() -> free.release(permits))) : Optional.empty();
  }

  /**
   * How many permits are held now.
   *
   * @return 0 to the most there are
   */
  public int held() {
    return most - free.availablePermits();
  }

  @Override
  public String toString() {
    return "ConcurrencyLimiter[" + held() + " of " + most + " held]";
  }

  /** Permits that are held until they are closed. Thread-safe; any thread may close it. */
  public static final class Permit implements AutoCloseable {

    private final Runnable release;
    private final AtomicBoolean open = new AtomicBoolean(true);

    Permit(Runnable release) {
      this.release = release;
    }

    /** Gives the permits back, once; later calls do nothing. */
    @Override
    public void close() {
      if (open.compareAndSet(true, false)) {
        release.run();
      }
    }
  }
}
