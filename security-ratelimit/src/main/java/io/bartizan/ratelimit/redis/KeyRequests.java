package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.Limit;
import io.bartizan.ratelimit.count.BothCounts;
import io.bartizan.ratelimit.count.Count;
import io.bartizan.ratelimit.count.Micros;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One key of a call and its requests in the order of their arrival. */
final class KeyRequests {

  private static final long WRONG_TYPE = -2;

  /** Goes before the states where a larger definition binds a limit. */
  private static final long BOUND = -3;

  private static final String WRONG_TYPE_TEXT =
      "WRONGTYPE Operation against a key holding the wrong kind of value";
  private static final String FOREIGN_TEXT =
      "ERR the key holds something else than the state of these limits";

  private final Subject subject;
  private final List<SharedLimit> shared;
  private final byte[] name;
  private final List<Request> requests = new ArrayList<>(2);

  KeyRequests(Subject subject) {
    this.subject = subject;
    this.shared = subject.script().definitions().shared();
    this.name = subject.name();
  }

  Subject subject() {
    return subject;
  }

  /** The key's name on Redis. */
  byte[] name() {
    return name;
  }

  void add(Request request) {
    requests.add(request);
  }

  List<Request> all() {
    return requests;
  }

  /** The script's argument for this key. */
  String words() {
    Request first = requests.get(0);
    if (requests.size() == 1 && first.kind == Request.Kind.ACQUIRE) {
      return Long.toString(first.permits);
    }
    StringBuilder words = new StringBuilder();
    for (int from = 0, to; from < requests.size(); from = to) {
      to = endOfRun(from);
      Request request = requests.get(from);
      words.append(request.kind.letter).append(request.permits).append('x');
      if (request.detail.isEmpty()) {
        words.append(to - from);
      } else {
        words.append(request.detail);
      }
      words.append(' ');
    }
    return words.toString();
  }

  private int endOfRun(int from) {
    int to = from + 1;
    while (to < requests.size() && requests.get(to).repeats(requests.get(from))) {
      to++;
    }
    return to;
  }

  /** Reads this key's part of the reply and completes its requests. */
  void answer(ScriptReply reply, long serverMicros) {
    long state = reply.peek();
    if (state < 0 && state != BOUND) {
      long unused = reply.next();
      RedisException foreign =
          new RedisCommandExecutionException(state == WRONG_TYPE ? WRONG_TYPE_TEXT : FOREIGN_TEXT);
      requests.forEach(request -> request.asker.failed(request, foreign));
      return;
    }
    Count[] counts = new Count[shared.size()];
    Bounds bounds = state == BOUND ? Bounds.read(reply, shared) : Bounds.NONE;
    restore(counts, bounds, reply, serverMicros);
    for (int from = 0, to; from < requests.size(); from = to) {
      to = endOfRun(from);
      long granted = reply.next();
      Request.Kind kind = requests.get(from).kind;
      for (int i = from; i < to; i++) {
        if (i - from == granted && kind != Request.Kind.CHARGE) {
          readWaits(counts, reply);
        }
        Request request = requests.get(i);
        boolean allowed = i - from < granted;
        if (kind.givesBack()) {
          restore(counts, bounds, reply, serverMicros);
        } else if (kind == Request.Kind.CHARGE) {
          restore(counts, bounds, reply, serverMicros);
          if (!allowed) {
            readWaits(counts, reply);
          }
        } else if (allowed && kind != Request.Kind.PEEK) {
          charge(counts, request, serverMicros);
        }
        long permits = request.permitsDecided();
        request.asker.answered(request, decision(counts, allowed, permits, serverMicros));
      }
    }
  }

  private void restore(Count[] counts, Bounds bounds, ScriptReply reply, long serverMicros) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = shared.get(i).restore(reply, serverMicros);
    }
    bounds.restore(counts, reply, serverMicros);
  }

  private static void readWaits(Count[] counts, ScriptReply reply) {
    for (Count count : counts) {
      readWait(count instanceof BothCounts both ? both.own() : count, reply);
    }
    for (Count count : counts) {
      if (count instanceof BothCounts both) {
        readWait(both.other(), reply);
      }
    }
  }

  private static void readWait(Count count, ScriptReply reply) {
    if (count instanceof ToldCount told) {
      told.retry(reply.next());
    }
  }

  private void charge(Count[] counts, Request request, long serverMicros) {
    if (request.kind == Request.Kind.RESERVE) {
      reserve(counts, request, serverMicros);
      return;
    }
    for (Count count : counts) {
      count.charge(serverMicros, request.permits);
    }
  }

  private void reserve(Count[] counts, Request request, long serverMicros) {
    StringBuilder marks = new StringBuilder();
    for (int i = 0; i < counts.length; i++) {
      long wait = counts[i].waitMicros(serverMicros, request.permits);
      request.waitMicros = Math.max(request.waitMicros, wait);
      counts[i].charge(serverMicros, request.permits);
      marks.append(i == 0 ? "" : ",").append(shared.get(i).mark(counts[i], serverMicros));
    }
    request.marks = marks.toString();
  }

  private Decision decision(Count[] counts, boolean allowed, long permits, long serverMicros) {
    if (counts.length == 1) {
      return decision(0, counts[0], allowed, permits, serverMicros);
    }
    List<Decision> parts = new ArrayList<>(counts.length);
    for (int i = 0; i < counts.length; i++) {
      boolean fits = allowed || counts[i].fits(serverMicros, permits);
      parts.add(decision(i, counts[i], fits, permits, serverMicros));
    }
    return Decision.allOf(parts);
  }

  private Decision decision(int index, Count count, boolean allowed, long permits, long now) {
    Limit limit = subject.script().limits().list().get(index);
    Decision decision =
        allowed
            ? Decision.allowed(limit, permits, Decision.Source.REMOTE)
            : Decision.refused(limit, permits, retry(count, now, permits), Decision.Source.REMOTE);
    long reset = allowed ? count.resetMicros(now) : count.resetRefusedMicros(now, permits);
    return decision.leavingNanos(count.remaining(now), Micros.nanos(reset));
  }

  private static Duration retry(Count count, long now, long permits) {
    return Duration.ofNanos(Micros.nanos(count.retryMicros(now, permits)));
  }
}
