package io.bartizan.ratelimit.adaptive;

import io.bartizan.core.Health;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The keys that are kept. A request is counted within {@code compute} of its key, and a key goes
 * within {@code compute} only while nobody is counted, so that a key never has two slots.
 */
final class Slots {

  private static final int GLANCE = 16;

  private final Settings settings;
  private final int maxKeys;
  private final ConcurrentHashMap<String, Slot> slots = new ConcurrentHashMap<>();
  private final AtomicInteger size = new AtomicInteger();
  private final BiFunction<String, @Nullable Slot, @Nullable Slot> entered = this::entered;
  private final ReentrantLock search = new ReentrantLock();
  private Iterator<Map.Entry<String, Slot>> candidates = slots.entrySet().iterator();

  Slots(Settings settings, int maxKeys) {
    this.settings = settings;
    this.maxKeys = maxKeys;
  }

  @Nullable Admission get(String key) {
    return slots.get(key);
  }

  /** The key's slot, with one more request; null if there is no room for another key. */
  @Nullable Admission enter(String key) {
    Slot slot = slots.compute(key, entered);
    return slot != null || !forgetOne() ? slot : slots.compute(key, entered);
  }

  private @Nullable Slot entered(String key, @Nullable Slot present) {
    Slot slot = present == null ? newSlot() : present;
    if (slot != null) {
      int unused = slot.requests.incrementAndGet();
    }
    return slot;
  }

  private @Nullable Slot newSlot() {
    int keys = size.get();
    while (keys < maxKeys) {
      if (size.compareAndSet(keys, keys + 1)) {
        return new Slot(settings);
      }
      keys = size.get();
    }
    return null;
  }

  /** Looks at the next sixteen keys for one that nobody uses. */
  private boolean forgetOne() {
    search.lock();
    try {
      for (int i = 0; i < GLANCE; i++) {
        if (!candidates.hasNext()) {
          candidates = slots.entrySet().iterator();
        }
        if (candidates.hasNext() && forgotten(candidates.next())) {
          return true;
        }
      }
      return false;
    } finally {
      search.unlock();
    }
  }

  private boolean forgotten(Map.Entry<String, Slot> candidate) {
    if (candidate.getValue().requests.get() != 0) {
      return false;
    }
    boolean[] gone = {false};
    Slot unused =
        slots.computeIfPresent(
            candidate.getKey(),
            (key, slot) -> {
              gone[0] = slot.requests.get() == 0;
              return gone[0] ? null : slot;
            });
    if (gone[0]) {
      size.decrementAndGet();
    }
    return gone[0];
  }

  /** How many keys are in use is not known without a walk; so full means that none is free. */
  Health health() {
    int keys = size.get();
    String detail = keys + " of " + maxKeys + " keys";
    boolean full =
        keys >= maxKeys
            && slots.values().stream().limit(GLANCE).allMatch(slot -> slot.requests.get() > 0);
    return full ? Health.degraded(detail + ", all in use") : Health.up(detail);
  }

  /** One key, and how many requests hold or want its permits. */
  private static final class Slot extends Admission {

    private final AtomicInteger requests = new AtomicInteger();

    Slot(Settings settings) {
      super(settings);
    }

    @Override
    void over() {
      int unused = requests.decrementAndGet();
    }
  }
}
