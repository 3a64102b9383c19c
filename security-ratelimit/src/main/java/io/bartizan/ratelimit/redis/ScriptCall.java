package io.bartizan.ratelimit.redis;

import io.bartizan.ratelimit.Decision;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** One call of the script: the checks of one or many keys, and how the reply answers them. */
final class ScriptCall implements ScriptCommand.Outcome {

  /** Sends a call, hears how it ended. */
  interface Carrier {

    /** Sends the call once more, for the server does not know the script. */
    void resend(ScriptCommand command);

    /** The server answered; every check has its decision. */
    void answered(ScriptCall call);

    /** The call failed; no check has an answer. */
    void failed(ScriptCall call, Throwable cause);
  }

  private final LimitScript script;
  private final RedisKeys keys;
  private final Carrier carrier;
  private final Map<String, Subject> subjects = new LinkedHashMap<>();

  ScriptCall(LimitScript script, RedisKeys keys, Carrier carrier) {
    this.script = script;
    this.keys = keys;
    this.carrier = carrier;
  }

  /** Adds a check after those that came before; for the thread that builds the call. */
  void add(Check check) {
    Subject subject = subjects.get(check.key);
    if (subject == null) {
      subject = new Subject(keys.encode(check.key));
      subjects.put(check.key, subject);
    }
    subject.add(check);
  }

  boolean concerns(String key) {
    return subjects.containsKey(key);
  }

  int subjects() {
    return subjects.size();
  }

  void forEachCheck(Consumer<Check> action) {
    subjects.values().forEach(subject -> subject.checks.forEach(action));
  }

  ScriptCommand byDigest() {
    return command(CommandType.EVALSHA, LimitScript.digest());
  }

  private ScriptCommand command(CommandType type, byte[] scriptOrDigest) {
    CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
    arguments.add(scriptOrDigest).add(subjects.size());
    for (Subject subject : subjects.values()) {
      arguments.addKey(subject.key);
    }
    arguments.add(script.now());
    script.arguments().forEach(arguments::add);
    for (Subject subject : subjects.values()) {
      arguments.add(LimitScript.bytes(subject.requests()));
    }
    return new ScriptCommand(type, arguments, this);
  }

  @Override
  public void replied(long[] numbers) {
    ScriptReply reply = new ScriptReply(numbers);
    try {
      var unusedTime = reply.next();
      for (Subject subject : subjects.values()) {
        subject.answer(reply);
      }
    } catch (ArrayIndexOutOfBoundsException tooShort) {
      failed(new IllegalStateException("the script's reply is too short", tooShort));
      return;
    }
    carrier.answered(this);
  }

  @Override
  public void failed(Throwable cause) {
    if (cause instanceof RedisCommandExecutionException
        && String.valueOf(cause.getMessage()).startsWith("NOSCRIPT")) {
      carrier.resend(command(CommandType.EVAL, LimitScript.source()));
    } else {
      carrier.failed(this, cause);
    }
  }

  /** One key of the call and its checks in the order of their arrival. */
  private final class Subject {

    private final byte[] key;
    private final List<Check> checks = new ArrayList<>(4);

    Subject(byte[] key) {
      this.key = key;
    }

    void add(Check check) {
      checks.add(check);
    }

    String requests() {
      Check first = checks.get(0);
      if (checks.size() == 1 && first.kind == Check.Kind.ACQUIRE) {
        return Long.toString(first.permits);
      }
      StringBuilder words = new StringBuilder();
      for (int from = 0, to; from < checks.size(); from = to) {
        to = endOfRun(from);
        Check check = checks.get(from);
        long times = check.kind == Check.Kind.RESERVE ? check.waitMicros : to - from;
        words.append(check.kind.letter).append(check.permits).append('x').append(times).append(' ');
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

    void answer(ScriptReply reply) {
      List<SharedLimit.State> states = new ArrayList<>(script.limits().size());
      for (SharedLimit limit : script.limits()) {
        states.add(limit.read(reply));
      }
      for (int from = 0, to; from < checks.size(); from = to) {
        to = endOfRun(from);
        long granted = reply.next();
        for (int i = from; i < to; i++) {
          Check check = checks.get(i);
          check.complete(decide(check, i - from < granted, states));
        }
      }
    }

    private Decision decide(Check check, boolean granted, List<SharedLimit.State> states) {
      if (check.kind == Check.Kind.REFUND) {
        states.forEach(state -> state.give(check.permits));
      } else if (granted && check.kind != Check.Kind.PEEK) {
        states.forEach(state -> state.take(check.permits));
      }
      if (states.size() == 1) {
        return states.get(0).decision(granted, check.permits);
      }
      List<Decision> parts = new ArrayList<>(states.size());
      for (SharedLimit.State state : states) {
        parts.add(state.decision(granted || state.fits(check.permits), check.permits));
      }
      return Decision.allOf(parts);
    }
  }
}
