package io.bartizan.ratelimit.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a lane sends together and waits for: one call, or on a Cluster one for each key. */
final class Flight implements ScriptCall.Carrier {

  private static final int MAX_CHECKS = 4096;
  private static final int MAX_SUBJECTS = 512;

  private final Lane lane;
  private final List<ScriptCall> calls = new ArrayList<>(1);
  private final List<Check> checks = new ArrayList<>();

  /** The calls that have not ended, and one more until all are sent. */
  private final AtomicInteger open = new AtomicInteger(1);

  private int subjects;

  Flight(Lane lane) {
    this.lane = lane;
  }

  void add(Check check) {
    checks.add(check);
    for (ScriptCall call : calls) {
      if (lane.sendsKeysTogether() || call.concerns(check.key)) {
        int before = call.subjects();
        call.add(check);
        subjects += call.subjects() - before;
        return;
      }
    }
    ScriptCall call = lane.newCall(this);
    call.add(check);
    calls.add(call);
    subjects++;
  }

  boolean isEmpty() {
    return checks.isEmpty();
  }

  boolean isFull() {
    return checks.size() >= MAX_CHECKS || subjects >= MAX_SUBJECTS;
  }

  /** In the order of their arrival, and so nearly of their deadlines. */
  List<Check> checks() {
    return checks;
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
  public void answered(ScriptCall call) {
    landed(null);
  }

  @Override
  public void failed(ScriptCall call, Throwable cause) {
    call.forEachCheck(check -> lane.failed(check, cause));
    landed(cause);
  }

  private void landed(@Nullable Throwable cause) {
    if (open.decrementAndGet() == 0) {
      lane.landed(this, cause);
    }
  }

  /**
   * Hands over the checks whose deadline has passed.
   *
   * @return the first deadline to come, or null if no check is waiting
   */
  @Nullable Long expire(long now, Consumer<Check> expired) {
    Long earliest = null;
    for (Check check : checks) {
      if (!check.isDone()) {
        if (check.deadlineNanos - now > 0) {
          earliest = check.deadlineNanos;
          break;
        }
        expired.accept(check);
      }
    }
    return earliest;
  }

  /** Gives up on calls that did not end; true if there were any, and for one caller only. */
  boolean abandon() {
    return open.getAndSet(Integer.MIN_VALUE / 2) > 0;
  }
}
