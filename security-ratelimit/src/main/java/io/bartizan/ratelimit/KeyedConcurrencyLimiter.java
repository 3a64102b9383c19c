package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many things happen at a time for each key: exports a tenant, logins an address.
 *
 * <pre>{@code
 * KeyedConcurrencyLimiter exports = KeyedConcurrencyLimiter.of(2, 10_000);
 * Optional<ConcurrencyLimiter.Permit> permit = exports.tryAcquire(Key.of("tenant", tenant));
 * if (permit.isEmpty()) {
 *   return busy();
 * }
 * try (ConcurrencyLimiter.Permit held = permit.get()) {
 *   return export();
 * }
 * }</pre>
 *
 * <p>A key takes room only while one of its permits is held or waited for; while {@code maxKeys}
 * do, other keys are refused. Thread-safe; waiters of one key are served in the order in which they
 * came, and no key waits for another.
 */
public final class KeyedConcurrencyLimiter {

  private static final int MOST_KEYS = 100_000_000;

  private final int most;
  private final int maxKeys;
  private final ConcurrentHashMap<String, Slot> slots = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();

  private KeyedConcurrencyLimiter(int most, int maxKeys) {
    if (most < 1) {
      throw new IllegalArgumentException("most is " + most + ", at least 1 is accepted");
    }
    if (maxKeys < 1 || maxKeys > MOST_KEYS) {
      throw new IllegalArgumentException(
          "maxKeys is " + maxKeys + ", 1 to " + MOST_KEYS + " is accepted");
    }
    this.most = most;
    this.maxKeys = maxKeys;
  }

  /**
   * A limiter with nothing held.
   *
   * @param most how many permits of one key may be held at a time; at least 1
   * @param maxKeys how many keys may have permits held or waited for; 1 to 100 million
   * @return a new limiter
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static KeyedConcurrencyLimiter of(int most, int maxKeys) {
    return new KeyedConcurrencyLimiter(most, maxKeys);
  }

  /**
   * Takes one permit of the key if one is free and nobody waits for it.
   *
   * @param key any text of 1 to {@value Key#MAX_CHARS} characters
   * @return the permit, or empty
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code key} is outside its range
   */
  public Optional<ConcurrencyLimiter.Permit> tryAcquire(String key) {
    return tryAcquire(key, 1);
  }

  /**
   * Takes the permits of a heavier piece of work if they are free and nobody waits for them.
   *
   * @param key any text of 1 to {@value Key#MAX_CHARS} characters
   * @param permits how many; at least 1
   * @return one handle for all of them, or empty
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code key} or {@code permits} is outside its range
   */
  public Optional<ConcurrencyLimiter.Permit> tryAcquire(String key, int permits) {
    Permits.check(permits);
    Attempt attempt = new Attempt();
    Slot unused =
        slots.compute(
            Key.check(key),
            (k, present) -> {
              Slot slot = present == null ? newSlot(permits) : present;
              attempt.permit = slot == null ? Optional.empty() : slot.limiter.tryAcquire(permits);
              if (slot != null && attempt.permit.isPresent()) {
                slot.users++;
              }
              return slot;
            });
    return attempt.permit.map(inner -> outer(key, inner));
  }

  /**
   * Waits for permits of the key; more than there are is refused at once.
   *
   * @param key any text of 1 to {@value Key#MAX_CHARS} characters
   * @param permits how many; at least 1
   * @param maxWait the longest wait; zero or more
   * @return one handle for all of them, or empty if they did not become free in time
   * @throws NullPointerException if {@code key} or {@code maxWait} is null
   * @throws IllegalArgumentException if an argument is outside its range
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   */
  public Optional<ConcurrencyLimiter.Permit> acquire(String key, int permits, Duration maxWait)
      throws InterruptedException {
    Permits.check(permits);
    long unused = Waiting.micros(maxWait);
    Slot slot = enter(Key.check(key), permits);
    if (slot == null) {
      return Optional.empty();
    }
    Optional<ConcurrencyLimiter.Permit> permit = Optional.empty();
    try {
      permit = slot.limiter.acquire(permits, maxWait);
    } finally {
      if (permit.isEmpty()) {
        leave(key, () -> {});
      }
    }
    return permit.map(inner -> outer(key, inner));
  }

  /**
   * How many permits of the key are held now.
   *
   * @param key any text of 1 to {@value Key#MAX_CHARS} characters
   * @return 0 to the most there are
   * @throws NullPointerException if {@code key} is null
   * @throws IllegalArgumentException if {@code key} is outside its range
   */
  public int held(String key) {
    Slot slot = slots.get(Key.check(key));
    return slot == null ? 0 : slot.limiter.held();
  }

  /**
   * Whether there is room for more keys.
   *
   * @return degraded while as many keys are in use as may be, so that others are refused
   */
  public Health health() {
    int keys = size.get();
    String detail = keys + " of " + maxKeys + " keys";
    return keys >= maxKeys ? Health.degraded(detail) : Health.up(detail);
  }

  /** Permits come back and their key goes in one step, so that its room is free at once. */
  private ConcurrencyLimiter.Permit outer(String key, ConcurrencyLimiter.Permit inner) {
    return new ConcurrencyLimiter.Permit(() -> leave(key, inner::close));
  }

  /** The key's slot, with one more user; null if there is no room for another key. */
  private @Nullable Slot enter(String key, int permits) {
    return slots.compute(
        key,
        (k, present) -> {
          Slot slot = present == null ? newSlot(permits) : present;
          if (slot != null) {
            slot.users++;
          }
          return slot;
        });
  }

  /** Null if there is no room for another key, or the key could never have so many permits. */
  private @Nullable Slot newSlot(int permits) {
    int keys = size.get();
    while (permits <= most && keys < maxKeys) {
      if (size.compareAndSet(keys, keys + 1)) {
        return new Slot(ConcurrencyLimiter.of(most));
      }
      keys = size.get();
    }
    return null;
  }

  private void leave(String key, Runnable release) {
    Slot unused =
        slots.computeIfPresent(
            key,
            (k, slot) -> {
              release.run();
              slot.users--;
              if (slot.users > 0) {
                return slot;
              }
              size.decrementAndGet();
              return null;
            });
  }

  @Override
  public String toString() {
    return "KeyedConcurrencyLimiter[" + most + " at a time, " + health().detail() + "]";
  }

  /** What came of trying; set once, by the thread that tries. */
  private static final class Attempt {

    private Optional<ConcurrencyLimiter.Permit> permit = Optional.empty();
  }

  /** One key's permits, and how many hold or want one; the number changes in {@code compute}. */
  private static final class Slot {

    private final ConcurrencyLimiter limiter;
    private int users;

    Slot(ConcurrencyLimiter limiter) {
      this.limiter = limiter;
    }
  }
}
