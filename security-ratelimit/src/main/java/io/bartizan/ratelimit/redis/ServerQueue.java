package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.redis.link.Server;
import io.bartizan.ratelimit.redis.link.Trial;
import io.lettuce.core.RedisException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The requests on their way to one server.
 *
 * <p>One batch is under way at a time. Requests that come meanwhile queue and travel together in
 * the next, so that the busier the server, the fewer calls it gets; a second batch follows when it
 * would be full, so that the server need not wait for us. No request waits longer than a twentieth
 * of its time-out for that: then it leaves beside what is under way, so that a server that answers
 * within nearly the whole time-out decides all of them. Where the limiter does not coalesce, each
 * request travels alone and at once. While the server is away nothing is sent and the failure
 * policy answers; so it does at once for requests that come while too many are pending.
 */
final class ServerQueue {

  private static final int MOST_FULL = 2;

  /** As many as a twentieth of a time-out apart fill it, and a few for what is early or late. */
  private static final int MOST_UNDER_WAY = 24;

  private final Server server;
  private final RequestQueue queue = new RequestQueue();

  /** Whether somebody takes requests from the queue. */
  private final AtomicBoolean loading = new AtomicBoolean();

  /** The time-out of the first request, and whether there was another. */
  private volatile long timeoutNanos;

  private volatile boolean mixed;

  private final Queue<Batch> batches = new ConcurrentLinkedQueue<>();

  private ServerQueue(Server server) {
    this.server = server;
  }

  static ServerQueue to(Server server) {
    ServerQueue made = new ServerQueue(server);
    server.onDeadline(made::expire);
    return made;
  }

  void submit(Request request) {
    if (!server.admits()) {
      server.tryWith(() -> Trial.ofString(request.redisKey()));
      request.asker.unasked(request);
    } else if (!server.enter(request.asker.mostPending())) {
      request.asker.unasked(request);
    } else if (!request.asker.coalesces()) {
      Batch batch = new Batch(server, this::landed);
      batch.add(request);
      batches.add(batch);
      server.arm(request.deadlineNanos);
      if (batch.launch()) {
        letGo(batch);
      }
    } else {
      noteTimeout(request.deadlineNanos - request.madeNanos);
      queue.add(request);
      if (batches.isEmpty()) {
        server.arm(request.deadlineNanos);
        pump();
      } else {
        server.arm(request.departureNanos());
      }
    }
  }

  private void noteTimeout(long nanos) {
    if (nanos != timeoutNanos && !mixed) {
      mixed = timeoutNanos != 0;
      timeoutNanos = nanos;
    }
  }

  private void landed(Batch batch) {
    letGo(batch);
    pump();
  }

  /** Sends what is queued, as long as something may leave; one thread at a time does. */
  private void pump() {
    while (mayLeave() && loading.compareAndSet(false, true)) {
      try {
        for (Batch batch = load(); batch != null; batch = mayLeave() ? load() : null) {
          batches.add(batch);
          if (batch.launch()) {
            letGo(batch);
          }
        }
      } finally {
        loading.set(false);
      }
    }
  }

  private boolean mayLeave() {
    int underWay = batches.size();
    if (underWay == 0) {
      return !queue.isEmpty();
    }
    if (underWay < MOST_FULL && queue.holds(Batch.MAX_KEYS)) {
      return true;
    }
    Request oldest = underWay < MOST_UNDER_WAY ? queue.oldest() : null;
    return oldest != null && System.nanoTime() - oldest.departureNanos() >= 0;
  }

  private void letGo(Batch batch) {
    if (batches.remove(batch)) {
      server.leave(batch.size());
    }
  }

  private @Nullable Batch load() {
    Batch batch = new Batch(server, this::landed);
    int left = 0;
    while (!batch.isFull()) {
      Request request = queue.poll();
      if (request == null) {
        break;
      }
      if (!request.isDone() && !server.isAway()) {
        batch.add(request);
      } else {
        request.asker.unanswered(request);
        left++;
      }
    }
    if (left > 0) {
      server.leave(left);
    }
    return batch.isEmpty() ? null : batch;
  }

  /**
   * Ends the waiting of requests whose deadline has passed.
   *
   * @return the first deadline to come, or null if nothing waits
   */
  private @Nullable Long expire(long now) {
    Long earliest = queue.expire(now, mixed, request -> request.asker.unanswered(request));
    for (Batch batch : batches) {
      Long next = batch.expire(now);
      if (next != null && (earliest == null || next - earliest < 0)) {
        earliest = next;
      }
      if (next == null && batch.abandon()) {
        if (batch.hasExpired()) {
          server.tryWith(batch::trial);
          var unused = server.failed(new RedisException("no answer within the time-out"));
        }
        landed(batch);
      }
    }
    pump();
    Request oldest = batches.size() < MOST_UNDER_WAY ? queue.oldest() : null;
    if (oldest != null && (earliest == null || oldest.departureNanos() - earliest < 0)) {
      earliest = oldest.departureNanos();
    }
    return earliest;
  }

  /** Ends the waiting of those who asked through one limiter. */
  void leave(Request.Asker asker) {
    queue.forEach(
        request -> {
          if (request.asker == asker) {
            asker.unanswered(request);
          }
        });
    batches.forEach(batch -> batch.leave(asker));
  }
}
