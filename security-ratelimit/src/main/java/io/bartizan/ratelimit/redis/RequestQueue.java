package io.bartizan.ratelimit.redis;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue of requests in the order of their arrival: any thread adds, one at a time takes.
 *
 * <p>The requests themselves are the links (Vyukov's queue), so adding is one exchange and
 * allocates nothing. A request that was taken forgets its follower, for a caller may keep it for
 * long.
 */
final class RequestQueue {

  private final AtomicReference<Request> tail;
  private volatile Request head;

  RequestQueue() {
    Request stub = Request.stub();
    this.head = stub;
    this.tail = new AtomicReference<>(stub);
  }

  void add(Request request) {
    Request before = tail.getAndSet(request);
    before.next(request);
  }

  /** The oldest request; for one thread at a time. */
  @Nullable Request poll() {
    Request taken = head;
    Request oldest = taken.next();
    if (oldest == null) {
      if (taken == tail.get()) {
        return null;
      }
      oldest = awaitNext(taken);
    }
    head = oldest;
    taken.next(null);
    return oldest;
  }

  boolean isEmpty() {
    return head == tail.get();
  }

  /** Whether there are at least so many; counts them, and may miss one that is being added. */
  boolean holds(int count) {
    Request at = head;
    for (int i = 0; i < count && at != null; i++) {
      at = at.next();
    }
    return at != null;
  }

  /**
   * Hands over the requests whose deadline has passed; they stay queued and are skipped later.
   *
   * @param mixed whether later requests may have earlier deadlines
   * @return the first deadline to come, or null if the queue is empty
   */
  @Nullable Long expire(long now, boolean mixed, Consumer<Request> expired) {
    Long earliest = null;
    Request at = head;
    while (true) {
      Request next = at.next();
      if (next == null) {
        if (at == tail.get()) {
          return earliest;
        }
        // Somebody took `at` meanwhile, or is about to link its follower.
        Thread.onSpinWait();
        at = head;
        continue;
      }
      at = next;
      if (!at.isDone()) {
        if (at.deadlineNanos - now <= 0) {
          expired.accept(at);
        } else if (!mixed) {
          return at.deadlineNanos;
        } else if (earliest == null || at.deadlineNanos - earliest < 0) {
          earliest = at.deadlineNanos;
        }
      }
    }
  }

  /** Shows each request that is queued, as far as it is linked. */
  void forEach(Consumer<Request> action) {
    for (Request at = head.next(); at != null; at = at.next()) {
      action.accept(at);
    }
  }

  /** The oldest request that nobody completed yet, as far as it is linked; it stays queued. */
  @Nullable Request oldest() {
    Request at = head.next();
    while (at != null && at.isDone()) {
      at = at.next();
    }
    return at;
  }

  private static Request awaitNext(Request request) {
    Request next = request.next();
    while (next == null) {
      Thread.onSpinWait();
      next = request.next();
    }
    return next;
  }
}
