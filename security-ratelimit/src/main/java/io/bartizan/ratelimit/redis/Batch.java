package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.redis.link.ScriptCommand;
import io.bartizan.ratelimit.redis.link.Server;
import io.bartizan.ratelimit.redis.link.Trial;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one server is sent together: one call, or on a Cluster one for each key. */
final class Batch implements ScriptCall.Carrier {

  private static final int MAX_REQUESTS = 4096;
  static final int MAX_KEYS = 128;

  private final Server server;
  private final Consumer<Batch> landed;

  /** By what the requests of a call have in common. */
  private final Map<Object, ScriptCall> calls = new LinkedHashMap<>(4);

  /** In the order of their arrival, and so nearly of their deadlines. */
  private final List<Request> requests = new ArrayList<>();

  /** The calls that have not ended, and one more until all are sent. */
  private final AtomicInteger open = new AtomicInteger(1);

  private int keys;
  private boolean expired;
  private long sentNanos;

  /**
   * An empty batch.
   *
   * @param landed hears that all calls ended; not during the launch
   */
  Batch(Server server, Consumer<Batch> landed) {
    this.server = server;
    this.landed = landed;
  }

  /** How to find out whether what it asks is served again. */
  Trial trial() {
    return calls.values().iterator().next().trial();
  }

  void add(Request request) {
    requests.add(request);
    ScriptCall call = callFor(request);
    int before = call.keyCount();
    call.add(request);
    keys += call.keyCount() - before;
  }

  private ScriptCall callFor(Request request) {
    Object common = server.takesKeysTogether() ? request.script.company() : Subject.of(request);
    return calls.computeIfAbsent(common, each -> new ScriptCall(request.script, this));
  }

  boolean isEmpty() {
    return requests.isEmpty();
  }

  int size() {
    return requests.size();
  }

  boolean isFull() {
    return requests.size() >= MAX_REQUESTS || keys >= MAX_KEYS;
  }

  /** Sends the calls; true if all of them ended meanwhile. */
  boolean launch() {
    open.addAndGet(calls.size());
    sentNanos = System.nanoTime();
    send(calls.values());
    return open.decrementAndGet() == 0;
  }

  private void send(Collection<ScriptCall> together) {
    List<ScriptCommand> commands = new ArrayList<>(together.size());
    together.forEach(call -> commands.add(call.byDigest()));
    try {
      server.send(commands);
    } catch (RuntimeException e) {
      for (ScriptCommand command : commands) {
        var unused = command.completeExceptionally(e);
      }
    }
  }

  @Override
  public void divided(Collection<ScriptCall> parts) {
    if (open.get() >= 0) {
      open.addAndGet(parts.size() - 1);
      send(parts);
    }
  }

  @Override
  public void resend(ScriptCommand command, @Nullable Throwable why) {
    if (why == null) {
      server.send(List.of(command));
    } else {
      server.resend(command, why);
    }
  }

  @Override
  public void answered() {
    server.answered(sentNanos);
  }

  @Override
  public void ended(ScriptCall call, @Nullable Throwable cause) {
    if (open.get() < 0) {
      return; // too late: nobody waits any more, and it was counted as a failure
    }
    if (cause != null && server.failed(cause)) {
      server.tryWith(call::trial);
      call.forEachRequest(request -> request.asker.unanswered(request));
    } else if (cause != null) {
      call.forEachRequest(request -> request.asker.failed(request, cause));
    }
    if (open.decrementAndGet() == 0) {
      landed.accept(this);
    }
  }

  /**
   * Ends the waiting of requests whose deadline has passed; for one thread at a time.
   *
   * @return the first deadline to come, or null if all have passed
   */
  @Nullable Long expire(long now) {
    Long earliest = null;
    for (Request request : requests) {
      if (request.deadlineNanos - now > 0) {
        if (earliest == null || request.deadlineNanos - earliest < 0) {
          earliest = request.deadlineNanos;
        }
      } else if (!request.isDone()) {
        expired = true;
        request.asker.unanswered(request);
      }
    }
    return earliest;
  }

  /** Whether somebody waited to the end; callers that left before say nothing of the server. */
  boolean hasExpired() {
    return expired;
  }

  /** Ends the waiting of those who asked through one limiter. */
  void leave(Request.Asker asker) {
    for (Request request : requests) {
      if (request.asker == asker) {
        asker.unanswered(request);
      }
    }
  }

  /** Gives up on calls that did not end; true if there were any, and for one caller only. */
  boolean abandon() {
    int before = open.get();
    return before > 0 && open.compareAndSet(before, Integer.MIN_VALUE / 2);
  }
}
