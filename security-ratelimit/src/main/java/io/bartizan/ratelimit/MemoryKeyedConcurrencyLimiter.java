package io.bartizan.ratelimit;

import io.bartizan.core.Health;
import io.bartizan.core.house.Require;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A slot for each key that has permits held or waited for. Slots come, go and hand out permits
 * without a wait inside {@code compute} of their key, so that a key never has two.
 */
final class MemoryKeyedConcurrencyLimiter implements KeyedConcurrencyLimiter {

  private static final int MOST_KEYS = 100_000_000;

  private final int most;
  private final int maxKeys;
  private final ConcurrentHashMap<String, Slot> slots = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();

  MemoryKeyedConcurrencyLimiter(int most, int maxKeys) {
    this.most = Require.atLeast("most", most, 1);
    this.maxKeys = Require.within("maxKeys", maxKeys, 1, MOST_KEYS);
  }

  @Override
  public Permit tryAcquire(String key, int permits) {
    int wanted = Require.atLeast("permits", permits, 1);
    Attempt attempt = new Attempt();
    Slot unused =
        slots.compute(
            Key.bounded(key),
            (k, present) -> {
              Slot slot = present == null ? newSlot(k, wanted) : present;
              Permit permit = slot == null ? withoutSlot(wanted) : slot.tryAcquire(wanted);
              if (slot != null && permit.isGranted()) {
                slot.users++;
              }
              attempt.permit = permit;
              return slot;
            });
    return Objects.requireNonNull(attempt.permit);
  }

  @Override
  public Permit acquire(String key, int permits, Duration maxWait) throws InterruptedException {
    int wanted = Require.atLeast("permits", permits, 1);
    long unused = Waiting.micros(maxWait);
    Slot slot = enter(Key.bounded(key), wanted);
    if (slot == null) {
      return withoutSlot(wanted);
    }
    boolean granted = false;
    try {
      Permit permit = slot.acquire(wanted, maxWait);
      granted = permit.isGranted();
      return permit;
    } finally {
      if (!granted) {
        slot.leave(null);
      }
    }
  }

  @Override
  public Health health() {
    int keys = size.get();
    String detail = keys + " of " + maxKeys + " keys";
    return keys >= maxKeys ? Health.degraded(detail) : Health.up(detail);
  }

  /** The key's slot, with one more user; null if there is no room for another key. */
  private @Nullable Slot enter(String key, int permits) {
    return slots.compute(
        key,
        (k, present) -> {
          Slot slot = present == null ? newSlot(k, permits) : present;
          if (slot != null) {
            slot.users++;
          }
          return slot;
        });
  }

  /** Null if there is no room for another key, or the key could never have so many permits. */
  private @Nullable Slot newSlot(String key, int permits) {
    int keys = size.get();
    while (permits <= most && keys < maxKeys) {
      if (size.compareAndSet(keys, keys + 1)) {
        return new Slot(key);
      }
      keys = size.get();
    }
    return null;
  }

  private Permit withoutSlot(int permits) {
    return permits > most
        ? Permit.refused(permits, most, Decision.Source.MEMORY)
        : Permit.refused(permits, 0, Decision.Source.OVERFLOW);
  }

  @Override
  public String toString() {
    return "KeyedConcurrencyLimiter[" + most + " at a time, " + health().detail() + "]";
  }

  /** What came of trying; set once, by the thread that tries. */
  private static final class Attempt {

    private @Nullable Permit permit;
  }

  /** One key's permits, and how many hold or want one; the number changes in {@code compute}. */
  private final class Slot extends MemoryConcurrencyLimiter {

    private final String key;
    private int users;

    Slot(String key) {
      super(most);
      this.key = key;
    }

    @Override
    public void release(Permit permit) {
      leave(permit);
    }

    /** Permits come back and their key goes in one step, so that its room is free at once. */
    void leave(@Nullable Permit returned) {
      Slot unused =
          slots.computeIfPresent(
              key,
              (k, slot) -> {
                if (returned != null) {
                  super.release(returned);
                }
                users--;
                if (users > 0) {
                  return slot;
                }
                size.decrementAndGet();
                return null;
              });
    }
  }
}
