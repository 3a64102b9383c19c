package io.bartizan.ratelimit.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a lane sends together and waits for: one call, or on a Cluster one for each key. */
final class Flight implements ScriptCall.Carrier {

  private static final int MAX_CHECKS = 4096;
  static final int MAX_SUBJECTS = 128;

  private final Lane lane;
  private final List<ScriptCall> calls = new ArrayList<>(1);

  /** In the order of their arrival, and so nearly of their deadlines. */
  private final List<Check> checks = new ArrayList<>();

  /** The calls that have not ended, and one more until all are sent. */
  private final AtomicInteger open = new AtomicInteger(1);

  private int subjects;

  Flight(Lane lane) {
    this.lane = lane;
  }

  void add(Check check) {
    checks.add(check);
    ScriptCall call = callFor(check);
    int before = call.subjects();
    call.add(check);
    subjects += call.subjects() - before;
  }

  private ScriptCall callFor(Check check) {
    boolean together = lane.sendsKeysTogether();
    for (ScriptCall call : calls) {
      if (call.hasLimitsOf(check) && (together || call.concerns(check.key))) {
        return call;
      }
    }
    ScriptCall call = lane.newCall(check.script, this);
    calls.add(call);
    return call;
  }

  boolean isEmpty() {
    return checks.isEmpty();
  }

  int size() {
    return checks.size();
  }

  boolean isFull() {
    return checks.size() >= MAX_CHECKS || subjects >= MAX_SUBJECTS;
  }

  /** Sends the calls; true if all of them ended meanwhile. */
  boolean launch(RedisLink link) {
    open.addAndGet(calls.size());
    List<ScriptCommand> commands = new ArrayList<>(calls.size());
    calls.forEach(call -> commands.add(call.byDigest()));
    try {
      link.send(commands);
    } catch (RuntimeException e) {
      for (ScriptCommand command : commands) {
        var unused = command.completeExceptionally(e);
      }
    }
    return open.decrementAndGet() == 0;
  }

  @Override
  public void resend(ScriptCommand command) {
    lane.resend(command);
  }

  @Override
  public void ended(ScriptCall call, @Nullable Throwable cause) {
    if (open.get() < 0) {
      return; // too late: nobody waits any more, and it was counted as a failure
    }
    lane.ended(call, cause);
    if (open.decrementAndGet() == 0) {
      lane.landed(this);
    }
  }

  /**
   * Hands over the checks whose deadline has passed.
   *
   * @return the first deadline to come, or null if no check is waiting
   */
  @Nullable Long expire(long now, Consumer<Check> expired) {
    for (Check check : checks) {
      if (!check.isDone()) {
        if (check.deadlineNanos - now > 0) {
          return check.deadlineNanos;
        }
        expired.accept(check);
      }
    }
    return null;
  }

  long lastDeadline() {
    return checks.get(checks.size() - 1).deadlineNanos;
  }

  /** Gives up on calls that did not end; true if there were any, and for one caller only. */
  boolean abandon() {
    int before = open.get();
    return before > 0 && open.compareAndSet(before, Integer.MIN_VALUE / 2);
  }
}
