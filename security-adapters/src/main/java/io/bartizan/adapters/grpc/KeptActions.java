package io.bartizan.adapters.grpc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Keeps actions in order until the first {@link #handOn}, and runs them then, one thread at a time.
 */
final class KeptActions {

  private final Queue<Runnable> kept = new ConcurrentLinkedQueue<>();

  /** Who hands on, and how often others came meanwhile; at first the one that is waited for. */
  private final AtomicInteger handing = new AtomicInteger(1);

  private final Consumer<Throwable> failed;

  KeptActions(Consumer<Throwable> failed) {
    this.failed = failed;
  }

  void add(Runnable action) {
    kept.add(action);
    if (handing.getAndIncrement() == 0) {
      handOn();
    }
  }

  void handOn() {
    int seen = 1;
    do {
      for (Runnable next = kept.poll(); next != null; next = kept.poll()) {
        run(next);
      }
      seen = handing.addAndGet(-seen);
    } while (seen > 0);
  }

  private void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      failed.accept(e);
    }
  }

  void clear() {
    kept.clear();
  }

  boolean isEmpty() {
    return kept.isEmpty();
  }
}
