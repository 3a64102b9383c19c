package io.bartizan.ratelimit.redis;

import io.lettuce.core.RedisException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The checks on their way to one server.
 *
 * <p>One flight is in the air at a time. Checks that come meanwhile queue and travel together in
 * <<<<<<< HEAD the next, so that the busier the server, the fewer calls it gets. With coalescing
 * off each check flies alone and at once. While the breaker is open nothing flies and the failure
 * policy answers; so it does at once for checks that come while too many are pending. ======= the
 * next, so that the busier the server, the fewer calls it gets; a second one follows when it would
 * be full, so that the server need not wait for us. With coalescing off each check flies alone and
 * at once. While the breaker is open nothing flies and the failure policy answers. >>>>>>> 0aa279a
 * (A second flight to Redis follows when it would be full, so that the server need not wait)
 */
final class Lane {

  private static final int MOST_IN_AIR = 2;

  private final RedisLink link;
  private final LaneSettings settings;
  private final Breaker breaker;
  private final CheckQueue queue = new CheckQueue();

  /** Whether somebody takes checks from the queue. */
  private final AtomicBoolean loading = new AtomicBoolean();

  private final Queue<Flight> flights = new ConcurrentLinkedQueue<>();

  /** Checks that are queued or in a flight; each of them holds memory until it is let go. */
  private final AtomicInteger pending = new AtomicInteger();

  Lane(RedisLink link, LaneSettings settings) {
    this.link = link;
    this.settings = settings;
    this.breaker = new Breaker(settings.ticker(), link, settings.listener());
  }

  void submit(Check check) {
    if (!breaker.admits()) {
      settings.fallback().decide(check);
    } else if (pending.incrementAndGet() > settings.maxPending()) {
      pending.decrementAndGet();
      settings.fallback().decide(check);
    } else if (!settings.coalescing()) {
      Flight flight = new Flight(this);
      flight.add(check);
      flights.add(flight);
      settings.deadlines().arm();
      if (flight.launch(link)) {
        letGo(flight);
      }
    } else {
      queue.add(check);
      settings.deadlines().arm();
      if (flights.isEmpty()) {
        pump();
      }
    }
  }

  boolean sendsKeysTogether() {
    return link.takesKeysTogether();
  }

  ScriptCall newCall(LimitScript script, ScriptCall.Carrier carrier) {
    return new ScriptCall(script, settings.keys(), carrier);
  }

  void resend(ScriptCommand command) {
    link.resend(command);
  }

  /** Hears how a call ended. */
  void ended(ScriptCall call, @Nullable Throwable cause) {
    if (cause == null || !Unreachable.because(cause)) {
      breaker.success();
      if (cause != null) {
        call.forEachCheck(check -> check.completeExceptionally(cause));
      }
    } else {
      if (Unreachable.demoted(cause)) {
        link.demoted();
      }
      breaker.failure(cause);
      call.forEachCheck(settings.fallback()::decide);
    }
  }

  /** Hears that all calls of a flight ended; not during its launch. */
  void landed(Flight flight) {
    letGo(flight);
    if (settings.coalescing()) {
      pump();
    }
  }

  /** Sends what is queued, as long as something may leave; one thread at a time does. */
  private void pump() {
    while (mayLeave() && loading.compareAndSet(false, true)) {
      try {
        for (Flight flight = load(); flight != null; flight = mayLeave() ? load() : null) {
          flights.add(flight);
          if (flight.launch(link)) {
            letGo(flight);
          }
        }
      } finally {
        loading.set(false);
      }
    }
  }

  private boolean mayLeave() {
    int flying = flights.size();
    return flying == 0
        ? !queue.isEmpty()
        : flying < MOST_IN_AIR && queue.holds(Flight.MAX_SUBJECTS);
  }

  private void letGo(Flight flight) {
    if (flights.remove(flight)) {
      pending.addAndGet(-flight.size());
    }
  }

  private @Nullable Flight load() {
    Flight flight = new Flight(this);
    int left = 0;
    while (!flight.isFull()) {
      Check check = queue.poll();
      if (check == null) {
        break;
      }
      if (!check.isDone() && !breaker.isOpen()) {
        flight.add(check);
      } else {
        settings.fallback().decide(check);
        left++;
      }
    }
    if (left > 0) {
      pending.addAndGet(-left);
    }
    return flight.isEmpty() ? null : flight;
  }

  /**
   * Ends the waiting of checks whose deadline has passed.
   *
   * @return the first deadline to come, or null if nothing waits
   */
  @Nullable Long expire(long now) {
    Long earliest = queue.expire(now, settings.fallback()::decide);
    for (Flight flight : flights) {
      Long next = flight.expire(now, settings.fallback()::decide);
      if (next != null && (earliest == null || next - earliest < 0)) {
        earliest = next;
      }
      if (next == null && flight.abandon()) {
        breaker.failure(new RedisException("no answer within the time-out"));
        landed(flight);
      }
    }
    return earliest;
  }

  /** Ends everything that waits, for the limiter was closed. */
  void close() {
    for (Flight flight : flights) {
      var unused = flight.expire(flight.lastDeadline(), settings.fallback()::decide);
    }
    breaker.close();
  }

  int pending() {
    return pending.get();
  }

  Breaker breaker() {
    return breaker;
  }
}
