package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** One key of a call and its checks in the order of their arrival. */
final class Subject {

  private final LimitScript script;
  private final byte[] key;
  private final List<Check> checks = new ArrayList<>(2);

  Subject(LimitScript script, byte[] key) {
    this.script = script;
    this.key = key;
  }

  /** The key's name on Redis. */
  byte[] key() {
    return key;
  }

  void add(Check check) {
    checks.add(check);
  }

  List<Check> checks() {
    return checks;
  }

  /** The script's argument for this key. */
  String requests() {
    Check first = checks.get(0);
    if (checks.size() == 1 && first.kind == Check.Kind.ACQUIRE) {
      return Long.toString(first.permits);
    }
    StringBuilder words = new StringBuilder();
    for (int from = 0, to; from < checks.size(); from = to) {
      to = endOfRun(from);
      Check check = checks.get(from);
      words.append(check.kind.letter).append(check.permits).append('x');
      if (check.detail.isEmpty()) {
        words.append(to - from);
      } else {
        words.append(check.detail);
      }
      words.append(' ');
    }
    return words.toString();
  }

  private int endOfRun(int from) {
    int to = from + 1;
    while (to < checks.size() && checks.get(to).repeats(checks.get(from))) {
      to++;
    }
    return to;
  }

  /** Reads this key's part of the reply and completes its checks. */
  void answer(ScriptReply reply, long serverMicros) {
    SharedLimit.State[] states = new SharedLimit.State[script.shared().size()];
    show(states, reply);
    for (int from = 0, to; from < checks.size(); from = to) {
      to = endOfRun(from);
      long granted = reply.next();
      Check.Kind kind = checks.get(from).kind;
      for (int i = from; i < to; i++) {
        if (i - from == granted) {
          for (SharedLimit.State state : states) {
            state.readWait(reply);
          }
        }
        Check check = checks.get(i);
        boolean allowed = i - from < granted;
        if (kind.givesBack()) {
          show(states, reply);
        } else if (allowed && kind != Check.Kind.PEEK) {
          for (SharedLimit.State state : states) {
            state.take(check.permits);
          }
          if (kind == Check.Kind.RESERVE) {
            check.waitMicros =
                Arrays.stream(states).mapToLong(SharedLimit.State::waitMicros).max().orElse(0);
            check.marks =
                Arrays.stream(states)
                    .map(state -> state.mark(serverMicros))
                    .collect(Collectors.joining(","));
          }
        }
        check.answer(decision(states, allowed, check.permits));
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
