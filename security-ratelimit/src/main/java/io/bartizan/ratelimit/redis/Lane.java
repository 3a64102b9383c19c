package io.bartizan.ratelimit.redis;

import io.lettuce.core.RedisException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The checks on their way to one server.
 *
 * <p>One flight is in the air at a time. Checks that come meanwhile queue and travel together in
 * the next, so that the busier the server, the fewer calls it gets. With coalescing off each check
 * flies alone and at once.
 */
final class Lane {

  private final RedisLink link;
  private final LaneSettings settings;
  private final CheckQueue queue = new CheckQueue();
  private final AtomicBoolean busy = new AtomicBoolean();
  private final Queue<Flight> flights = new ConcurrentLinkedQueue<>();

  Lane(RedisLink link, LaneSettings settings) {
    this.link = link;
    this.settings = settings;
  }

  void submit(Check check) {
    if (!link.isOpen()) {
      failed(check, new RedisException("not connected"));
      return;
    }
    if (settings.coalescing()) {
      queue.add(check);
      settings.deadlines().arm();
      if (busy.compareAndSet(false, true)) {
        pump();
      }
    } else {
      Flight flight = new Flight(this);
      flight.add(check);
      flights.add(flight);
      settings.deadlines().arm();
      if (flight.launch(link)) {
        flights.remove(flight);
      }
    }
  }

  boolean sendsKeysTogether() {
    return settings.keysTogether();
  }

  ScriptCall newCall(ScriptCall.Carrier carrier) {
    return new ScriptCall(settings.script(), settings.keys(), carrier);
  }

  void resend(ScriptCommand command) {
    link.send(java.util.List.of(command));
  }

  void failed(Check check, Throwable cause) {
    settings.fallback().decide(check, cause);
  }

  void landed(Flight flight, @Nullable Throwable cause) {
    flights.remove(flight);
    if (settings.coalescing()) {
      pump();
    }
  }

  /** Sends what is queued until a flight is in the air; for whoever set {@code busy}. */
  private void pump() {
    do {
      for (Flight flight = load(); flight != null; flight = load()) {
        flights.add(flight);
        if (!flight.launch(link)) {
          return;
        }
        flights.remove(flight);
      }
      busy.set(false);
    } while (!queue.isEmpty() && busy.compareAndSet(false, true));
  }

  private @Nullable Flight load() {
    Flight flight = new Flight(this);
    while (!flight.isFull()) {
      Check check = queue.poll();
      if (check == null) {
        break;
      }
      if (!check.isDone()) {
        flight.add(check);
      }
    }
    return flight.isEmpty() ? null : flight;
  }

  /**
   * Ends the waiting of checks whose deadline has passed.
   *
   * @return the first deadline to come, or null if nothing waits
   */
  @Nullable Long expire(long now) {
    Long earliest = queue.expire(now, this::timedOut);
    for (Flight flight : flights) {
      Long next = flight.expire(now, this::timedOut);
      if (next != null && (earliest == null || next - earliest < 0)) {
        earliest = next;
      }
      if (next == null && flight.abandon()) {
        landed(flight, null);
      }
    }
    return earliest;
  }

  private void timedOut(Check check) {
    failed(check, new RedisException("no answer within the time-out"));
  }
}
