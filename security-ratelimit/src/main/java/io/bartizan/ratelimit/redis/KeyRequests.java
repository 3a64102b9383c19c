package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.bartizan.ratelimit.redis.link.ScriptReply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** One key of a call and its requests in the order of their arrival. */
final class KeyRequests {

  private final LimitScript script;
  private final byte[] key;
  private final List<Request> requests = new ArrayList<>(2);

  KeyRequests(LimitScript script, byte[] key) {
    this.script = script;
    this.key = key;
  }

  /** The key's name on Redis. */
  byte[] key() {
    return key;
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
    SharedLimit.State[] states = new SharedLimit.State[script.shared().size()];
    show(states, reply);
    for (int from = 0, to; from < requests.size(); from = to) {
      to = endOfRun(from);
      long granted = reply.next();
      Request.Kind kind = requests.get(from).kind;
      for (int i = from; i < to; i++) {
        if (i - from == granted) {
          for (SharedLimit.State state : states) {
            state.readWait(reply);
          }
        }
        Request request = requests.get(i);
        boolean allowed = i - from < granted;
        if (kind.givesBack()) {
          show(states, reply);
        } else if (allowed && kind != Request.Kind.PEEK) {
          for (SharedLimit.State state : states) {
            state.take(request.permits);
          }
          if (kind == Request.Kind.RESERVE) {
            request.waitMicros =
                Arrays.stream(states).mapToLong(SharedLimit.State::waitMicros).max().orElse(0);
            request.marks =
                Arrays.stream(states)
                    .map(state -> state.mark(serverMicros))
                    .collect(Collectors.joining(","));
          }
        }
        request.asker.answered(request, decision(states, allowed, request.permits));
      }
    }
  }

  private void show(SharedLimit.State[] states, ScriptReply reply) {
    for (int i = 0; i < states.length; i++) {
      states[i] = script.shared().get(i).read(reply);
    }
  }

  private static Decision decision(SharedLimit.State[] states, boolean allowed, long permits) {
    if (states.length == 1) {
      return states[0].decision(allowed, permits);
    }
    List<Decision> parts = new ArrayList<>(states.length);
    for (SharedLimit.State state : states) {
      parts.add(state.decision(allowed || state.fits(permits), permits));
    }
    return Decision.allOf(parts);
  }
}
